from __future__ import annotations

import gc
from datetime import datetime, timezone
from typing import List

import pytest
from played_px0 import revision

import px0
from px0._kept import Kept, KeptTemplates, Program, Wanted
from px0._outage import Outage
from px0._retries import parse_retry_after, wait_before_retry
from px0._revision import HighestRevision
from px0._state_file import Contents, read_state, without_collecting, write_state


def test_waits_are_jittered_and_bounded_and_never_shorter_than_asked() -> None:
    assert [wait_before_retry(n, None, lambda: 1.0) for n in range(6)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert wait_before_retry(0, None, lambda: 0.0) == 0.0
    assert wait_before_retry(0, 3.0, lambda: 0.5) == 3.0


def test_retry_after_is_seconds_or_a_date() -> None:
    now = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc).timestamp()
    assert parse_retry_after("7") == 7.0
    assert parse_retry_after("Wed, 02 Jan 2030 03:04:15 GMT", now) == 10.0
    assert parse_retry_after("Wed, 02 Jan 2030 03:04:00 GMT", now) == 0.0
    assert parse_retry_after("soon") is None
    assert parse_retry_after(None) is None


def test_a_pause_doubles_with_each_failed_probe_and_ends_with_an_answer() -> None:
    now = [0.0]
    outage = Outage(draw=lambda: 1.0, clock=lambda: now[0])
    for _ in range(2):
        outage.found(px0.UnreachableError("away"))
    assert outage.cause is None
    outage.found(px0.UnreachableError("away"))
    assert outage.cause is not None
    for pause in (1, 2, 4, 8, 10, 10):
        now[0] += pause - 0.001
        assert not outage.is_probe_due
        now[0] += 0.001
        assert outage.is_probe_due
        outage.found(px0.UnreachableError("away"))
    outage.answered()
    assert outage.cause is None


def test_a_later_epoch_beats_a_higher_sequence() -> None:
    highest = HighestRevision()
    for text in (revision(5, 9), revision(4, 10), revision(99, 9), "!", None, revision(3, 10)):
        highest.see(text)
    assert highest.text == revision(4, 10)


def kept(slug: str, template: str = "x") -> Kept:
    return Kept(Wanted(None, slug, None), 1, ("a",), Program(template), None, 1.5, 1.25, "cache", True)


def test_the_least_recently_used_goes_first() -> None:
    templates = KeptTemplates(max_entries=2, max_bytes=10_000)
    templates.set(kept("a"))
    templates.set(kept("b"))
    assert templates.get(Wanted(None, "a", None))
    templates.set(kept("c"))
    assert [entry.wanted.slug for entry in templates.all()] == ["a", "c"]
    templates.set(kept("d", "x" * 4_000))
    assert [entry.wanted.slug for entry in templates.all()] == ["c", "d"]
    templates.set(kept("e", "x" * 40_000))
    assert templates.all() == []


def kept_in(text: str) -> List[Kept]:
    read = read_state(text, "http://x")
    assert isinstance(read, Contents)
    return list(read.kept)


def test_a_state_file_is_read_as_it_was_written() -> None:
    entries = [kept("a", "Hello ü"), kept("b", "{{if .x}}{{end}}"), kept("c", "{{broken")]
    read = kept_in(write_state("http://x", None, Contents(entries)))
    assert [(entry.wanted, entry.program.text, entry.confirmed_at) for entry in read] == [
        (entry.wanted, entry.program.text, 1.5) for entry in entries
    ]
    assert {entry.origin for entry in read} == {"snapshot"}


def test_entries_of_another_form_are_passed_over() -> None:
    text = write_state("http://x", None, Contents([kept("a")]))
    assert kept_in(text.replace('"version":1', '"version":"1"')) == []
    assert kept_in(text.replace('"confirmed_at":"1', '"confirmed_at":"x')) == []
    assert len(kept_in(text.replace('"version":1', '"version":1,"more":true'))) == 1


def test_the_generated_client_stands_beside() -> None:
    from px0 import ApiClient, Configuration, PromptRendersApi, RenderRequest

    assert Configuration(access_token="ak_x").host == "http://localhost:8000"
    assert RenderRequest(variables={"name": "Ada", "more": [1, None]}).to_dict() == {
        "variables": {"name": "Ada", "more": [1, None]}
    }
    with ApiClient(Configuration(host="http://127.0.0.1:9")) as api_client:
        assert PromptRendersApi(api_client).api_client is api_client
    assert "PromptsApi" in dir(px0)
    with pytest.raises(AttributeError):
        px0.Nothing  # noqa: B018


@pytest.mark.parametrize("is_enabled", [True, False])
def test_a_file_is_read_without_collecting_and_the_collector_goes_on_as_before(is_enabled: bool) -> None:
    was_enabled = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        with pytest.raises(KeyError), without_collecting():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() == is_enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
