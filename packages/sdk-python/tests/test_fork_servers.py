"""A client that is made when an application is loaded, under the servers that fork afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Callable, Iterator, List, Mapping, Sequence, Tuple

import pytest
from conftest import eventually
from played_delivery import PlayedDelivery, prompt_of
from played_px0 import PlayedPx0, refused
from processes import Together, needs_fork

import px0

APPLICATIONS = Path(__file__).parent / "applications"
PROCESSES = 4
ROUNDS = 10

# What else is proved of the first two is in test_promotions.py.
pytestmark = [
    needs_fork,
    pytest.mark.skipif(os.environ.get("PX0_LONG_TESTS") != "1", reason="takes long: npm run test:python-servers"),
]


@pytest.fixture
def start(played: PlayedPx0, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a server of this Python with applications and px0 at hand, and ends it after the test."""
    started: List[Tuple[subprocess.Popen[bytes], int]] = []

    def run(
        *arguments: str,
        program: Sequence[str] = (sys.executable, "-m"),
        end: int = signal.SIGTERM,
        more: Mapping[str, str] = {},
        **options: Any,
    ) -> subprocess.Popen[bytes]:
        own = [str(APPLICATIONS), str(APPLICATIONS.parent)]
        path = os.pathsep.join(filter(None, [*own, os.environ.get("PYTHONPATH")]))
        known = {"PX0_HOST": played.host, "PX0_ACCESS_TOKEN": "ak_test", "PYTHONPATH": path}
        process = subprocess.Popen(
            [*program, *arguments],
            env={**os.environ, **known, **more},
            cwd=tmp_path,
            start_new_session=True,
            stderr=(tmp_path / "log").open("wb"),
            **{"stdout": subprocess.DEVNULL, **options},
        )
        started.append((process, end))
        return process

    yield run
    for process, end in started:
        # One that has ended may have left others behind.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, end)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            sys.stderr.write((tmp_path / "log").read_text())


def get(port: int, name: str, timeout: float = 60) -> str:
    """The text and its source."""
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        connection.request("GET", f"/{name}")
        answer = connection.getresponse()
        return f"{answer.read().decode()} {answer.headers['source']}"


@pytest.mark.parametrize("worker", [("sync",), ("gthread", "--threads", "2")], ids=lambda worker: worker[0])
def test_gunicorn_with_a_preloaded_application(worker: Any, played: PlayedPx0, start: Any) -> None:
    pytest.importorskip("gunicorn")
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        port = listening.getsockname()[1]
        descriptor = listening.fileno()
        options = ["--preload", "--bind", f"fd://{descriptor}", "--workers", str(PROCESSES), "--worker-class", *worker]
        start("gunicorn", *options, "web:application", pass_fds=[descriptor])

        def ask(name: str) -> List[str]:
            # A connection of its own each time, so that all workers get their share.
            answers = [get(port, f"{name}-{turn}") for turn in range(ROUNDS)]
            return [answer for turn, answer in enumerate(answers) if answer != f"Hello {name}-{turn} live"]

        assert ask("first") == []
        played.answer = Together(PROCESSES)
        with ThreadPoolExecutor(PROCESSES) as callers:
            assert list(callers.map(ask, "abcd")) == [[]] * PROCESSES


def uwsgi() -> str:
    """Its program, which is compiled when it is installed (`px0[servers]`). It forks without telling Python."""
    program = Path(sys.prefix) / "bin" / "uwsgi"
    if not program.exists():
        pytest.skip("uwsgi is not installed")
    return str(program)


@pytest.mark.parametrize("has_threads", [True, False], ids=["threads", "no threads"])
def test_uwsgi_with_an_application_that_holds_prompts(start: Any, tmp_path: Path, has_threads: bool) -> None:
    program = uwsgi()
    delivering = PlayedDelivery()
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        port = listening.getsockname()[1]
        options = ["--http-socket", f"fd://{listening.fileno()}", "--module", "held", "--virtualenv", sys.prefix]
        options += ["--master", "--processes", str(PROCESSES), *(["--enable-threads"] if has_threads else [])]
        known = {"PX0_HOST": delivering.host}
        start(*options, program=[program], end=signal.SIGKILL, pass_fds=[listening.fileno()], more=known)
        if has_threads:
            assert get(port, "Ada") == "Hello Ada stream"
            eventually(lambda: get(port, "Ada") and len(delivering.streams) == PROCESSES + 1, 60)
            delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
            eventually(lambda: {get(port, "Ada") for _ in range(PROCESSES * 3)} == {"Hi Ada stream"})
        else:
            assert {get(port, "Ada") for _ in range(PROCESSES * 3)} == {"Hello Ada live"}
            assert delivering.streams == []
        warnings = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("warning: ")]
        about_threads = "warning: uWSGI needs enable-threads for the mode stream: px0 is asked for each render instead"
        assert warnings == ([] if has_threads else [about_threads])
    delivering.stop()


def test_gevent_with_a_client_that_holds_prompts(start: Any) -> None:
    pytest.importorskip("gevent")
    delivering = PlayedDelivery()
    process = start("green", more={"PX0_HOST": delivering.host}, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "Hello Ada\n"
    delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
    assert process.stdout.read() == "Hi 0 stream, Hi 1 stream, Hi 2 stream\nlive\n"
    assert process.wait(60) == 0
    delivering.stop()


def test_celery_with_forked_processes(played: PlayedPx0, start: Any, tmp_path: Path, monkeypatch: Any) -> None:
    pytest.importorskip("celery")
    monkeypatch.setenv("CELERY_FOLDER", str(tmp_path))
    monkeypatch.setenv("PX0_HOST", played.host)
    monkeypatch.setenv("PX0_ACCESS_TOKEN", "ak_test")
    monkeypatch.syspath_prepend(str(APPLICATIONS))
    for module in ("tasks", "broker"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    import tasks

    together = Together(PROCESSES)
    played.answer = lambda request: (
        refused(404, "prompt not found") if "gone" in request["path"] else together(request)
    )
    options = ["--app", "tasks", "worker", "--pool", "prefork", "--concurrency", str(PROCESSES), "--without-mingle"]
    try:
        names = [str(number) for number in range(PROCESSES * 5)]
        # All before the worker starts: it fails when it meets the file of a message that is being written.
        asked = [tasks.render.delay(name) for name in names]
        refusing = tasks.refuse.delay()
        start("celery", *options, "--without-gossip", "--without-heartbeat", end=signal.SIGKILL)
        assert [one.get(timeout=60, interval=0.01) for one in asked] == [[f"Hello {name}", "live"] for name in names]
        with pytest.raises(px0.NotFoundError, match="prompt not found"):
            refusing.get(timeout=60, interval=0.01)
    finally:
        tasks.client.close()
