"""What clients count of the renders that they make, and tell px0."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import httpx
import pytest
from conftest import eventually
from counted import Counted
from played_delivery import PlayedDelivery, prompt_of
from played_px0 import USAGE, PlayedPx0, Reply

from px0 import AsyncPx0, InvalidRequestError, Px0, TemplateError, UsageError
from px0._usage import ledger, usage

Make = Callable[..., Px0]


@pytest.fixture
def delivering() -> Iterator[PlayedDelivery]:
    server = PlayedDelivery()
    yield server
    server.stop()


def following(delivering: PlayedDelivery, **options: Any) -> Px0:
    px0 = Px0(delivering.host, "ak_test", **{"mode": "stream", "retries": 0, "init_timeout": 20.0, **options})
    assert px0.wait_ready(20)
    return px0


def test_renders_made_here_are_told_at_close(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)
    px0 = following(delivering, service_name="checkout")
    for _ in range(1_000):
        px0.render("greeting", name="Ada")
    px0.render("greeting", {"name": "Ada", "mood": "glad"})
    delivering.put(prompt_of("greeting", {1: "Hello {{.name}}", 2: "{{index .list 9}}"}, 2))
    eventually(lambda: px0.prompts()[0].live == 2)
    with pytest.raises(InvalidRequestError):
        px0.render("greeting", list=[])
    px0.close()
    (report,) = counted.reports.values()
    assert report["service"] == {"name": "checkout", "version": ""} and report["sdk"].startswith("px0-python/")
    first, second = report["rows"]
    assert (first["prompt_id"], first["slug"], first["version"]) == ("id of greeting", "greeting", 1)
    assert (first["source"], first["renders"], first["failures"]) == ("stream", 1_001, 0)
    assert first["variables"] == ["mood", "name"] and sum(first["latencies"]) == 1_001
    assert (second["version"], second["renders"], second["failures"], second["variables"]) == (2, 0, 1, ["list"])


def test_no_value_is_told_and_no_name_with_counts(delivering: PlayedDelivery) -> None:
    Counted(delivering)
    for level in ("full", "counts"):
        with following(delivering, usage=level) as px0:
            px0.render("greeting", {"name": "a secret value", "mood": {"inner key": 1}})
    full, counts = [str(one["body"]) for one in delivering.requests if one["path"] == USAGE]
    assert "secret" not in full + counts and "inner" not in full + counts
    assert "mood" in full and "mood" not in counts


def test_what_px0_does_not_take_is_replaced_in_names(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)
    with following(delivering, service_name=" check\0out\n") as px0:
        # One name, as px0 is told of it.
        for name in ("mo\0od", "mo\x85od", "mo\x7fod"):
            px0.render("greeting", {"name": "Ada", name: 1})
        px0.render("greeting", {"name": "Ada", "\n" * 200: 1})
    (report,) = counted.reports.values()
    assert report["service"]["name"] == "check?out"
    (row,) = report["rows"]
    assert (row["renders"], row["variables"]) == (4, ["mo\ufffdod", "name", "\ufffd" * 128])


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    counts = ledger.Ledger(ledger.Service("", ""), "px0-python/0", lambda: 0.5)
    counts.add((None, "greet\ud83ding\0", None, "fallback", 0.0, 1.0, False, ("\ude00", "mood")))
    counts.begin(1.0, everything=True)
    batch = counts.next()
    assert batch is not None
    (row,) = json.loads(batch.body)["reports"][0]["rows"]
    assert (row["slug"], row["variables"]) == ("greet\ufffding\ufffd", ["mood", "\ufffd"])


def test_nothing_is_told_when_it_is_switched_off(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)
    with following(delivering, usage="off") as px0:
        px0.render("greeting", name="Ada")
    assert counted.attempts == []


def test_what_a_remote_client_renders_without_px0_is_told_when_it_is_back(played: PlayedPx0, client: Make) -> None:
    counted = Counted(played)
    px0 = client(fallbacks={"other": "Hi", "broken": "{{.name.first.second}}"})
    assert px0.render("greeting", name="Ada").source == "live"
    eventually(lambda: played.fetches and px0._engine.entries())
    played.stop()
    assert px0.render("greeting", name="Ada").source == "cache"
    assert px0.render("other").source == "fallback"
    with pytest.raises(TemplateError):
        px0.render("broken", name="Ada")
    played.start()
    px0.close()
    found = {(row["slug"], row["version"], row["source"]): (row["renders"], row["failures"]) for row in counted.rows}
    assert found == {
        ("greeting", 1, "cache"): (1, 0),
        ("other", None, "fallback"): (1, 0),
        ("broken", None, "fallback"): (0, 1),
    }


def test_windows_are_told_from_time_to_time_and_again_when_not_accepted(
    delivering: PlayedDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_INTERVAL_MS", 50)
    counted = Counted(delivering, 503)
    px0 = following(delivering)
    px0.render("greeting", name="Ada")
    first = eventually(lambda: counted.attempts and counted.attempts[0])
    px0.render("greeting", name="Ada")
    eventually(lambda: len(counted.attempts[-1]) == 2)
    assert counted.attempts[-1][0] == first[0] and counted.reports == {}
    counted.status = 204
    eventually(lambda: counted.renders == {(1, "stream"): 2})
    # Once it was accepted it is over.
    px0.render("greeting", name="Ada")
    eventually(lambda: counted.renders == {(1, "stream"): 3})
    px0.close()
    assert [number for _, number in counted.attempts[-1]] == [3]


@pytest.mark.parametrize("status", [400, 413])
def test_what_px0_will_never_take_is_given_up_with_a_warning(
    delivering: PlayedDelivery, status: int
) -> None:
    counted = Counted(delivering, status)
    warnings: List[str] = []
    px0 = following(delivering, on_warning=warnings.append)
    px0.render("greeting", name="Ada")
    px0.close()
    assert len(counted.attempts) == 1
    assert warnings == [f"px0 answered {status} to what was counted of renders here, which is given up"]


def test_a_thousand_rows_are_told_at_once(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)
    px0 = following(delivering)
    delivering.put(prompt_of("greeting", {number: "v" for number in range(1, 1_002)}, 1_001, {"t": 1}))
    eventually(lambda: px0.prompts()[0].live == 1_001)
    # Gathered in batches: the last of them fills the window.
    for number in range(1, 1_002):
        px0.render("greeting", version=number)
    for _ in range(usage._TOGETHER):
        px0.render("greeting")
    eventually(lambda: len(counted.rows) == 1_000)
    px0.close()
    assert sum(counted.renders.values()) == 1_001 + usage._TOGETHER


def test_many_threads_count_each_render_once(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)
    px0 = following(delivering)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [
            threading.Thread(target=lambda: [px0.render("greeting", name="Ada") for _ in range(1_000)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    px0.close()
    assert counted.renders == {(1, "stream"): 8_000}


def test_a_render_does_not_wait_for_who_gathers(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)
    px0 = following(delivering)
    px0.render("greeting", name="Ada")
    counts = px0._usage
    assert counts is not None
    with counts._gathering, counts._starting:
        for _ in range(usage._TOGETHER * 2):
            px0.render("greeting", name="Ada")
    px0.close()
    assert counted.renders == {(1, "stream"): 1 + usage._TOGETHER * 2}


def test_a_close_does_not_wait_for_long(delivering: PlayedDelivery) -> None:
    over = threading.Event()

    def answer(request: Dict[str, Any]) -> Optional[Reply]:
        if request["path"] == USAGE:
            over.wait(60)
        return before(request)

    before, delivering.answer = delivering.answer, answer
    px0 = following(delivering)
    px0.render("greeting", name="Ada")
    px0.close()
    # It has not waited for the answer, which is still not there.
    assert not over.is_set()
    over.set()


def test_an_async_client_tells(delivering: PlayedDelivery) -> None:
    counted = Counted(delivering)

    async def run(**options: Any) -> None:
        async with AsyncPx0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0, **options) as px0:
            for _ in range(10):
                await px0.render("greeting", name="Ada")

    asyncio.run(run())
    assert counted.renders == {(1, "stream"): 10}

    async def run_with_given() -> None:
        async with httpx.AsyncClient(headers={"x-given": "yes"}) as given:
            await run(http_client=given)

    asyncio.run(run_with_given())
    assert counted.renders == {(1, "stream"): 20}
    told = [one for one in delivering.requests if one["path"] == USAGE]
    assert [one["headers"].get("x-given") for one in told] == [None, "yes"]


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
PROGRAMS = {
    "blocking": """
