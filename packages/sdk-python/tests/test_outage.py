"""The tables of decision 090, against a px0 that misbehaves."""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Callable

import pytest
from conftest import entries_in, eventually
from played_px0 import PlayedPx0, Reply, refused, revision

import px0
from px0 import CacheOptions, Px0

Make = Callable[..., Px0]


def kept(client: Px0, played: PlayedPx0) -> Px0:
    """A client that holds the template of the live version."""
    fetched = len(played.fetches)
    assert client.render("greeting", {"name": "Ada"}).source == "live"
    eventually(lambda: len(played.fetches) > fetched and not client._background._threads)
    return client


def test_a_live_render_says_what_it_is(client: Make) -> None:
    result = client().render("greeting", name="Ada")
    assert (result.text, result.source, result.version, result.tags) == ("Hello Ada", "live", 1, ("prod",))
    assert (result.revision, result.age, result.stale, result.cause) == (revision(1), 0.0, False, None)
    assert str(result) == "Hello Ada"


def test_versions_tags_teams_and_options_are_asked_for(client: Make, played: PlayedPx0) -> None:
    px = client(team_id="t1")
    px.render("greeting", {"name": "Ada"}, version=3, missing_key="zero")
    px.render("über alles", {"name": "Ada"}, tag="a/b", team_id="t2")
    assert [request["path"] for request in played.renders] == [
        "/v1/prompts/greeting/versions/3/render?team_id=t1",
        "/v1/prompts/%C3%BCber%20alles/versions/a%2Fb/render?team_id=t2",
    ]
    assert played.renders[0]["body"] == {"variables": {"name": "Ada"}, "options": {"missing_key": "zero", "transcript": False}}
    assert played.renders[0]["headers"]["authorization"] == "Bearer ak_test"


def test_the_highest_revision_is_sent_back(client: Make, played: PlayedPx0) -> None:
    px = client(cache=False)
    for sequence in (9, 7, 10):
        played.sequence = sequence
        px.render("greeting", name="Ada")
    played.answer = lambda request: Reply(200, played.usual(request).text, {"px0-revision": "nonsense"})
    px.render("greeting", name="Ada")
    px.render("greeting", name="Ada")
    sent = [request["headers"].get("px0-min-revision") for request in played.renders]
    assert sent == [None, revision(9), revision(9), revision(10), revision(10)]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, {"error": "internal error"}),
        Reply(503, "busy"),
        refused(429, "too many requests"),
        Reply(408),
        Reply(404, "<html>no such host</html>"),
        Reply(302, "", {"location": "/elsewhere"}),
        Reply(200, {"hello": "world"}),
        refused(401, "unauthorized", px0_stale="true"),
        refused(404, "prompt not found", px0_stale="true"),
    ],
    ids=lambda reply: f"{reply.status} {reply.text[:20]}",
)
def test_what_decides_nothing_is_an_outage(client: Make, played: PlayedPx0, reply: Reply) -> None:
    px = kept(client(), played)
    played.answer = lambda request: reply
    from_cache = px.render("greeting", {"name": "Grace"}, fallback="Hi {{.name}}")
    assert (from_cache.text, from_cache.source, from_cache.version) == ("Hello Grace", "cache", 1)
    assert isinstance(from_cache.cause, px0.UnreachableError) and from_cache.cause.status == reply.status
    other = px.render("farewell", {"name": "Grace"}, fallback="Bye {{.name}}")
    assert (other.text, other.source, other.version, other.age) == ("Bye Grace", "fallback", None, None)
    with pytest.raises(px0.UnreachableError):
        px.render("farewell", {"name": "Grace"})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, px0.InvalidRequestError),
        (401, px0.UnauthorizedError),
        (403, px0.ForbiddenError),
        (413, px0.InvalidRequestError),
        (418, px0.RefusedError),
        (422, px0.InvalidRequestError),
    ],
)
def test_a_refusal_is_raised_and_removes_nothing(
    client: Make, played: PlayedPx0, status: int, error: Any
) -> None:
    px = kept(client(cache=CacheOptions(fresh=3600)), played)
    px._engine._end_freshness(px._engine.entries()[0].wanted)
    played.answer = lambda request: refused(status, "the reason")
    with pytest.raises(error, match="the reason") as raised:
        px.render("greeting", {"name": "Ada"}, fallback="Hi")
    assert raised.value.status == status
    played.stop()
    assert px.render("greeting", {"name": "Ada"}).source == "cache"


