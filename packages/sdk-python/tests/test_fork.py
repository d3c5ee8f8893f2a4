"""A client that was made before a fork, used on both sides of it."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from typing import Any, Callable, List

import pytest
from conftest import eventually
from played_px0 import PlayedPx0
from processes import Child, Together, in_child, needs_fork

import px0
from px0 import AsyncPx0, Px0

Make = Callable[..., Px0]

pytestmark = needs_fork


def renders(client: Px0, name: str, times: int, barrier: Any) -> List[Any]:
    """What was not the caller's own text, or not live."""
    wrong = []
    for turn in range(times):
        barrier.wait(60)
        mine = f"{name}-{turn}"
        try:
            result = client.render("greeting", {"name": mine})
        except px0.Px0Error as error:
            wrong.append(repr(error))
            continue
        if (result.text, result.source) != (f"Hello {mine}", "live"):
            wrong.append((mine, result.text, result.source))
    return wrong


def test_no_forked_process_gets_the_text_of_another(client: Make, played: PlayedPx0) -> None:
    px = client(cache=False, timeout=30, attempt_timeout=30)
    px.render("greeting", name="parent")
    played.answer = Together(5)
    barrier = multiprocessing.get_context("fork").Barrier(5)
    children = [
        Child(lambda name=f"child-{number}": renders(px, name, 20, barrier))  # type: ignore[misc]
        for number in range(4)
    ]
    assert renders(px, "parent", 20, barrier) == []
    assert [child.result() for child in children] == [[], [], [], []]


def test_no_forked_process_gets_the_text_of_another_with_asyncio(played: PlayedPx0) -> None:
    px = AsyncPx0(played.host, "ak_test", retries=0, cache=False, timeout=30, attempt_timeout=30)

    async def names(name: str) -> List[Any]:
        results = [(await px.render("greeting", {"name": f"{name}-{turn}"})).text for turn in range(10)]
        return [text for turn, text in enumerate(results) if text != f"Hello {name}-{turn}"]

    async def run() -> None:
        assert await names("before") == []
        played.answer = Together(4)
        children = [
            Child(lambda name=f"child-{number}": asyncio.run(names(name)))  # type: ignore[misc]
            for number in range(3)
        ]
        assert await names("parent") == []
        loop = asyncio.get_running_loop()
        for child in children:
            assert await loop.run_in_executor(None, child.result) == []
        await px.aclose()

    asyncio.run(run())


def test_no_forked_process_gets_the_answer_of_another_from_the_generated_client(played: PlayedPx0) -> None:
    api = px0.PromptRendersApi(px0.ApiClient(px0.Configuration(played.host, access_token="ak_test")))

    def names(name: str) -> List[Any]:
        wanted = [f"{name}-{turn}" for turn in range(10)]
        bodies = [px0.RenderRequest(variables={"name": one}) for one in wanted]
        texts = [api.render_live(slug="greeting", render_request=body).rendered for body in bodies]
        return [text for text, one in zip(texts, wanted) if text != f"Hello {one}"]

    assert names("before") == []
    played.answer = Together(4)
    children = [Child(lambda name=f"child-{number}": names(name)) for number in range(3)]  # type: ignore[misc]
    assert names("parent") == []
    assert [child.result() for child in children] == [[], [], []]


def test_a_fork_while_a_template_is_fetched_leaves_a_client_that_closes(
    client: Make, played: PlayedPx0
) -> None:
    go_on = threading.Event()

    def slow_fetch(request: Any) -> None:
        if request["method"] == "GET":
            go_on.wait(60)

    played.answer = slow_fetch
    px = client(timeout=60, attempt_timeout=60)
    px.render("greeting", name="Ada")
    eventually(lambda: played.fetches)
    closed = Child(lambda: px.close())

    def fetch_again() -> Any:
        assert px.render("greeting", name="Ada").source == "live"
        eventually(lambda: px._engine.entries())
        px.close()
        return len(px._engine.entries())

    fetching = Child(fetch_again)
    try:
        assert closed.result() is None
        # What was under way in the parent is begun anew in the child.
        eventually(lambda: len(played.fetches) == 2)
    finally:
        go_on.set()
    assert fetching.result() == 1
    eventually(lambda: px._engine.entries())


def test_what_was_kept_before_the_fork_serves_after_it(client: Make, played: PlayedPx0) -> None:
    px = client()
    px.render("greeting", name="Ada")
    eventually(lambda: px._engine.entries())
    played.stop()
    result = in_child(lambda: px.render("greeting", name="Grace").text)
    assert result == "Hello Grace"
