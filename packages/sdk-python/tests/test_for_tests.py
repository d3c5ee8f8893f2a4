"""What an application's own tests get instead of px0."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, List

import pytest

import px0
from px0 import AsyncPx0, Px0

CHAT: Any = {
    "messages": [
        {"role": "system", "template": "You teach {{.subject}}."},
        {"placeholder": "history", "required": True},
        {"role": "user", "parts": [{"type": "text", "template": "{{.q}}"}, {"type": "media", "url": "https://x/{{.q}}"}]},
    ],
    "config": {"model": "m", "max_tokens": 5},
}


def test_renders_what_it_is_given_without_network_and_keys(monkeypatch: Any) -> None:
    monkeypatch.delenv("PX0_ACCESS_TOKEN", raising=False)
    with Px0.for_tests({"greeting": "Hello {{.name}}"}) as client:
        result = client.render("greeting", name="Ada")
        assert (result.text, result.version, result.source, result.stale) == ("Hello Ada", 1, "stream", False)
        assert (client.status().state, client.wait_ready(0)) == ("ready", True)
        assert [prompt.slug for prompt in client.prompts()] == ["greeting"]
        with pytest.raises(px0.NotFoundError, match="prompt not found"):
            client.render("another")
        with pytest.raises(px0.InvalidRequestError, match='map has no entry for key "name"'):
            client.render("greeting")
        with pytest.raises(px0.UnreachableError):
            client.render("greeting", version=7)
        assert not any(thread.name.startswith("px0-delivery") for thread in threading.enumerate())
    with pytest.raises(px0.UsageError):
        client.render("greeting", name="Ada")


def test_chats_give_what_px0_would(monkeypatch: Any) -> None:
    client = Px0.for_tests({"lesson": CHAT, "short": CHAT["messages"][:1]})
    history = [{"role": "user", "content": "Hi"}]
    result = client.render("lesson", {"subject": "physics", "q": "why", "history": history})
    assert result.messages == [
        {"role": "system", "content": "You teach physics."},
        {"role": "user", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": "why"}, {"type": "media", "url": "https://x/why"}]},
    ]
    assert result.config == {"model": "m", "max_tokens": 5}
    assert client.render("short", subject="art").messages == [{"role": "system", "content": "You teach art."}]
    with pytest.raises(px0.InvalidRequestError, match="template: message 0:1:12"):
        client.render("short")
    client.close()


def test_a_test_promotes_and_listeners_have_heard_of_it() -> None:
    client = Px0.for_tests({"greeting": "Hello"})
    changes: List[Any] = []
    threads: List[Any] = []
    client.on_change("greeting", changes.append)
    client.on_change("*", lambda change: threads.append(threading.current_thread()))
    client.set("greeting", "Hi")
    assert (client.render("greeting").text, client.render("greeting").version) == ("Hi", 2)
    assert [(change.kind, change.before.live, change.after.live) for change in changes] == [("live", 1, 2)]
    client.set("new", "New")
    client.remove("greeting")
    assert [change.kind for change in changes] == ["live", "removed"]
    assert len(threads) == 3 and threading.current_thread() not in threads
    client.close()


def test_a_listener_may_promote_itself() -> None:
    client = Px0.for_tests({"a": "1", "b": "1"})
    client.on_change("a", lambda change: client.set("b", "2"))
    client.set("a", "2")
    assert client.render("b").text == "2"
    client.close()


@pytest.mark.parametrize("given", ["{{.a", 7, None, [], [{"role": "user"}], {"messages": []}])
def test_what_is_no_prompt_is_refused(given: Any) -> None:
    with pytest.raises(px0.UsageError):
        Px0.for_tests({"greeting": given})
    with pytest.raises(TypeError):
        Px0.for_tests({}, mode="stream")


def test_the_same_with_asyncio() -> None:
    async def run() -> None:
        async with AsyncPx0.for_tests({"greeting": "Hello"}, fallbacks={"greeting": "x"}) as client:
            heard: List[Any] = []

            async def listener(change: Any) -> None:
                heard.append(change.kind)

            client.on_change("greeting", listener)
            client.on_change("greeting", heard.append)
            await client.set("greeting", "Hi {{.name}}")
            assert (await client.render("greeting", name="Ada")).text == "Hi Ada"
            assert heard[0] == "live" and heard[1].kind == "live"
            await client.remove("greeting")
            with pytest.raises(px0.NotFoundError):
                await client.render("greeting")

    asyncio.run(run())


def test_many_changes_at_once_are_told_as_many() -> None:
    client = Px0.for_tests({"greeting": "Hello"})
    begun, go_on = threading.Event(), threading.Event()
    kinds: List[str] = []

    def slow(change: Any) -> None:
        begun.set()
        assert go_on.wait(60)
        kinds.append(f"{change.slug} {change.kind}")

    client.on_change("greeting", slow)
    following, prompts = client._following, client._prompts
    assert following is not None
    following.do(lambda: prompts.set("greeting", "first"))
    assert begun.wait(60)
    for number in range(1_500):
        following.do(lambda number=number: prompts.set("greeting", str(number)))  # type: ignore[misc]
    go_on.set()
    following.await_told(60)
    assert kinds[0] == "greeting live" and kinds.count("* many") == 1
    assert len(kinds) <= 1_002
    client.close()
