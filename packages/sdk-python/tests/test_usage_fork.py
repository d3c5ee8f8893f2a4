"""Usage adds up to the renders made, whatever an application forks and however its processes end."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Iterator, List, Tuple

import pytest
from conftest import eventually
from counted import Counted
from played_delivery import PlayedDelivery, prompt_of
from processes import Child, in_child, needs_fork

from px0 import Px0

TIMES = 100
PROCESSES = 4


@pytest.fixture
def delivering() -> Iterator[PlayedDelivery]:
    server = PlayedDelivery()
    yield server
    server.stop()


@pytest.fixture
def counted(delivering: PlayedDelivery) -> Counted:
    return Counted(delivering)


@pytest.fixture
def client(delivering: PlayedDelivery, counted: Counted) -> Iterator[Px0]:
    px0 = Px0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0, service_name="checkout")
    assert px0.wait_ready(20)
    yield px0
    px0.close()


def render(client: Px0, times: int = TIMES) -> None:
    for _ in range(times):
        client.render("greeting", name="Ada")


@needs_fork
def test_each_process_counts_its_own(client: Px0, counted: Counted) -> None:
    # Not sent yet when the others begin.
    render(client)

    def work() -> None:
        render(client)
        client.close()

    children = [Child(work) for _ in range(PROCESSES)]
    render(client)
    for child in children:
        child.result()
    client.close()
    assert counted.renders == {(1, "stream"): (PROCESSES + 2) * TIMES}
    assert len({process for process, _ in counted.reports}) == PROCESSES + 1
    assert {report["service"]["name"] for report in counted.reports.values()} == {"checkout"}


@needs_fork
def test_a_process_that_forks_while_threads_render_tells_of_each_render_once(client: Px0, counted: Counted) -> None:
    over = threading.Event()
    made: List[int] = []

    def go_on() -> None:
        number = 0
        while not over.is_set():
            client.render("greeting", name="Ada")
            number += 1
        made.append(number)

    threads = [threading.Thread(target=go_on) for _ in range(2)]
    for thread in threads:
        thread.start()

    def work() -> None:
        render(client)
        client.close()

    for _ in range(PROCESSES):
        in_child(work)
    over.set()
    for thread in threads:
        thread.join()
    client.close()
    assert counted.renders == {(1, "stream"): PROCESSES * TIMES + sum(made)}


@needs_fork
def test_windows_that_wait_are_sent_by_the_process_that_has_counted_them(
    client: Px0, delivering: PlayedDelivery, counted: Counted
) -> None:
    counted.status = 503
    render(client)
    usage = client._usage
    assert usage is not None
    wish = usage.wish(20.0)
    assert wish is not None and wish.done.wait(20)
    refused = list(counted.attempts[-1])
    counted.status = 204

    def work() -> None:
        render(client)
        client.close()

    in_child(work)
    assert counted.renders == {(1, "stream"): TIMES}
    client.close()
    assert counted.renders == {(1, "stream"): 2 * TIMES}
    assert refused[0] in counted.reports


@needs_fork
def test_a_child_that_renders_nothing_tells_nothing(client: Px0, counted: Counted) -> None:
    render(client)
    in_child(client.close)
    assert counted.attempts == []


_client: List[Px0] = []


def work_with_inherited(_: int) -> int:
    """Without a close: what the process ends by does it."""
    render(_client[0])
    return os.getpid()


@needs_fork
def test_processes_of_an_executor_tell_when_they_end(client: Px0, counted: Counted) -> None:
    _client[:] = [client]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(work_with_inherited, range(PROCESSES)))
    assert counted.renders == {(1, "stream"): PROCESSES * TIMES}


@needs_fork
def test_every_process_counts_the_version_that_it_renders(
    client: Px0, delivering: PlayedDelivery, counted: Counted
) -> None:
    def work() -> int:
        made = 0

        def is_promoted() -> bool:
            nonlocal made
            made += 1
            return client.render("greeting", name="Ada").version == 2

        eventually(is_promoted)
        client.close()
        return made

    children = [Child(work) for _ in range(PROCESSES)]
    eventually(lambda: len(delivering.streams) == PROCESSES + 1)
    delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
    made = [child.result() for child in children]
    of_versions: Tuple[Any, ...] = (counted.renders[1, "stream"], counted.renders[2, "stream"])
    assert of_versions == (sum(made) - PROCESSES, PROCESSES)
