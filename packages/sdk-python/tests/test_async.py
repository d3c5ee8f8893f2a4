from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable

import pytest
from played_px0 import PlayedPx0, Reply

import px0
from px0 import AsyncPx0


async def eventually(condition: Callable[[], Awaitable[Any]]) -> None:
    for _ in range(6000):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never became true")


def test_it_renders_falls_back_and_recovers(played: PlayedPx0, tmp_path: Any) -> None:
    async def run() -> None:
        async with AsyncPx0(played.host, "ak_test", retries=0, snapshot_file=tmp_path / "px0.json") as client:
            assert (await client.render("greeting", name="Ada")).source == "live"

            async def is_kept() -> bool:
                return (tmp_path / "px0.json").exists()

            await eventually(is_kept)
            played.stop()
            for _ in range(5):
                result = await client.render("greeting", {"name": "Grace"})
                assert (result.text, result.source) == ("Hello Grace", "cache")
                assert (await client.render("farewell", fallback="Bye")).source == "fallback"
            with pytest.raises(px0.UnreachableError):
                await client.render("farewell")
            played.start()

            async def is_back() -> bool:
                return (await client.render("greeting", name="Ada")).source == "live"

            await eventually(is_back)
            played.live = None
            with pytest.raises(px0.NotFoundError):
                await client.render("greeting", name="Ada", fallback="Hi")

    asyncio.run(run())
    assert (tmp_path / "px0.json").exists()


def test_many_renders_at_once_cause_one_fetch(played: PlayedPx0) -> None:
    async def run() -> None:
        async with AsyncPx0(played.host, "ak_test") as client:
            results = await asyncio.gather(*(client.render("greeting", name=str(n)) for n in range(50)))
            assert [result.text for result in results] == [f"Hello {n}" for n in range(50)]
            assert not client._is_closed

    asyncio.run(run())
    assert len(played.fetches) == 1


def test_cancelling_ends_the_call_with_the_cancellation(played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, None, None, delay=5)

    async def run() -> None:
        async with AsyncPx0(played.host, "ak_test") as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.render("greeting", fallback="Hi"), 0.05)
            with pytest.raises(px0.UnreachableError, match="has not answered within"):
                await AsyncPx0(played.host, "ak_test", attempt_timeout=0.05, retries=0).render("greeting")

    asyncio.run(run())


def test_a_closed_client_renders_no_more(played: PlayedPx0) -> None:
    async def run() -> None:
        client = AsyncPx0(played.host, "ak_test")
        await client.aclose()
        with pytest.raises(px0.UsageError, match="closed"):
            await client.render("greeting")

    asyncio.run(run())
