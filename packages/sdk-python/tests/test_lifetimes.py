"""Clients that outlive the place that they were made in: processes, event loops, threads, and Python itself."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Callable, List

import httpx
import pytest
from conftest import eventually
from played_px0 import PlayedPx0, Reply
from processes import in_child, needs_fork

import px0
from px0 import AsyncPx0, Px0, _process

Make = Callable[..., Px0]

inherited: List[Px0] = []


def rendered(name: str) -> str:
    return inherited[0].render("greeting", name=name).text


@needs_fork
def test_a_pool_of_processes_inherits_a_client(client: Make) -> None:
    inherited[:] = [client()]
    assert rendered("parent") == "Hello parent"
    names = [str(number) for number in range(20)]
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        assert pool.map(rendered, names, 1) == [f"Hello {name}" for name in names]
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert list(executor.map(rendered, names)) == [f"Hello {name}" for name in names]


@needs_fork
def test_a_fork_that_python_does_not_tell_of_is_noticed(
    client: Make, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    px = client(cache=False)
    px.render("greeting", name="Ada")
    # As in a server written in C: no hook is called.
    monkeypatch.setattr(_process, "_homes", [])
    before = len(played._connections)
    assert in_child(lambda: px.render("greeting", name="Grace").text) == "Hello Grace"
    assert len(played._connections) == before + 1


@needs_fork
def test_a_fork_within_a_fallback_leaves_a_call_that_ends(client: Make, played: PlayedPx0) -> None:
    played.stop()
    px = client()
    for _ in range(3):
        px.render("greeting", fallback="Hi")
    assert px.render("greeting", fallback=lambda _: in_child(lambda: px.render("other", fallback="Bye").text)).text == "Bye"


@needs_fork
def test_an_outage_of_the_parent_is_none_of_the_child(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(503, None, {"retry-after": "30"})
    px = client(fallbacks={"greeting": "Hi"})
    for _ in range(3):
        assert px.render("greeting").source == "fallback"
    played.answer = lambda request: None
    assert in_child(lambda: px.render("greeting", name="Ada").source) == "live"


@needs_fork
def test_only_the_parent_writes_what_it_has_learned(client: Make, played: PlayedPx0, tmp_path: Any) -> None:
    file = tmp_path / "px0.json"
    px = client(snapshot_file=file)
    px.render("greeting", name="Ada")
    eventually(lambda: px._engine.entries())
    in_child(lambda: (file.unlink(missing_ok=True), px.close())[1])
    eventually(file.exists)


@needs_fork
def test_a_given_client_is_not_used_in_a_forked_process(played: PlayedPx0) -> None:
    def refused(call: Callable[[], Any]) -> str:
        with pytest.raises(px0.UsageError) as raised:
            call()
        return str(raised.value)

    with httpx.Client() as http_client:
        px = Px0(played.host, "ak_test", http_client=http_client)
        px.render("greeting", name="Ada")
        assert "made before a fork" in in_child(lambda: refused(lambda: px.render("greeting", fallback="Hi")))
        assert in_child(px.close) is None
        assert px.render("greeting", name="Ada").source == "live"
    apx = AsyncPx0(played.host, "ak_test", http_client=httpx.AsyncClient())
    call = lambda: asyncio.run(apx.render("greeting", fallback="Hi"))  # noqa: E731
    assert "made before a fork" in in_child(lambda: refused(call))


@needs_fork
def test_a_closed_client_stays_closed_in_a_forked_process(client: Make) -> None:
    px = client()
    px.close()

    def is_closed() -> bool:
        with pytest.raises(px0.UsageError, match="closed"):
            px.render("greeting")
        px.close()
        return True

    assert in_child(is_closed)


def test_an_async_client_serves_one_event_loop_after_the_other(played: PlayedPx0) -> None:
    px = AsyncPx0(played.host, "ak_test", retries=0)
    for name in ("Ada", "Grace", "Edith"):
        assert asyncio.run(px.render("greeting", name=name)).text == f"Hello {name}"
    assert len(px._places) == 1
    asyncio.run(px.aclose())


def test_an_async_client_serves_several_event_loops_at_once(played: PlayedPx0) -> None:
    px = AsyncPx0(played.host, "ak_test", timeout=30, attempt_timeout=30)
    wrong: List[str] = []

    async def work(number: int) -> None:
        names = [f"{number}-{turn}" for turn in range(20)]
        results = await asyncio.gather(*(px.render("greeting", name=name) for name in names))
        wrong.extend(name for name, result in zip(names, results) if result.text != f"Hello {name}")

    threads = [threading.Thread(target=lambda number=number: asyncio.run(work(number))) for number in range(4)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    asyncio.run(px.aclose())


def test_a_loop_that_ended_during_an_outage_does_not_keep_the_next_from_recovering(played: PlayedPx0) -> None:
    px = AsyncPx0(played.host, "ak_test", retries=0, cache=False, fallbacks={"greeting": "Hi"})
    played.stop()

    async def render() -> str:
        return (await px.render("greeting", name="Ada")).source

    # Each ends with its probe in the background, before that could say anything.
    eventually(lambda: asyncio.run(render()) == "fallback" and px._engine._outage.is_probe_due)
    asyncio.run(render())
    played.start()

    async def recover() -> None:
        while await render() != "live":
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(recover(), 30))
    asyncio.run(px.aclose())


def test_a_given_async_client_is_used_in_one_event_loop(played: PlayedPx0) -> None:
    px = AsyncPx0(played.host, "ak_test", http_client=httpx.AsyncClient())
    assert asyncio.run(px.render("greeting", name="Ada")).source == "live"
    with pytest.raises(px0.UsageError, match="another event loop"):
        asyncio.run(px.render("greeting", name="Ada", fallback="Hi"))


def test_an_async_client_outside_of_an_event_loop_says_so(played: PlayedPx0) -> None:
    call = AsyncPx0(played.host, "ak_test").render("greeting")
    with pytest.raises(px0.UsageError, match="event loop"):
        call.send(None)


@pytest.mark.parametrize("kind", [Px0, AsyncPx0])
@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_client_has_no_copy(kind: Any, take: Any, played: PlayedPx0) -> None:
    with pytest.raises(px0.UsageError, match="cannot be copied or sent to another process"):
        take(kind(played.host, "ak_secret"))


def test_results_and_errors_go_from_process_to_process(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(503, {"error": "away"}, {"retry-after": "7"})
    result = pickle.loads(pickle.dumps(client().render("greeting", fallback="Hi")))
    assert (result.text, result.cause.status, result.cause.retry_after) == ("Hi", 503, 7.0)
    for error in (px0.NotFoundError(404, "gone"), px0.RefusedError(418, "tea"), px0.UsageError("no"), px0.TemplateError("no")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_a_client_that_is_closed_while_others_use_it_gives_results_or_errors_of_px0(client: Make) -> None:
    px = client(fallbacks={"greeting": "Hi {{.name}}"})
    outcomes: List[Any] = []

    def work() -> None:
        try:
            while True:
                px.render("greeting", name="Ada")
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    px.close()
    for thread in threads:
        thread.join(60)
    assert [(type(outcome), str(outcome)) for outcome in outcomes] == [(px0.UsageError, "the client is closed")] * 4


@pytest.mark.parametrize("is_async", [False, True])
def test_a_client_is_closed_in_time_whatever_a_call_may_take(
    is_async: bool, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("px0.client._LONGEST_CLOSE", 0.1)
    asked, end = threading.Event(), threading.Event()

    def hang(request: Any) -> None:
        if request["method"] == "GET":
            asked.set()
            end.wait(60)

    played.answer = hang
    settings: Any = {"host": played.host, "access_token": "ak_test", "timeout": 1e6, "attempt_timeout": 1e6}

    def blocking() -> None:
        with Px0(**settings) as px:
            px.render("greeting", name="Ada")
            assert asked.wait(60)

    async def asynchronous() -> None:
        async with AsyncPx0(**settings) as px:
            await px.render("greeting", name="Ada")
            assert await asyncio.get_running_loop().run_in_executor(None, asked.wait, 60)

    done = threading.Thread(target=(lambda: asyncio.run(asynchronous())) if is_async else blocking, daemon=True)
    done.start()
    done.join(30)
    is_closed = not done.is_alive()
    end.set()
    assert is_closed


def test_a_relative_path_of_a_snapshot_counts_from_the_folder_in_which_the_client_is_made(
    client: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = tmp_path / "later"
    later.mkdir()
    monkeypatch.chdir(tmp_path)
    px = client(snapshot_file="px0.json")
    monkeypatch.chdir(later)
    px.render("greeting", name="Ada")
    px.close()
    assert (tmp_path / "px0.json").is_file()
    assert not list(later.iterdir())


def test_a_program_ends_without_closing_its_client_and_may_render_at_its_end(played: PlayedPx0, tmp_path: Any) -> None:
    program = """
import asyncio, atexit, sys
import httpx
from px0 import AsyncPx0, Px0

blocking = Px0(retries=0, snapshot_file=sys.argv[1])
asynchronous = AsyncPx0(retries=0)
given = Px0(retries=0, http_client=httpx.Client())

def at_the_end():
    print(blocking.render("greeting", name="the end"))
    print(given.render("greeting", name="the end"))
    blocking.close()

atexit.register(at_the_end)
print(blocking.render("greeting", name="Ada"))
print(asyncio.run(asynchronous.render("greeting", name="Ada")))
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program, str(tmp_path / "px0.json")],
        env={**os.environ, "PX0_HOST": played.host, "PX0_ACCESS_TOKEN": "ak_test"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, ["Hello Ada"] * 2 + ["Hello the end"] * 2), done.stderr
    assert "Traceback" not in done.stderr
