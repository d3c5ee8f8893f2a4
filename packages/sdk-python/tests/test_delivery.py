"""The modes that hold prompts in this process, against a px0 that delivers them, or does not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import threading
import types
from pathlib import Path
from typing import Any, Callable, Iterator, List

import httpx
import pytest
from conftest import eventually
from played_delivery import OTHER_TEAM, TEAM, PlayedDelivery, event_of, prompt_of
from played_px0 import Reply, refused, revision

import px0
from px0 import AsyncPx0, Px0
from px0._delivery.answer import STREAM
from px0._delivery.connection import Connection, Request
from px0._delivery.read_frame import FrameError, read_frame

Make = Callable[..., Px0]

CHAT = {
    "version": 2,
    "status": "live",
    "template": '{{define "message 0"}}Hi {{.name}}{{end}}system:\n{{template "message 0" .}}\n\n',
    "outline": [{"role": "system", "unit": "message 0"}, {"placeholder": "history", "required": True}],
    "config": '{"model":"m"}',
    "language": 1,
}


@pytest.fixture
def delivering() -> Iterator[PlayedDelivery]:
    server = PlayedDelivery()
    yield server
    server.stop()


@pytest.fixture
def held(delivering: PlayedDelivery) -> Iterator[Make]:
    """Makes clients that hold prompts, and closes them."""
    made: List[Px0] = []

    def make(mode: str = "stream", **options: Any) -> Px0:
        client = Px0(delivering.host, "ak_test", mode=mode, **{"retries": 0, "init_timeout": 20.0, **options})
        made.append(client)
        return client

    yield make
    delivering.stop()
    for client in made:
        client.close()


@pytest.mark.parametrize("is_gzipped", [False, True])
@pytest.mark.parametrize("mode", ["stream", "poll"])
def test_renders_here_without_a_request(held: Make, delivering: PlayedDelivery, mode: str, is_gzipped: bool) -> None:
    delivering.is_gzipped = is_gzipped
    client = held(mode)
    result = client.render("greeting", name="Ada")
    assert (result.text, result.source, result.version, result.stale) == ("Hello Ada", mode, 1, False)
    assert (result.prompt_id, result.team_id) == ("id of greeting", TEAM)
    assert result.revision == revision(delivering.sequence)
    assert result.age is not None and 0 <= result.age < 15
    assert [request["method"] for request in delivering.requests] == ["GET"]
    assert delivering.requests[0]["headers"]["authorization"] == "Bearer ak_test"


def test_a_promotion_reaches_renders_and_listeners(held: Make, delivering: PlayedDelivery) -> None:
    client = held()
    assert client.wait_ready(20)
    changes: List[px0.Change] = []
    end = client.on_change("greeting", changes.append)
    client.on_change("another", changes.append)
    delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
    eventually(lambda: changes)
    assert client.render("greeting", name="Ada").text == "Hi Ada"
    [change] = changes
    assert (change.slug, change.kind, change.team_id) == ("greeting", "live", TEAM)
    assert change.before is not None and change.after is not None
    assert (change.before.live, change.after.live) == (1, 2)
    end()
    told: List[px0.Change] = []
    client.on_change("*", told.append)
    delivering.put(prompt_of("greeting", {3: "Hey {{.name}}"}, 3))
    eventually(lambda: told)
    assert len(changes) == 1


def test_a_listener_that_fails_is_a_warning_and_others_are_called(held: Make, delivering: PlayedDelivery) -> None:
    warnings: List[str] = []
    client = held(on_warning=warnings.append)
    assert client.wait_ready(20)
    changes: List[px0.Change] = []

    def failing(change: px0.Change) -> None:
        raise KeyError("mine")

    client.on_change("*", failing)
    client.on_change("*", changes.append)
    delivering.delete("greeting")
    eventually(lambda: changes)
    assert changes[0].kind == "removed" and changes[0].after is None
    assert warnings == ["a listener has failed: KeyError('mine')"]


def test_what_does_not_exist_is_said_without_a_request(held: Make, delivering: PlayedDelivery) -> None:
    delivering.put(prompt_of("draft", {}, None))
    client = held(fallbacks={"nothing": "fallback"})
    assert client.wait_ready(20)
    for options, words in [
        ({"slug": "nothing"}, "prompt not found"),
        ({"slug": "draft"}, "no live version found for this prompt"),
        ({"slug": "greeting", "tag": "prod"}, "version not found"),
        ({"slug": "nothing", "team_id": TEAM}, "prompt not found"),
    ]:
        with pytest.raises(px0.NotFoundError) as raised:
            client.render(**options)
        assert str(raised.value) == words
    assert delivering.renders == []
    # px0 itself says what is to be said of a team that is not held.
    assert client.render("greeting", name="Ada", team_id=OTHER_TEAM).source == "live"


def test_a_tag_and_a_number_that_is_delivered_are_rendered_here(held: Make, delivering: PlayedDelivery) -> None:
    delivering.put(prompt_of("greeting", {1: "one", 2: "two"}, 2, {"prod": 1, "alpha": 1}))
    client = held()
    assert client.wait_ready(20)
    result = client.render("greeting", tag="prod")
    assert (result.text, result.version, result.tags) == ("one", 1, ("alpha", "prod"))
    assert client.render("greeting", version=2).text == "two"
    assert delivering.renders == []


def test_another_number_is_asked_for_once_and_then_held(held: Make, delivering: PlayedDelivery) -> None:
    client = held()
    assert client.wait_ready(20)
    assert client.render("greeting", {"name": "Ada"}, version=7).source == "live"

    def here() -> bool:
        result = client.render("greeting", {"name": "Ada"}, version=7)
        return (result.text, result.source, result.version) == ("Seven Ada", "fetched", 7)

    eventually(here)
    asked = len(delivering.requests)
    assert here() and len(delivering.requests) == asked
    delivering.delete("greeting")
    eventually(lambda: client.prompts() == [])
    with pytest.raises(px0.NotFoundError):
        client.render("greeting", version=7)


def test_another_number_is_judged_by_the_policy_that_its_prompt_has_now(held: Make, delivering: PlayedDelivery) -> None:
    delivering.said = {"input_schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
    client = held()
    assert client.wait_ready(20)
    eventually(lambda: client.render("greeting", name="Ada", version=7).source == "fetched")
    assert client.render("greeting", name=7, version=7).contract is None
    problems = {"missing": [], "unknown": [], "invalid": [{"path": "name", "must": "be a string"}]}
    delivering.put(prompt_of("greeting", {1: "Hello {{.name}}"}, 1, contract="warn"))
    eventually(lambda: client.render("greeting", name=7, version=7).contract == problems)
    delivering.put(prompt_of("greeting", {1: "Hello {{.name}}"}, 1, contract="enforce"))

    def error() -> Any:
        try:
            return client.render("greeting", name=7, version=7, fallback="Hi") and None
        except px0.InvalidRequestError as refused:
            return refused

    refused = eventually(error)
    assert (str(refused), refused.invalid) == ("invalid variables: name must be a string", problems["invalid"])
    assert client.render("greeting", name="Ada", version=7).source == "fetched"


def test_a_template_that_fails_raises_px0s_words_a_fallback_notwithstanding(held: Make) -> None:
    client = held(fallbacks={"greeting": "fallback"})
    with pytest.raises(px0.InvalidRequestError) as raised:
        client.render("greeting")
    assert raised.value.status == 422
    assert str(raised.value) == (
        'template execution failed: template: prompt:1:8: executing "prompt" at <.name>: map has no entry for key "name"'
    )
    assert client.render("greeting", missing_key="zero").text == "Hello <no value>"


def test_a_chat_gives_messages_and_configuration(held: Make, delivering: PlayedDelivery) -> None:
    delivering.put(prompt_of("chat", {}, 2, versions=[CHAT]))
    client = held()
    history = ({"role": "user", "content": "x"},)
    result = client.render("chat", {"name": "Ada", "history": history})
    assert result.messages == [{"role": "system", "content": "Hi Ada"}, {"role": "user", "content": "x"}]
    assert result.config == {"model": "m"}
    assert result.text == "system:\nHi Ada\n\nuser:\nx\n\n"
    with pytest.raises(px0.InvalidRequestError) as raised:
        client.render("chat", {"name": "Ada"})
    assert str(raised.value) == "invalid variables: missing history"
    with pytest.raises(px0.UsageError):
        client.render("chat", {"name": "Ada", "history": [{"role": "user", "content": {1, 2}}]})


@pytest.mark.parametrize(
    "version",
    [
        {"version": 1, "status": "live", "template": None, "missing": "pending", "language": 1},
        {"version": 1, "status": "live", "template": "{{.}}", "language": 2},
        {"version": 1, "status": "live", "template": "{{later .}}", "language": 1},
        {"version": 1, "status": "live", "template": "x", "outline": [{"later": 1}], "language": 1},
        {"version": 1, "status": "live", "template": "x"},
    ],
)
def test_what_does_not_run_here_is_rendered_by_px0(held: Make, delivering: PlayedDelivery, version: Any) -> None:
    delivering.put(prompt_of("greeting", {}, 1, versions=[version]))
    client = held()
    assert client.wait_ready(20)
    result = client.render("greeting", name="Ada")
    assert (result.text, result.source, result.prompt_id) == ("Hello Ada", "live", "id of greeting")
    alone = held(remote_when_needed=False, fallbacks={"greeting": "fallback"})
    assert alone.wait_ready(20)
    assert alone.render("greeting", name="Ada").source == "fallback"


def test_a_refused_key_renders_nothing_and_recovers(held: Make, delivering: PlayedDelivery, tmp_path: Path) -> None:
    file = tmp_path / "state"
    client = held(fallbacks={"greeting": "fallback"}, state_file=file)
    assert client.render("greeting", name="Ada").source == "stream"
    eventually(lambda: file.exists() and "Hello" in file.read_text())
    states: List[str] = []
    client.on_status(lambda status: states.append(status.state))
    delivering.refusal = refused(401, "unauthorized")
    delivering.send({"type": "end", "status": 401, "error": "unauthorized"})
    eventually(lambda: client.status().state == "refused")
    with pytest.raises(px0.UnauthorizedError) as raised:
        client.render("greeting", name="Ada")
    assert str(raised.value) == "unauthorized"
    assert delivering.renders == []
    eventually(lambda: "Hello" not in file.read_text())
    delivering.refusal = None
    client.reconnect()
    eventually(lambda: client.status().state == "ready")
    assert client.render("greeting", name="Ada").source == "stream"
    eventually(lambda: states[-1] == "ready")
    assert states[0] == "refused"


def test_a_refused_client_says_what_may_help(held: Make, delivering: PlayedDelivery) -> None:
    delivering.refusal = refused(401, "unauthorized", px0_hint="credentials=expired-key")
    client = held()
    eventually(lambda: client.status().state == "refused")
    with pytest.raises(px0.UnauthorizedError) as raised:
        client.render("greeting", name="Ada")
    assert (str(raised.value), raised.value.hint) == ("unauthorized", "the API key has expired")


def test_the_file_of_a_refused_client_is_emptied_at_once(
    held: Make, delivering: PlayedDelivery, tmp_path: Path, monkeypatch: Any
) -> None:
    path = tmp_path / "px0.state"
    client = held(state_file=path)
    assert client.wait_ready(5)
    eventually(lambda: path.exists() and "Hello" in path.read_text())
    # As if writing had taken so long that the next time is far away.
    file: Any = client._files._file
    monkeypatch.setattr(file, "_pause", 600.0)
    delivering.refusal = refused(401, "unauthorized")
    delivering.send({"type": "end", "status": 401, "error": "unauthorized"})
    eventually(lambda: client.status().state == "refused")
    eventually(lambda: "Hello" not in path.read_text())


def test_waiting_for_a_key_that_is_refused_raises(held: Make, delivering: PlayedDelivery) -> None:
    delivering.refusal = refused(403, "user is not verified")
    client = held()
    with pytest.raises(px0.ForbiddenError):
        client.wait_ready(20)


def test_while_px0_is_away_what_is_held_goes_on(held: Make, delivering: PlayedDelivery) -> None:
    client = held()
    assert client.wait_ready(20)
    delivering.stop()
    eventually(lambda: client.status().last_error)
    assert client.render("greeting", name="Ada").text == "Hello Ada"
    delivering.start()
    delivering.put(prompt_of("greeting", {2: "Back {{.name}}"}, 2))
    client.reconnect()
    eventually(lambda: client.render("greeting", name="Ada").text == "Back Ada")
    resumed = delivering.deliveries[-1]["headers"]
    assert resumed["last-event-id"] == resumed["px0-min-revision"]
    assert resumed["px0-consistency"] == "require"


def test_without_px0_a_new_process_renders_from_its_state_file(held: Make, delivering: PlayedDelivery, tmp_path: Path) -> None:
    file = tmp_path / "state"
    first = held(state_file=file)
    assert first.wait_ready(20)
    delivering.stop()
    first.close()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "ak_test" not in file.read_text()
    second = held(state_file=file)
    result = second.render("greeting", name="Ada")
    assert (result.text, result.source, result.stale) == ("Hello Ada", "snapshot", True)
    with pytest.raises(px0.UnreachableError):
        second.render("unknown")
    alone = held("file", state_file=file)
    assert alone.wait_ready(0) and alone.status().state == "offline"
    assert alone.render("greeting", name="Ada").source == "snapshot"
    assert [prompt.slug for prompt in alone.prompts()] == ["greeting"]
    delivering.start()
    second.reconnect()
    assert second.wait_ready(20)
    eventually(lambda: second.render("greeting", name="Ada").source == "stream")
    assert "last-event-id" in delivering.deliveries[-1]["headers"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("Hello", "Hallo").replace('"etag":"', '"etag":"0')[:-40],
        lambda text: "\n".join(text.split("\n")[:-2]),
        lambda text: text.replace('"count":1', '"count":2'),
        lambda text: text.replace("127.0.0.1", "example.com"),
        lambda text: "x" + text,
    ],
)
def test_a_state_file_that_does_not_add_up_counts_as_empty(
    held: Make, delivering: PlayedDelivery, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    file = tmp_path / "state"
    first = held(state_file=file)
    assert first.wait_ready(20)
    delivering.stop()
    first.close()
    file.write_text(spoil(file.read_text()))
    warnings: List[str] = []
    second = held("file", state_file=file, on_warning=warnings.append)
    with pytest.raises(px0.UnreachableError):
        second.render("greeting", name="Ada")
    assert len(warnings) <= 1
    assert second.prompts() == []


def test_what_is_too_old_is_not_rendered_here(held: Make, delivering: PlayedDelivery, tmp_path: Path) -> None:
    file = tmp_path / "state"
    first = held(state_file=file)
    assert first.wait_ready(20)
    first.close()
    lines = file.read_text().split("\n")
    file.write_text("\n".join([json.dumps({**json.loads(lines[0]), "saved_at": "2026-01-01T00:00:00Z"}), *lines[1:]]))
    old = held("file", state_file=file, max_stale=3600.0, fallbacks={"greeting": "fallback"})
    assert old.render("greeting").source == "fallback"


def test_a_narrow_audience_is_asked_for_and_others_are_left_to_px0(held: Make, delivering: PlayedDelivery) -> None:
    client = held("poll", slugs=["greeting", "a b"], team_id=TEAM)
    assert client.wait_ready(20)
    assert delivering.requests[0]["path"] == f"/v1/delivery/snapshot?team_id={TEAM}&slugs=greeting,a%20b"
    assert client.render("greeting", name="Ada").source == "poll"
    assert client.render("elsewhere", name="Ada").source == "live"


def test_polling_again_says_what_is_held(held: Make, delivering: PlayedDelivery) -> None:
    client = held("poll")
    assert client.wait_ready(20)
    eventually(lambda: client._following._frames == {})  # type: ignore[union-attr]
    client.reconnect()
    eventually(lambda: len(delivering.deliveries) == 2)
    headers = delivering.deliveries[1]["headers"]
    assert "since=" in delivering.deliveries[1]["path"] and headers["if-none-match"].endswith('.1"')
    eventually(lambda: client._following._frames == {})  # type: ignore[union-attr]
    assert client.status().state == "ready" and client.status().last_error is None


def test_a_px0_without_delivery_renders_remotely(held: Make, delivering: PlayedDelivery) -> None:
    delivering.refusal = Reply(404, {"error": "not found"})
    warnings: List[str] = []
    client = held(init_timeout=0.0, on_warning=warnings.append)
    assert client.render("greeting", name="Ada").source == "live"
    eventually(lambda: warnings)
    assert warnings == ["px0 does not deliver prompts at this address; prompts are rendered remotely"]


def write(host: str, token: str, method: str = "POST", path: str = "/v1/prompts/x/versions/2/promote") -> None:
    """By the complete API."""
    configuration = px0.Configuration(host=host, access_token=token)
    with px0.ApiClient(configuration) as api, contextlib.suppress(px0.Px0Error):
        api.call_api(method, f"{host}{path}")


def test_what_the_caller_has_written_is_waited_for(held: Make, delivering: PlayedDelivery) -> None:
    client = held(retries=0)
    assert client.wait_ready(20)
    later = revision(delivering.sequence + 1)
    deliver, replies = delivering.answer, {"is_there": True}

    def answer(request: Any) -> Any:
        if request["path"].endswith("promote"):
            return Reply(200, {}, {"px0-revision": later})
        if request["path"].endswith("/render"):
            body = {"rendered": "Asked", "version": 2, "slug": "greeting", "tags": []}
            return Reply(200, body, {"px0-revision": later}) if replies["is_there"] else Reply(503, "")
        if request["path"].endswith("refused"):
            return Reply(409, {"error": "no"}, {"px0-revision": later})
        return deliver(request)

    delivering.answer = answer
    # Neither what another caller writes nor what is only read, nor what is refused.
    write(delivering.host, "ak_other")
    write(delivering.host, "ak_test", "GET")
    write(delivering.host, "ak_test", "POST", "/v1/prompts/greeting/render")
    write(delivering.host, "ak_test", "POST", "/v1/refused")
    assert client.render("greeting", name="Ada").source == "stream"
    write(delivering.host, "ak_test")
    # It does not come, so px0 is asked, for nothing earlier than that.
    assert client.render("greeting", name="Ada").text == "Asked"
    assert delivering.requests[-1]["headers"]["px0-min-revision"] == later
    # Nor can px0 be asked.
    replies["is_there"] = False
    late = client.render("greeting", name="Ada", fallback="Fallback")
    assert (late.text, late.source, late.stale) == ("Hello Ada", "stream", True)
    assert isinstance(late.cause, px0.UnreachableError)
    delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
    eventually(lambda: client.render("greeting", name="Ada", fallback="Fallback").text == "Hi Ada")
    result = client.render("greeting", name="Ada")
    assert (result.stale, result.cause) == (False, None)


def test_what_the_caller_writes_in_the_meantime_comes_without_a_request(held: Make, delivering: PlayedDelivery) -> None:
    client = held()
    assert client.wait_ready(20)
    deliver, later = delivering.answer, revision(delivering.sequence + 1)
    delivering.answer = lambda request: (
        Reply(200, {}, {"px0-revision": later}) if request["path"].endswith("promote") else deliver(request)
    )
    write(delivering.host, "ak_test")
    following = client._following
    assert following is not None
    waits = following.await_revision

    def comes(sought: str, patience: float) -> None:
        delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
        # On a busy machine 50 ms may be too little.
        waits(sought, 20)

    following.await_revision = comes  # type: ignore[method-assign]
    assert client.render("greeting", name="Ada").text == "Hi Ada"
    assert not any(request["path"].endswith("/render") for request in delivering.requests)


def test_an_async_client_reads_its_own_writes(delivering: PlayedDelivery) -> None:
    later = revision(delivering.sequence + 1)
    deliver = delivering.answer

    def answer(request: Any) -> Any:
        if request["path"].endswith("promote"):
            return Reply(200, {}, {"px0-revision": later})
        return Reply(503, "") if request["path"].endswith("/render") else deliver(request)

    delivering.answer = answer

    async def run() -> None:
        async with AsyncPx0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0) as client:
            assert await client.ready(20)
            await asyncio.get_running_loop().run_in_executor(None, write, delivering.host, "ak_test")
            assert (await client.render("greeting", name="Ada")).stale
            delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
            while (await client.render("greeting", name="Ada")).text != "Hi Ada":
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(run(), 60))


def test_many_threads_see_all_of_a_change_or_nothing_of_it(held: Make, delivering: PlayedDelivery) -> None:
    client = held()
    assert client.wait_ready(20)
    over = threading.Event()
    failures: List[str] = []

    def work() -> None:
        while not over.is_set():
            try:
                result = client.render("greeting", name="Ada")
            except px0.Px0Error as error:
                failures.append(repr(error))
                return
            if result.text != ("Hello Ada" if result.version == 1 else f"v{result.version} Ada"):
                failures.append(f"{result.version}: {result.text}")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 100):
        delivering.put(prompt_of("greeting", {number: f"v{number} {{{{.name}}}}"}, number))
    eventually(lambda: failures or client.render("greeting", name="Ada").version == 99)
    over.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_closing_ends_the_threads(delivering: PlayedDelivery) -> None:
    # Those of other tests may not have ended yet.
    before = set(threading.enumerate())

    def ours() -> List[str]:
        return [thread.name for thread in threading.enumerate() if thread not in before and "px0" in thread.name]

    clients = [Px0(delivering.host, "ak_test", mode="stream") for _ in range(5)]
    for client in clients:
        assert client.wait_ready(20)
    assert ours().count("px0-delivery") == 5
    for client in clients:
        client.close()
        with pytest.raises(px0.UsageError):
            client.render("greeting", name="Ada")
        assert client.status().state == "closed"
    eventually(lambda: ours() == [])


def test_a_client_that_is_asked_to_move_reads_on_until_the_other_connection_has_all(
    held: Make, delivering: PlayedDelivery
) -> None:
    client = held()
    assert client.wait_ready(20)
    states: List[str] = []
    client.on_status(lambda status: states.append(status.state))
    delivering.send({"type": "goaway", "reason": "drain", "retry_ms": [0, 5], "grace_ms": 20_000})
    eventually(lambda: len(delivering.deliveries) == 2)
    following = client._following
    eventually(lambda: following is not None and len(following._frames) == 1)
    delivering.put(prompt_of("greeting", {2: "Moved {{.name}}"}, 2))
    eventually(lambda: client.render("greeting", name="Ada").text == "Moved Ada")
    assert states == [] and client.status().repairs == 0


def test_a_stream_that_does_not_add_up_is_repaired(held: Make, delivering: PlayedDelivery) -> None:
    warnings: List[str] = []
    client = held(on_warning=warnings.append)
    assert client.wait_ready(20)
    delivering.send(delivering.heartbeat(digest="f" * 16))
    eventually(lambda: client.status().repairs == 1)
    eventually(lambda: len(delivering.deliveries) == 2)
    assert "last-event-id" not in delivering.deliveries[1]["headers"]
    assert warnings == ["what was delivered did not add up (digest differs); everything is asked for again"]


def test_the_same_with_asyncio(delivering: PlayedDelivery) -> None:
    async def run() -> None:
        async with AsyncPx0(delivering.host, "ak_test", mode="stream", init_timeout=20.0) as client:
            assert (await client.render("greeting", name="Ada")).source == "stream"
            assert await client.ready(20)
            changes: List[px0.Change] = []
            told = asyncio.Event()

            async def listener(change: px0.Change) -> None:
                changes.append(change)
                told.set()

            client.on_change("*", listener)
            delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
            await asyncio.wait_for(told.wait(), 20)
            assert (await client.render("greeting", name="Ada")).text == "Hi Ada"
            assert client.status().state == "ready"
        assert client.status().state == "closed"

    asyncio.run(run())


def test_an_async_client_goes_on_in_another_event_loop(delivering: PlayedDelivery) -> None:
    client = AsyncPx0(delivering.host, "ak_test", mode="stream", init_timeout=20.0)

    async def version() -> Any:
        assert await client.ready(20)
        return (await client.render("greeting", name="Ada")).text

    async def moved() -> Any:
        while True:
            result = await client.render("greeting", name="Ada")
            if result.version == 2:
                return result.text
            await asyncio.sleep(0.01)

    assert asyncio.run(version()) == "Hello Ada"
    delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
    assert asyncio.run(asyncio.wait_for(moved(), 20)) == "Hi Ada"


@pytest.mark.parametrize("options", [{}, {"enable-threads": True}])
def test_uwsgi_without_threads_is_a_warning_and_renders_remotely(
    delivering: PlayedDelivery, monkeypatch: Any, options: Any
) -> None:
    monkeypatch.setitem(sys.modules, "uwsgi", types.SimpleNamespace(opt=options))
    warnings: List[str] = []
    with Px0(delivering.host, "ak_test", mode="stream", init_timeout=20.0, on_warning=warnings.append) as client:
        assert client.render("greeting", name="Ada").source == ("stream" if options else "live")
    assert len(warnings) == (0 if options else 1)


def test_the_environment_names_the_mode(delivering: PlayedDelivery, monkeypatch: Any) -> None:
    monkeypatch.setenv("PX0_MODE", "poll")
    with Px0(delivering.host, "ak_test", init_timeout=20.0) as client:
        assert client.render("greeting", name="Ada").source == "poll"
    monkeypatch.setenv("PX0_MODE", "push")
    with pytest.raises(px0.UsageError, match=r"mode \(PX0_MODE\) must be remote, stream, poll or file"):
        Px0(delivering.host, "ak_test")


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "push"},
        {"slugs": "greeting"},
        {"slugs": []},
        {"slugs": ["a,b"]},
        {"slugs": [7]},
        {"slugs": ["x"] * 201},
        {"poll_interval": 0},
        {"init_timeout": -1},
        {"max_stale": "soon"},
        {"remote_when_needed": 1},
        {"state_file": 7},
        {"state_file": "a", "snapshot_file": "b"},
        {"mode": "file"},
    ],
)
def test_a_setting_that_cannot_work_is_refused(options: Any) -> None:
    with pytest.raises(px0.UsageError):
        Px0("http://127.0.0.1:9", "ak_test", **{"mode": "stream", **options})


def test_in_the_mode_remote_nothing_is_held(delivering: PlayedDelivery) -> None:
    with Px0(delivering.host, "ak_test") as client:
        status = client.status()
        assert (status.state, status.prompts, client.prompts(), client.wait_ready(0)) == ("ready", 0, [], True)
        with pytest.raises(px0.UsageError, match="mode remote"):
            client.on_change("*", print)
    assert client.status().state == "closed"
    assert delivering.requests == []


def test_a_client_that_cannot_reach_px0_is_made_at_once_and_uses_fallbacks() -> None:
    with Px0("http://127.0.0.1:9", "ak_test", mode="stream", retries=0, init_timeout=0.05, fallbacks={"a": "b"}) as client:
        assert client.render("a").source == "fallback"
        assert not client.wait_ready(0)
        assert client.status().state == "offline"
        with pytest.raises(px0.UnreachableError):
            client.render("b")


def test_a_given_client_is_used_for_what_is_delivered(delivering: PlayedDelivery) -> None:
    with httpx.Client(headers={"x-mine": "1"}) as http_client:
        with Px0(delivering.host, "ak_test", mode="stream", init_timeout=20.0, http_client=http_client) as client:
            assert client.render("greeting", name="Ada").source == "stream"
        assert delivering.deliveries[0]["headers"]["x-mine"] == "1"


@pytest.mark.parametrize("seed", range(20))
def test_bytes_of_any_kind_neither_end_the_client_nor_change_what_is_held(seed: int) -> None:
    draw = random.Random(seed)
    server = PlayedDelivery()
    with Px0(server.host, "ak_test", mode="stream", retries=0, init_timeout=20.0) as client:
        assert client.wait_ready(20)
        server.stop()
        following = client._following
        assert following is not None
        delivery = following.client
        good = [event_of(frame) for frame in server.transfer()] + [event_of(server.heartbeat())]
        for _ in range(50):
            connection = Connection(Request("/", {}, STREAM), delivery.replica.fork(), 0.0)
            data = bytearray(draw.choice(good) * 2)
            for _ in range(draw.randint(1, 8)):
                data[draw.randrange(len(data))] = draw.randrange(256)
            with contextlib.suppress(FrameError):
                for frame in connection.frames(bytes(data), 0.0):
                    connection.replica.apply(frame)
        assert client.render("greeting", name="Ada").text == "Hello Ada"


@pytest.mark.parametrize("text", ['{"type":"drop","team_id":"x","more":NaN}', '{"type":"drop","team_id":Infinity}', "[" * 100_000])
def test_what_is_no_json_is_no_frame(text: str) -> None:
    with pytest.raises(FrameError):
        read_frame(text)


def test_a_team_may_be_written_large(held: Make, delivering: PlayedDelivery) -> None:
    team_id = "abcdef00-1111-4111-8111-111111111111"
    delivering.teams[team_id] = {}
    delivering.sequences[team_id] = delivering.sequence
    delivering.put(prompt_of("mine", {1: "Mine"}, 1), team_id)
    client = held(team_id=team_id.upper())
    assert client.wait_ready(20)
    assert client.render("mine").source == "stream"
    assert client.render("mine", team_id=team_id).source == "stream"
    with pytest.raises(px0.NotFoundError):
        client.render("nothing")


@pytest.mark.parametrize("turns", range(12))
def test_a_loop_that_ends_ends_what_follows_px0_whatever_has_just_come(delivering: PlayedDelivery, turns: int) -> None:
    loop = asyncio.new_event_loop()
    client = AsyncPx0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0)

    async def run() -> None:
        assert await client.ready(20)
        delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
        while (await client.render("greeting", name="Ada")).text != "Hi Ada":
            await asyncio.sleep(0)
        for _ in range(turns):
            await asyncio.sleep(0)

    loop.run_until_complete(run())
    left = asyncio.all_tasks(loop)
    assert left
    for task in left:
        task.cancel()
    # What `asyncio.run` does, which has no limit.
    _, pending = loop.run_until_complete(asyncio.wait(left, timeout=10))
    loop.close()
    assert not pending
