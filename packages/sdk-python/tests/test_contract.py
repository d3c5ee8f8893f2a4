"""Contracts that px0 judges, and those that a client judges of what it keeps; of what is delivered the scenarios tell."""

from __future__ import annotations

import asyncio
import json
import pickle
from typing import Any, Callable, Dict, List, Optional

import pytest
from conftest import eventually
from played_px0 import PlayedPx0, Reply, refused, revision
from template_vectors import FOLDER

import px0
from px0 import CacheOptions, InvalidRequestError, Px0, UnreachableError
from px0.contract import problems_in

Make = Callable[..., Px0]

SCHEMA = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
PROBLEMS = {"missing": [{"path": "mood", "given": "moood"}], "unknown": [], "invalid": [], "more": 2}
WRONG = {"mood": 7}
INVALID = [{"path": "mood", "must": "be a string"}]
SENTENCE = "invalid variables: missing mood (did you mean moood?)"


def vectors(name: str) -> List[Dict[str, Any]]:
    if not FOLDER.exists():
        pytest.skip("the vectors are part of the repository")
    read: List[Dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return read


def test_headers_are_read_as_the_vectors_say() -> None:
    for vector in vectors("contract-headers"):
        assert (vector["id"], problems_in(vector["header"])) == (vector["id"], vector["contract"])
    for vector in vectors("contracts"):
        if "header" in vector:
            assert problems_in(vector["header"]) == json.loads(vector["header"])
    assert problems_in(None) is None


def test_a_policy_is_asked_for_if_the_caller_does(client: Make, played: PlayedPx0) -> None:
    px = client()
    px.render("greeting", name="Ada")
    px.render("greeting", name="Ada", contract="of work", with_contract="warn")
    assert [request["body"] for request in played.renders] == [
        {"variables": {"name": "Ada"}, "options": {"transcript": False}},
        {"variables": {"name": "Ada", "contract": "of work"}, "options": {"transcript": False, "contract": "warn"}},
    ]
    with pytest.raises(px0.UsageError, match="with_contract must be 'warn' or 'enforce'"):
        px.render("greeting", name="Ada", with_contract="off")


def test_a_result_tells_of_a_violation(client: Make, played: PlayedPx0) -> None:
    px = client()
    assert px.render("greeting", name="Ada").contract is None
    body = {"rendered": "Hi", "version": 1, "tags": []}
    for header, expected in ((json.dumps(PROBLEMS), PROBLEMS), ('{"missing":[', None)):
        headers = {"px0-revision": revision(1), "px0-contract": header}
        played.answer = lambda request, headers=headers: Reply(200, body, headers)  # type: ignore[misc]
        assert px.render("greeting", name="Ada").contract == expected


def test_an_error_says_what_is_wrong_and_takes_no_fallback(client: Make, played: PlayedPx0) -> None:
    px = client()
    played.answer = lambda request: refused(422, SENTENCE, px0_contract=json.dumps(PROBLEMS))
    with pytest.raises(InvalidRequestError) as caught:
        px.render("greeting", moood="calm", fallback="Hi")
    # As a pool of processes hands it on.
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert (str(error), error.status) == (SENTENCE, 422)
        assert (error.missing, error.unknown, error.invalid, error.more) == (PROBLEMS["missing"], [], [], 2)
    played.answer = lambda request: refused(422, SENTENCE, px0_contract="nonsense")
    with pytest.raises(InvalidRequestError) as caught:
        px.render("greeting", moood="calm")
    assert (caught.value.missing, caught.value.unknown, caught.value.invalid, caught.value.more) == ([], [], [], 0)


def test_an_asynchronous_client_does_the_same(played: PlayedPx0) -> None:
    async def render() -> Any:
        async with px0.AsyncPx0(played.host, "ak_test", retries=0) as px:
            await px.render("greeting", name="Ada", with_contract="enforce")

    played.answer = lambda request: refused(422, SENTENCE, px0_contract=json.dumps(PROBLEMS))
    with pytest.raises(InvalidRequestError) as caught:
        asyncio.run(render())
    assert caught.value.missing == PROBLEMS["missing"]
    assert played.renders[0]["body"]["options"]["contract"] == "enforce"


def play(played: PlayedPx0, contract: Optional[str], **version: Any) -> None:
    """A prompt with this policy, whose renders px0 does not judge."""
    got = {"version": 1, "template": "Be {{.mood}}", "status": "live", "program": {"template": "Be {{.mood}}"}, **version}
    prompt = {"id": "p1", "slug": "mood", "contract": contract}

    def answer(request: Dict[str, Any]) -> Reply:
        headers = {"px0-revision": revision(1)}
        if request["method"] == "GET":
            return Reply(200, {"prompt": prompt, "version": got}, headers)
        return Reply(200, {"rendered": "Be calm", "version": 1, "slug": "mood", "tags": []}, headers)

    played.answer = answer


def warm(px: Px0, played: PlayedPx0) -> Px0:
    """Holds the program."""
    px.render("mood", mood="calm")
    eventually(lambda: played.fetches and not px._background._threads)
    return px


def told(px: Px0, variables: Dict[str, Any], contract: Optional[str] = None) -> Any:
    result = px.render("mood", variables, fallback="Hi", with_contract=contract)
    return result.text, result.source, result.contract


VIOLATION = {"missing": [], "unknown": [], "invalid": INVALID}


def test_what_is_kept_is_judged_as_px0_would(client: Make, played: PlayedPx0, tmp_path: Any) -> None:
    play(played, "enforce", input_schema=SCHEMA)
    px = warm(client(state_file=tmp_path / "state"), played)
    played.stop()
    assert told(px, {"mood": "calm"}) == ("Be calm", "cache", None)
    assert told(px, WRONG) == ("Hi", "fallback", None)
    with pytest.raises(UnreachableError):
        px.render("mood", WRONG)
    px.close()
    later = client(state_file=tmp_path / "state")
    assert told(later, {"mood": "calm"}) == ("Be calm", "snapshot", None)
    assert told(later, WRONG) == ("Hi", "fallback", None)
    kept = json.loads((tmp_path / "state").read_text("utf-8").splitlines()[-1])
    assert (kept["contract"], kept["program"]["schema"]) == ("enforce", SCHEMA)


def test_what_is_kept_tells_of_a_violation(client: Make, played: PlayedPx0) -> None:
    play(played, "warn", input_schema=SCHEMA)
    px = warm(client(), played)
    played.stop()
    assert told(px, WRONG) == ("Be 7", "cache", VIOLATION)
    assert told(px, WRONG, "enforce") == ("Hi", "fallback", None)


def test_a_call_is_judged_that_wants_it(client: Make, played: PlayedPx0) -> None:
    play(played, "off", input_schema=SCHEMA)
    px = warm(client(), played)
    played.stop()
    assert told(px, WRONG) == ("Be 7", "cache", None)
    assert told(px, WRONG, "warn") == ("Be 7", "cache", VIOLATION)


def test_without_a_schema_nothing_is_served_to_a_call_that_wants_a_contract(client: Make, played: PlayedPx0) -> None:
    play(played, None)
    px = warm(client(), played)
    played.stop()
    assert told(px, WRONG) == ("Be 7", "cache", None)
    assert told(px, {"mood": "calm"}, "warn") == ("Hi", "fallback", None)


def test_what_is_fresh_is_not_served_where_the_contract_refuses(client: Make, played: PlayedPx0) -> None:
    play(played, "enforce", input_schema=SCHEMA)
    px = warm(client(cache=CacheOptions(fresh=600.0)), played)
    assert px.render("mood", mood="glad").source == "cache"
    played.answer = lambda request: refused(422, SENTENCE, px0_contract=json.dumps(PROBLEMS))
    with pytest.raises(InvalidRequestError):
        px.render("mood", WRONG)


def test_variables_of_delivered_prompts_are_judged_as_json() -> None:
    # Tuples are lists to px0, and what is no JSON is refused before anything is judged.
    from px0._delivery.held_program import HeldProgram

    schema = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}}
    version = {"version": 1, "status": "live", "template": "{{len .tags}}", "language": 1, "schema": schema}
    held = HeldProgram("t", {"id": "p", "tags": {}, "contract": "enforce", "versions": [version]}, version)
    assert held.judge({"tags": ("a", "b")}, "error", None) is None
    with pytest.raises(InvalidRequestError) as caught:
        held.judge({"tags": ("a", 1)}, "error", None)
    assert caught.value.invalid == [{"path": "tags[1]", "must": "be a string"}]
    with pytest.raises(px0.UsageError):
        held.judge({"tags": {"a"}}, "error", None)


def test_a_client_for_tests_takes_calls_that_want_a_contract() -> None:
    with Px0.for_tests({"greeting": "Hello {{.name}}"}) as px:
        result = px.render("greeting", name=7, with_contract="enforce")
    assert (result.text, result.contract) == ("Hello 7", None)