import sys
from px0 import Px0
px0 = Px0(sys.argv[1], "ak_test", mode="stream", retries=0, init_timeout=20.0)
px0.wait_ready(20)
for _ in range(10): px0.render("greeting", name="Ada")
""",
    "async": """
import asyncio, sys
from px0 import AsyncPx0
px0 = AsyncPx0(sys.argv[1], "ak_test", mode="stream", retries=0, init_timeout=20.0)
async def main():
    await px0.ready(20)
    for _ in range(10): await px0.render("greeting", name="Ada")
asyncio.run(main())
""",
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_program_that_ends_without_a_close_tells(delivering: PlayedDelivery, tmp_path: Path, kind: str) -> None:
    counted = Counted(delivering)
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS[kind])
    subprocess.run([sys.executable, str(program), delivering.host], check=True, timeout=60, env=ENVIRONMENT)
    assert counted.renders == {(1, "stream"): 10}


def test_clients_that_are_dropped_leave_no_thread(played: PlayedPx0) -> None:
    # Nothing of what they count is accepted.
    Counted(played, 503)
    played.answer = lambda request, told=played.answer: told(request) or Reply(503, "")

    def threads() -> int:
        return sum([thread.name == "px0-usage" for thread in threading.enumerate()])

    before = threads()
    for _ in range(20):
        Px0(played.host, "ak_test", retries=0).render("greeting", fallback="Hi")
    assert threads() > before
    eventually(lambda: gc.collect() is not None and threads() <= before)


def test_a_program_ends_though_px0_does_not_answer(delivering: PlayedDelivery, tmp_path: Path) -> None:
    over = threading.Event()

    def answer(request: Dict[str, Any]) -> Optional[Reply]:
        if request["path"] == USAGE:
            over.wait(60)
        return before(request)

    before, delivering.answer = delivering.answer, answer
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS["blocking"])
    subprocess.run([sys.executable, str(program), delivering.host], check=True, timeout=60, env=ENVIRONMENT)
    assert not over.is_set()
    over.set()


def test_remote_renders_say_which_service_asks(played: PlayedPx0, client: Make) -> None:
    client(service_name="checkout").render("greeting", name="Ada")
    client(service_name="").render("greeting", name="Ada")
    assert [one["headers"].get("px0-service") for one in played.renders] == ["checkout", None]


@pytest.mark.parametrize(
    "options", [{"usage": "some"}, {"service_name": 7}, {"telemetry": 1}, {"spans": "yes"}], ids=str
)
def test_options_that_cannot_be(options: Dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Px0("http://localhost", "ak_test", **options)
