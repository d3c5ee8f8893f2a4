"""Every process of an application renders a promotion, and usage adds up to the renders made, per service and version.

The same is proved of a real px0 where PX0_TEST_PROMPT names a prompt of it (`npm run test:python-servers`).
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Counter as Counts, Dict, Iterator, List, Sequence, Tuple
from urllib.parse import urlencode

import pytest
from conftest import eventually
from origins import origin_and_service
from promoted import LIMIT, SLUG, until_promoted
from processes import needs_fork
from test_fork_servers import get, start

from px0 import Px0

# A fixture of that file.
_ = start

IS_LONG = os.environ.get("PX0_LONG_TESTS") == "1"
PROCESSES = 4
# Celery's take seconds of processor time to start.
OF_CELERY = PROCESSES if IS_LONG else 2
Measured = Callable[[str], None]


class Promotion:
    """Of one prompt, while processes of one application render it."""

    def __init__(self, folder: Path, measured: Measured) -> None:
        self.origin, self.service = origin_and_service()
        self.folder = str(folder)
        self.first: int = self.origin.first
        self._measured = measured

    @property
    def environment(self) -> Dict[str, str]:
        known = {"PX0_HOST": self.origin.host, "PX0_ACCESS_TOKEN": self.origin.token, "PX0_MODE": "stream"}
        return {**known, "PX0_SERVICE": self.service}

    def client(self) -> Px0:
        client = Px0(
            self.origin.host, self.origin.token, mode="stream", retries=0, init_timeout=30.0, service_name=self.service
        )
        assert client.wait_ready(30)
        # A real one may deliver it a moment after it was promoted.
        eventually(lambda: [prompt.live for prompt in client.prompts()] == [self.first])
        return client

    def come(self, processes: int = PROCESSES) -> float:
        """Promotes once px0 delivers to all processes; when that was."""
        eventually(lambda: len(list(Path(self.folder).glob("ready-*"))) == processes, LIMIT)
        at = time.time()
        self.second = self.origin.promote()
        return at

    def prove(
        self, name: str, at: float, made: Sequence[Dict[str, Any]], others: Counts[int], processes: int = PROCESSES
    ) -> None:
        """`others` are renders beside those of the processes; all processes have ended, or closed their clients."""
        assert len({one["pid"] for one in made}) == processes
        expected = Counter(others)
        for one in made:
            expected.update({int(version): count for version, count in one["made"].items()})
            assert one["made"][str(self.second)] == 1
        eventually(lambda: sum(self.origin.renders_of(self.service).values()) >= sum(expected.values()))
        assert self.origin.renders_of(self.service) == expected
        told = self.origin.processes_of(self.service)
        assert told in (None, processes + (1 if others else 0))
        longest = max([one["at"] for one in made]) - at
        self._measured(f"{name}: {processes} processes rendered a promotion within {longest * 1000:.0f} ms")


@pytest.fixture
def promotion(tmp_path: Path, measured: Measured) -> Iterator[Promotion]:
    folder = tmp_path / "ready"
    folder.mkdir()
    one = Promotion(folder, measured)
    yield one
    one.origin.stop()


@needs_fork
def test_gunicorn_with_a_preloaded_application(promotion: Promotion, start: Any) -> None:
    pytest.importorskip("gunicorn")
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        port = listening.getsockname()[1]
        options = ["--preload", "--bind", f"fd://{listening.fileno()}", "--workers", str(PROCESSES), "--timeout", "300"]
        master = start("gunicorn", *options, "held:application", pass_fds=[listening.fileno()], more=promotion.environment)
        # Each worker takes one request, and no other until it has answered.
        asked = urlencode({"first": promotion.first, "folder": promotion.folder})
        with ThreadPoolExecutor(PROCESSES) as callers:
            answers = [callers.submit(get, port, f"until-promoted?{asked}", LIMIT * 2) for _ in range(PROCESSES)]
            at = promotion.come()
            made = [json.loads(answer.result().strip()) for answer in answers]
    # As an operator does it. Each worker tells of its own renders when it ends.
    master.terminate()
    master.wait(60)
    promotion.prove("gunicorn --preload", at, made, Counter())


@needs_fork
def test_celery_with_forked_processes(
    promotion: Promotion, start: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    pytest.importorskip("celery")
    messages = tmp_path / "messages"
    messages.mkdir()
    monkeypatch.setenv("CELERY_FOLDER", str(messages))
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "applications"))
    broker = fresh("broker", monkeypatch)
    # All before the worker starts: it fails when it meets the file of a message that is being written.
    asked = [broker.app.send_task("promotion", (promotion.first, promotion.folder)) for _ in range(OF_CELERY)]
    options = ["--app", "tasks", "worker", "--pool", "prefork", "--concurrency", str(OF_CELERY), "-O", "fair"]
    options += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    worker = start("celery", *options, end=signal.SIGKILL, more=promotion.environment)
    at = promotion.come(OF_CELERY)
    made = [one.get(timeout=LIMIT, interval=0.01) for one in asked]
    # A warm shutdown: its processes end one by one. The worker itself has rendered once, before it forked them.
    worker.terminate()
    worker.wait(60)
    promotion.prove("Celery prefork", at, made, Counter({promotion.first: 1}), OF_CELERY)


def fresh(module: str, monkeypatch: Any) -> Any:
    """It reads the environment when it is loaded."""
    monkeypatch.delitem(sys.modules, module, raising=False)
    loaded = importlib.import_module(module)
    monkeypatch.delitem(sys.modules, module)
    return loaded


_inherited: List[Px0] = []


def work(given: Tuple[Dict[str, str], int, str]) -> Dict[str, Any]:
    environment, first, folder = given
    if not _inherited:
        os.environ.update(environment)
        _inherited.append(Px0(retries=0, init_timeout=30.0))
        assert _inherited[0].wait_ready(30)
    return until_promoted(_inherited[0], first, folder)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(promotion: Promotion, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    if method == "spawn" and not IS_LONG:
        pytest.skip("takes long: npm run test:python-servers")
    client = promotion.client()
    _inherited[:] = [client] if method == "fork" else []
    # Not told yet when the others begin.
    of_parent = Counter(client.render(SLUG, name="Ada").version for _ in range(10))
    given = (promotion.environment, promotion.first, promotion.folder)
    with multiprocessing.get_context(method).Pool(PROCESSES) as pool:
        working = pool.map_async(work, [given] * PROCESSES, chunksize=1)
        at = promotion.come()
        made = working.get(LIMIT)
        pool.close()
        pool.join()
    of_parent.update([client.render(SLUG, name="Ada").version])
    client.close()
    _inherited.clear()
    promotion.prove(f"multiprocessing with {method}", at, made, of_parent)
