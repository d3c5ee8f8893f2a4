"""Clients that hold prompts, made and closed many times over: nothing of them stays."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from typing import Any, Callable, Dict, Iterator

import pytest
from conftest import eventually
from played_delivery import PlayedDelivery

from px0 import AsyncPx0, Px0

CLIENTS = 1_000 if os.environ.get("PX0_LONG_TESTS") == "1" else 60
WARM_UP = 20


@pytest.fixture
def delivering() -> Iterator[PlayedDelivery]:
    server = PlayedDelivery()
    yield server
    server.stop()


def blocking(delivering: PlayedDelivery, clients: int) -> None:
    for _ in range(clients):
        with Px0(delivering.host, "ak_test", mode="stream", init_timeout=60.0) as client:
            assert client.render("greeting", name="Ada").source == "stream"
        forget(delivering)


def asynchronous(delivering: PlayedDelivery, clients: int) -> None:
    async def run() -> None:
        for _ in range(clients):
            async with AsyncPx0(delivering.host, "ak_test", mode="stream", init_timeout=60.0) as client:
                assert (await client.render("greeting", name="Ada")).source == "stream"
            forget(delivering)
        # The loop closes an asynchronous generator that was collected by a task of its own, which takes a turn.
        end = time.monotonic() + 60.0
        while len(asyncio.all_tasks()) > 1:
            assert time.monotonic() < end
            await asyncio.sleep(0.01)

    asyncio.run(run())


def forget(delivering: PlayedDelivery) -> None:
    """Ends what the server has of a client."""
    delivering.send(None)
    delivering.requests.clear()
    delivering._connections.clear()


def held() -> Dict[str, int]:
    gc.collect()
    ours = [one for one in gc.get_objects() if type(one).__module__.startswith("px0.")]
    return {"threads": threading.active_count(), "descriptors": descriptors(), "objects": len(ours)}


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0


@pytest.mark.parametrize("use", [blocking, asynchronous])
def test_nothing_stays_of_clients_that_were_closed(delivering: PlayedDelivery, use: Callable[[PlayedDelivery, int], Any]) -> None:
    use(delivering, WARM_UP)
    # Threads of the server take a moment to end; of those before this test some may end meanwhile.
    before = eventually(lambda: held() if threading.active_count() < WARM_UP else None)
    use(delivering, CLIENTS)
    # One for each client would be many more.
    eventually(lambda: all(number <= before[name] + 5 for name, number in held().items()))
