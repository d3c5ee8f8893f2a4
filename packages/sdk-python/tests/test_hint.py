"""What px0 adds to a refusal in `Px0-Hint`, as the vectors say."""

from __future__ import annotations

import pickle
import sys
import traceback
from typing import Any, Callable, Dict, List

import pytest
from played_px0 import PlayedPx0, refused, revision
from template_vectors import read_vectors

import px0
from px0 import NotFoundError, Px0, generated
from px0._delivery.answer import STREAM, meaning_of
from px0._hint import hint_sentence


def test_hints_become_sentences() -> None:
    vectors: List[Dict[str, Any]] = read_vectors("hints.json")
    assert [(vector["id"], hint_sentence(vector["header"])) for vector in vectors] == [
        (vector["id"], vector["sentence"]) for vector in vectors
    ]


def test_an_error_says_what_may_help(client: Callable[..., Px0], played: PlayedPx0) -> None:
    played.answer = lambda request: refused(404, "prompt not found", px0_hint="did-you-mean=tone_check")
    with pytest.raises(NotFoundError) as caught:
        client().render("tone-check")
    # As a pool of processes hands it on.
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert (str(error), error.message) == ("prompt not found", "prompt not found")
        assert error.hint == "did you mean tone_check?"
        shown = "".join(traceback.format_exception(type(error), error, None))
        notes = "did you mean tone_check?\n" if sys.version_info >= (3, 11) else ""
        assert shown == f"px0.errors.NotFoundError: prompt not found\n{notes}"


def test_an_error_without_a_hint_is_what_px0_says(client: Callable[..., Px0], played: PlayedPx0) -> None:
    played.answer = lambda request: refused(404, "prompt not found", px0_hint="weather=fine")
    with pytest.raises(NotFoundError) as caught:
        client().render("tone-check")
    assert (str(caught.value), caught.value.message, caught.value.hint) == ("prompt not found", "prompt not found", None)
    assert not hasattr(caught.value, "__notes__")


def test_a_refused_delivery_keeps_the_hint() -> None:
    headers = {"px0-revision": revision(1), "px0-hint": "credentials=expired-key"}
    meaning = meaning_of(401, headers, media=STREAM, is_conditional=False, body='{"error":"unauthorized"}', floor=None)
    assert meaning.refusal == (401, "unauthorized", "credentials=expired-key")


def test_the_generated_client_says_it_too(played: PlayedPx0) -> None:
    played.answer = lambda request: refused(404, "prompt not found", px0_hint="did-you-mean=tone_check")
    with px0.ApiClient(px0.Configuration(played.host, access_token="ak_1")) as api, pytest.raises(NotFoundError) as caught:
        generated.PromptRendersApi(api).render_live("tone-check", generated.RenderRequest())
    assert (caught.value.message, caught.value.hint) == ("prompt not found", "did you mean tone_check?")
    if sys.version_info >= (3, 11):
        assert caught.value.__notes__ == ["did you mean tone_check?"]
