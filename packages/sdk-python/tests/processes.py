"""Runs work in a forked process, as servers that load an application before they fork do, and gives what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import threading
import traceback
from typing import Any, Callable, Optional

import pytest
from played_px0 import Reply

LIMIT = 60.0

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


class Child:
    """Begun at once; `result` waits for it, and ends it when it does not end by itself."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _work(work, writing)
        os.close(writing)

    def result(self) -> Any:
        """What `work` returned, as JSON has it. Raises AssertionError when it raised or never came to an end."""
        text = _read_all(self._reading, LIMIT)
        os.close(self._reading)
        if text is None:
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        assert text is not None, "the forked process never came to an end"
        assert text, "the forked process ended without a result"
        answer = json.loads(text)
        assert "error" not in answer, answer["error"]
        return answer["result"]


class Together:
    """Holds each answer until as many requests have come as there are callers, so that all of them wait at the same time."""

    def __init__(self, callers: int) -> None:
        self._callers = callers
        self._came = 0
        self._condition = threading.Condition()

    def __call__(self, request: Any) -> Optional[Reply]:
        if request["method"] == "POST":
            with self._condition:
                self._came += 1
                self._condition.notify_all()
                whole = -(-self._came // self._callers) * self._callers
                # Callers that share one connection never come to be that many.
                self._condition.wait_for(lambda: self._came >= whole, 0.5)
        return None


def in_child(work: Callable[[], Any]) -> Any:
    """What `work` returns in a forked process."""
    return Child(work).result()


def _work(work: Callable[[], Any], writing: int) -> None:
    try:
        try:
            answer = {"result": work()}
        except BaseException:
            answer = {"error": traceback.format_exc()}
        with contextlib.suppress(OSError):
            os.write(writing, json.dumps(answer).encode())
    finally:
        # Nothing of the test run may be ended twice.
        os._exit(0)


def _read_all(reading: int, limit: float) -> Optional[str]:
    """Up to the end of the pipe; None when that takes longer than `limit` seconds."""
    chunks = []
    while True:
        if not select.select([reading], [], [], limit)[0]:
            return None
        chunk = os.read(reading, 65536)
        if not chunk:
            return b"".join(chunks).decode()
        chunks.append(chunk)
