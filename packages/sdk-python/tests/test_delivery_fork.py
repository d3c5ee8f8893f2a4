"""A client that holds prompts, made before a fork and used on both sides of it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import select
import threading
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest
from conftest import eventually
from played_delivery import PlayedDelivery, prompt_of
from processes import LIMIT, Child, in_child, needs_fork

from px0 import AsyncPx0, Px0


@pytest.fixture
def delivering() -> Iterator[PlayedDelivery]:
    server = PlayedDelivery()
    yield server
    server.stop()


@pytest.fixture
def client(delivering: PlayedDelivery) -> Iterator[Px0]:
    px0 = Px0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0)
    assert px0.wait_ready(20)
    yield px0
    delivering.stop()
    px0.close()


def renders_until(client: Px0, text: str) -> Callable[[], bool]:
    return lambda: client.render("greeting", name="Ada").text == text


@needs_fork
def test_children_and_parent_receive_on(client: Px0, delivering: PlayedDelivery) -> None:
    reading, writing = os.pipe()

    def receive() -> List[Any]:
        # Before anything has come here: what the parent held.
        first = client.render("greeting", name="Ada")
        os.write(writing, b".")
        eventually(renders_until(client, "Hi Ada"))
        # Whether it is stale depends on how soon the child's own stream has begun.
        return [first.text, first.source, client.status().repairs]

    children = [Child(receive) for _ in range(3)]
    eventually(lambda: len(delivering.deliveries) == 4)
    for _ in children:
        assert select.select([reading], [], [], LIMIT)[0] and os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    resumed = [request["headers"].get("last-event-id") for request in delivering.deliveries]
    assert resumed == [None, *[resumed[1]] * 3] and resumed[1] is not None
    delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
    eventually(renders_until(client, "Hi Ada"))
    for child in children:
        assert child.result() == ["Hello Ada", "stream", 0]
    # The parent has noticed nothing: it is on its first connection.
    assert len(delivering.deliveries) == 4
    assert (client.status().state, client.status().repairs) == ("ready", 0)


@needs_fork
def test_a_child_that_renders_nothing_connects_to_nothing(client: Px0, delivering: PlayedDelivery) -> None:
    names = in_child(lambda: [thread.name for thread in threading.enumerate()])
    assert not any(name.startswith("px0") for name in names)
    assert len(delivering.deliveries) == 1


@needs_fork
def test_a_child_renders_while_px0_is_away(client: Px0, delivering: PlayedDelivery) -> None:
    delivering.stop()
    eventually(lambda: client.status().last_error)
    result = in_child(lambda: vars(client.render("greeting", name="Ada")))
    assert (result["text"], result["stale"]) == ("Hello Ada", True)


@needs_fork
def test_listeners_go_on_in_the_child(client: Px0, delivering: PlayedDelivery) -> None:
    changes: List[Any] = []
    client.on_change("greeting", changes.append)

    def hear() -> str:
        client.render("greeting", name="Ada")
        eventually(lambda: changes)
        return str(changes[0].kind)

    child = Child(hear)
    eventually(lambda: len(delivering.deliveries) == 2)
    delivering.put(prompt_of("greeting", {2: "Hi"}, 2))
    assert child.result() == "live"
    eventually(lambda: changes)


@needs_fork
def test_forks_while_changes_arrive_never_lose_one(client: Px0, delivering: PlayedDelivery) -> None:
    over = threading.Event()

    def promote() -> None:
        number = 1
        while not over.is_set():
            number += 1
            delivering.put(prompt_of("greeting", {number: f"v{number}"}, number))
            over.wait(0.001)
        delivering.put(prompt_of("greeting", {number + 1: "last"}, number + 1))

    promoting = threading.Thread(target=promote)
    promoting.start()
    children = [Child(lambda: eventually(renders_until(client, "last"))) for _ in range(8)]
    eventually(lambda: len(delivering.deliveries) >= 9)
    over.set()
    promoting.join()
    assert [child.result() for child in children] == [True] * 8
    eventually(renders_until(client, "last"))


def work(host: str, file: str) -> str:
    """In a process that inherits nothing."""
    with Px0(host, "ak_test", mode="stream", state_file=file, init_timeout=20.0) as client:
        return client.render("greeting", name="Ada").text


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pool_of_processes(delivering: PlayedDelivery, client: Px0, tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    with multiprocessing.get_context(method).Pool(2) as pool:
        texts = pool.starmap(work, [(delivering.host, str(tmp_path / f"state {number}")) for number in range(2)])
    assert texts == ["Hello Ada", "Hello Ada"]
    assert client.status().state == "ready"


@needs_fork
def test_an_async_client_goes_on_in_the_child(delivering: PlayedDelivery) -> None:
    client = AsyncPx0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0)

    async def hear(text: str) -> str:
        while True:
            result = await client.render("greeting", name="Ada")
            if result.text == text:
                return result.source
            await asyncio.sleep(0.01)

    def in_loop(text: str) -> str:
        return asyncio.run(asyncio.wait_for(hear(text), 60))

    async def run() -> None:
        assert await client.ready(20)
        children = [Child(lambda: in_loop("Hi Ada")) for _ in range(2)]
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, lambda: eventually(lambda: len(delivering.streams) == 3))
        delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
        assert await hear("Hi Ada") == "stream"
        for child in children:
            assert await loop.run_in_executor(None, child.result) == "stream"
        assert client.status().state == "ready"
        await client.aclose()

    asyncio.run(run())
