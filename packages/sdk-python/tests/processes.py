"""Runs work in a forked process, as servers that load an application before they fork do, and gives what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import traceback
from typing import Any, Callable, Optional

import pytest

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