def test_gone_is_raised_and_removes_what_is_kept(client: Make, played: PlayedPx0, tmp_path: Any) -> None:
    file = tmp_path / "px0.json"
    px = kept(client(snapshot_file=file), played)
    px._files.flush()
    assert entries_in(file)[0]["slug"] == "greeting"
    played.live = None
    with pytest.raises(px0.NotFoundError, match="no live version found for this prompt"):
        px.render("greeting", {"name": "Ada"}, fallback="Hi")
    px._files.flush()
    assert entries_in(file) == []
    played.stop()
    assert px.render("greeting", {"name": "Ada"}, fallback="Hi").source == "fallback"


def test_an_application_starts_from_the_snapshot_while_px0_is_away(
    client: Make, played: PlayedPx0, tmp_path: Any
) -> None:
    file = tmp_path / "px0.json"
    kept(client(snapshot_file=file), played).close()
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["px0.json"]
    assert "ak_test" not in file.read_text()
    played.stop()
    result = client(snapshot_file=file).render("greeting", {"name": "Grace"})
    assert (result.text, result.source, result.version) == ("Hello Grace", "snapshot", 1)
    assert result.revision == revision(1) and result.age is not None and result.age >= 0


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '{"kind":"px0/snapshot/v1","host":"http://else"}'])
def test_a_useless_snapshot_is_a_warning(client: Make, tmp_path: Any, text: str) -> None:
    file = tmp_path / "px0.json"
    file.write_text(text)
    told = []
    px = client(snapshot_file=file, on_warning=told.append)
    assert px.render("greeting", name="Ada").source == "live"
    assert len(told) == 1 and str(file) in told[0]


def test_a_template_is_fetched_once_for_each_version(client: Make, played: PlayedPx0) -> None:
    px = kept(client(), played)
    for _ in range(5):
        px.render("greeting", name="Ada")
    played.templates[2], played.live = "Good day {{.name}}", 2
    assert px.render("greeting", name="Ada").text == "Good day Ada"
    eventually(lambda: len(played.fetches) == 2 and not px._background._threads)
    assert [request["path"] for request in played.fetches] == [
        "/v1/prompts/greeting?version=1&include=program",
        "/v1/prompts/greeting?version=2&include=program",
    ]
    played.stop()
    assert px.render("greeting", name="Grace").text == "Good day Grace"


def test_a_draft_is_not_kept(client: Make, played: PlayedPx0) -> None:
    played.status = "draft"
    px = kept(client(), played)
    played.stop()
    with pytest.raises(px0.UnreachableError):
        px.render("greeting", name="Ada")


def test_a_fresh_template_is_rendered_without_asking(client: Make, played: PlayedPx0) -> None:
    px = kept(client(cache=CacheOptions(fresh=3600)), played)
    result = px.render("greeting", {"name": "Grace"})
    assert (result.text, result.source, result.cause) == ("Hello Grace", "cache", None)
    assert len(played.renders) == 1


def test_a_stale_template_is_rendered_while_one_request_asks(client: Make, played: PlayedPx0) -> None:
    px = kept(client(cache=CacheOptions(fresh=0, stale_while_revalidate=3600)), played)
    played.templates[2], played.live = "Good day {{.name}}", 2
    assert px.render("greeting", {"name": "Ada"}).text == "Hello Ada"
    eventually(lambda: px.render("greeting", {"name": "Ada"}).text == "Good day Ada")
    eventually(lambda: not px._background._threads)
    played.live = None
    assert px.render("greeting", {"name": "Ada"}).source == "cache"

    def is_gone() -> bool:
        try:
            px.render("greeting", {"name": "Ada"})
        except px0.NotFoundError:
            return True
        return False

    eventually(is_gone)


def test_px0_stopped_and_started_again_is_found_without_a_restart(client: Make, played: PlayedPx0) -> None:
    px = kept(client(fallbacks={"farewell": "Bye"}), played)
    played.stop()
    for _ in range(5):
        assert px.render("greeting", {"name": "Ada"}).source == "cache"
        assert px.render("farewell").source == "fallback"
    played.start()
    eventually(lambda: px.render("greeting", {"name": "Ada"}).source == "live")


