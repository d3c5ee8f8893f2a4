from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest
from played_px0 import PlayedPx0
from played_wire import PlayedWire, Script

from px0 import AsyncPx0, Px0


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test does not say how long a call may take, a machine that stands still for seconds fails nothing."""
    for client in (Px0, AsyncPx0):
        for limit in ("timeout", "attempt_timeout"):
            monkeypatch.setitem(client.__init__.__kwdefaults__, limit, 60.0)


@pytest.fixture
def played() -> Iterator[PlayedPx0]:
    server = PlayedPx0()
    yield server
    server.stop()


@pytest.fixture
def client(played: PlayedPx0) -> Iterator[Callable[..., Px0]]:
    """Makes clients of the played px0, quick to give up, and closes them."""
    made: List[Px0] = []

    def make(**options: Any) -> Px0:
        px0 = Px0(played.host, "ak_test", **{"retries": 0, **options})
        made.append(px0)
        return px0

    yield make
    played.stop()
    for px0 in made:
        px0.close()


@pytest.fixture
def wire() -> Iterator[Callable[[Script], PlayedWire]]:
    made: List[PlayedWire] = []

    def make(script: Script) -> PlayedWire:
        made.append(PlayedWire(script))
        return made[-1]

    yield make
    for one in made:
        one.stop()


_measured: List[str] = []


@pytest.fixture
def measured() -> Callable[[str], None]:
    """Notes what was measured, which is printed at the end and proves nothing."""
    return _measured.append


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in _measured:
        terminalreporter.write_line(f"measured: {line}")


def eventually(condition: Callable[[], Any], timeout: float = 60.0) -> Any:
    """The condition's value once it is true; its last failure when it never is."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("it never became true")
        time.sleep(0.01)


def entries_in(file: Path) -> List[Dict[str, Any]]:
    """What a state file keeps beside what was delivered."""
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [line for line in lines if line["type"] == "kept"]
