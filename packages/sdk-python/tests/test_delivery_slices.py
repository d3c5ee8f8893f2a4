"""A large transfer is applied in slices, between which an event loop is free, and anything else may come."""

from __future__ import annotations

import asyncio
import json
from itertools import islice
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest
from played_delivery import PlayedDelivery, digest_of, event_of, prompt_of
from played_px0 import revision

from px0 import AsyncPx0, _following
from px0._delivery.answer import Refusal
from px0._delivery.connection import Connection
from px0._delivery.delivery_client import DeliveryClient, Open, Options
from px0._delivery.locate import Audience

TEAMS = ("team a", "team b")
HELLO = {"type": "hello", "protocol": 1, "resumed": False, "stale": False, "heartbeat_ms": 15_000, "retry_ms": [0, 10]}


def prompts(number: int) -> List[Dict[str, Any]]:
    return [prompt_of(f"p{one}", {number: f"v{number}"}, number) for one in range(number, number + 4)]


def transfer(number: int) -> List[Dict[str, Any]]:
    """Of two teams with four prompts each, some of which are the same with the next number."""
    frames: List[Dict[str, Any]] = [HELLO]
    everything = []
    for team_id in TEAMS:
        frames.append({"type": "begin", "team_id": team_id, "base": None})
        for prompt in prompts(number):
            prompt = {**prompt, "id": f"{prompt['id']} in {team_id}"}
            frames.append({"type": "put", "team_id": team_id, "revision": revision(number), "prompt": prompt})
            everything.append(prompt)
    teams = [{"team_id": team_id, "revision": revision(number)} for team_id in TEAMS]
    return [*frames, {"type": "sync", "revision": revision(number), "key_expires_at": None, "teams": teams, **digest_of(everything)}]


def client_with_connection() -> Tuple[DeliveryClient, Connection]:
    client = DeliveryClient(Options("stream", Audience(None, None), 30_000, 2_000, lambda: 1_000.0, lambda: 0.5))
    client.start()
    return client, answered(client)


def answered(client: DeliveryClient) -> Connection:
    [connection] = [action.connection for action in client.take_actions() if isinstance(action, Open)]
    client.answered(connection, 200, {"content-type": "text/event-stream"})
    return connection


def receiving(client: DeliveryClient, connection: Connection, number: int) -> Iterator[None]:
    return client.receiving(connection, b"".join([event_of(frame) for frame in transfer(number)]))


def fits(client: DeliveryClient) -> bool:
    """Whether what renders find is what was delivered."""
    found = sorted(held.prompt["id"] for held in client.index.all())
    held = sorted(prompt_id for team_id in client.replica.team_ids for prompt_id in client.replica.prompts_of(team_id))
    counted = client.replica.counted_anew(lambda *_: None)
    return found == held == sorted(client.replica._homes) and counted.digest().text == client.replica.digest().text


def reconnects(client: DeliveryClient, connection: Connection) -> None:
    client.ended(connection, "reset")
    client.reconnect()


BETWEEN: Dict[str, Callable[[DeliveryClient, Connection], None]] = {
    "the connection ends": reconnects,
    "a fork": lambda client, _: (client.begin_anew(), client.start()),  # type: ignore[func-returns-value]
}


@pytest.mark.parametrize("between", BETWEEN)
def test_what_comes_between_two_slices_finds_what_fits(between: str) -> None:
    client, connection = client_with_connection()
    for _ in receiving(client, connection, 1):
        pass
    whole = sum(1 for _ in receiving(*client_with_connection(), 2))
    assert whole > 15
    for after in range(whole):
        client, connection = client_with_connection()
        for _ in receiving(client, connection, 1):
            pass
        steps = receiving(client, connection, 2)
        for _ in islice(steps, after):
            pass
        BETWEEN[between](client, connection)
        # Whoever has begun it goes on, or does not; in a forked process nobody does.
        if after % 2 and between != "a fork":
            list(steps)
        assert fits(client), after
        again = answered(client)
        list(receiving(client, again, 3))
        assert fits(client), after
        assert sorted({held.prompt["slug"] for held in client.index.all()}) == ["p3", "p4", "p5", "p6"]
        assert client.state == "ready" and client.repairs == 0


@pytest.mark.parametrize("end", [lambda client: client.close(), None], ids=["closed", "refused"])
def test_what_ends_the_client_between_two_slices_ends_it(end: Any) -> None:
    for after in range(30):
        client, connection = client_with_connection()
        steps = receiving(client, connection, 1)
        for _ in islice(steps, after):
            pass
        if end is None:
            client._refuse(Refusal(401, "unauthorized"))
        else:
            end(client)
        list(steps)
        assert fits(client), after
        assert client.index.all() == [] or end is not None
        assert not client.is_open(connection)


def test_a_move_to_another_connection_is_made_in_slices() -> None:
    for after in range(40):
        now = [1_000.0]
        client = DeliveryClient(Options("stream", Audience(None, None), 30_000, 2_000, lambda: now[0], lambda: 0.5))
        client.start()
        first = answered(client)
        list(receiving(client, first, 1))
        goaway = {"type": "goaway", "reason": "drain", "retry_ms": [0, 10], "grace_ms": 10_000}
        client.received(first, event_of(goaway))
        now[0] += 10
        client.tick()
        second = answered(client)
        steps = receiving(client, second, 2)
        for _ in islice(steps, after):
            pass
        # The first one ends meanwhile.
        client.ended(first, None)
        list(steps)
        assert fits(client), after
        client.received(second, event_of({"type": "heartbeat", "revision": revision(2), "stale": False, **digest_of_all(2)}))
        assert fits(client) and client.replica is second.replica, after
        assert sorted({held.prompt["slug"] for held in client.index.all()}) == ["p2", "p3", "p4", "p5"]


def test_what_was_written_to_another_installation_is_not_waited_for() -> None:
    now = [1_000.0]
    client = DeliveryClient(Options("stream", Audience(None, None), 30_000, 2_000, lambda: now[0], lambda: 0.5))
    forgotten: List[float] = []
    client.on_other_installation = lambda: forgotten.append(now[0])
    client.start()
    connection = answered(client)
    list(receiving(client, connection, 1))
    client.ended(connection, "reset")
    while not forgotten and now[0] < 2_000_000:
        now[0] += 1_000
        client.tick()
        for action in client.take_actions():
            if isinstance(action, Open):
                headers = {"px0-revision": revision(1, epoch=1)}
                client.answered(action.connection, 503, headers, '{"error":"revision not yet available"}')
    assert len(forgotten) == 1 and forgotten[0] > 600_000
    assert client.replica.floor is None


def digest_of_all(number: int) -> Dict[str, Any]:
    sync = transfer(number)[-1]
    return {"digest": sync["digest"], "count": sync["count"]}


def test_an_event_loop_has_its_turns_while_much_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_following, "_SLICE", -1.0)
    delivering = PlayedDelivery()
    for number in range(300):
        delivering.put(prompt_of(f"p{number}", {1: "x"}, 1))
    lines = b"".join([json.dumps(frame).encode() + b"\n" for frame in delivering.transfer()])
    monkeypatch.setattr(delivering, "_packed", lambda pieces: iter([lines]))

    async def run() -> None:
        turns = 0
        async with AsyncPx0(delivering.host, "ak_test", mode="poll", init_timeout=20.0) as client:
            ready = asyncio.ensure_future(client.ready(20))
            while not ready.done():
                turns += 1
                await asyncio.sleep(0)
            assert await ready and client.status().prompts == 301
        # One for each line that is read, and one for each prompt that takes effect.
        assert turns > 600

    asyncio.run(run())
    delivering.stop()