def test_a_call_with_a_fallback_does_not_wait_during_an_outage(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(503)
    px = client()
    for _ in range(3):
        px.render("greeting", fallback="Hi")
    asked = len(played.renders)
    for _ in range(100):
        assert px.render("greeting", fallback="Hi").source == "fallback"
    assert len(played.renders) - asked <= 2
    with pytest.raises(px0.UnreachableError):
        px.render("greeting")


def test_passing_failures_are_tried_again(client: Make, played: PlayedPx0) -> None:
    for status in (429, 502, 503, 504):
        failures = iter([Reply(status, {"error": "later"}, {"retry-after": "0"})])
        played.answer = lambda request: next(failures, None)
        assert client(retries=2, cache=False).render("greeting", name="Ada").source == "live"
    assert len(played.renders) == 8


def test_a_retry_that_px0_asks_to_make_too_late_is_not_made(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(429, {"error": "later"}, {"retry-after": "60"})
    with pytest.raises(px0.UnreachableError) as raised:
        client(retries=2).render("greeting")
    assert raised.value.retry_after == 60
    assert len(played.renders) == 1


def test_500_is_not_tried_again_and_retries_have_a_budget(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(500)
    with pytest.raises(px0.UnreachableError):
        client(retries=2).render("greeting")
    assert len(played.renders) == 1
    played.answer = lambda request: Reply(503, None, {"retry-after": "0"})
    px = client(retries=1, attempt_timeout=10)
    for _ in range(15):
        with pytest.raises(px0.UnreachableError):
            px.render("greeting")
    assert len(played.renders) == 1 + 15 + 10


def test_a_silent_px0_is_given_up(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, None, None, delay=5)
    with pytest.raises(px0.UnreachableError, match="has not answered within"):
        client(attempt_timeout=0.05).render("greeting")


def test_one_client_serves_many_threads(client: Make, played: PlayedPx0) -> None:
    px = client()
    wrong = []

    def work(number: int) -> None:
        for turn in range(20):
            name = f"{number}-{turn}"
            if px.render("greeting", name=name).text != f"Hello {name}":
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    eventually(lambda: not px._background._threads)
    assert len(played.fetches) == 1


def test_a_closed_client_renders_no_more(client: Make) -> None:
    with client() as px:
        px.render("greeting", name="Ada")
    with pytest.raises(px0.UsageError, match="closed"):
        px.render("greeting", name="Ada")


def test_calls_and_settings_that_cannot_work_are_refused(client: Make, monkeypatch: Any) -> None:
    px = client()
    for arguments in (
        {"slug": ""},
        {"slug": "a", "version": 1, "tag": "b"},
        {"slug": "a", "missing_key": "panic"},
        {"slug": "a", "variables": {"x": float("nan")}},
        {"slug": "a", "variables": {"x": object()}},
        {"slug": "a", "fallback": "{{range .x}}"},
    ):
        with pytest.raises(px0.UsageError):
            px.render(**arguments)
    monkeypatch.delenv("PX0_ACCESS_TOKEN", raising=False)
    for settings in (
        {},
        {"access_token": "x", "host": "ftp://x"},
        {"access_token": "x", "timeout": -1},
        {"access_token": "x", "cache": False, "snapshot_file": "x"},
        {"access_token": "x", "fallbacks": {"a": "{{"}},
    ):
        with pytest.raises(px0.UsageError):
            Px0(**settings)


def test_host_and_token_come_from_the_environment(played: PlayedPx0, monkeypatch: Any) -> None:
    monkeypatch.setenv("PX0_HOST", f"{played.host}/")
    monkeypatch.setenv("PX0_ACCESS_TOKEN", "ak_env")
    with Px0() as px:
        assert px.render("greeting", name="Ada").text == "Hello Ada"
    assert played.renders[0]["headers"]["authorization"] == "Bearer ak_env"


def test_a_fallback_may_be_a_function_and_its_failure_is_told(client: Make, played: PlayedPx0) -> None:
    played.stop()
    px = client()
    assert px.render("greeting", {"who": ["a", "b"]}, fallback=lambda v: "+".join(v["who"])).text == "a+b"
    with pytest.raises(px0.TemplateError, match="KeyError"):
        px.render("greeting", fallback=lambda v: v["who"])
    assert px.render("greeting", fallback="Hi {{.name}}").text == "Hi <no value>"
    with pytest.raises(px0.TemplateError):
        px.render("greeting", fallback="Hi {{.name}}", missing_key="error")
