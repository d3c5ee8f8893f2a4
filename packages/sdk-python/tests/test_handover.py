from __future__ import annotations

import asyncio
import json
import sys
import types
from typing import Any, Callable, Dict

import pytest
from template_vectors import read_vectors

from px0 import HandOver, RenderResult, UsageError, to_anthropic, to_gemini, to_openai
from px0._handover import hand_over

FUNCTIONS: Dict[str, Callable[[RenderResult], HandOver]] = {
    "openai": to_openai,
    "anthropic": to_anthropic,
    "gemini": to_gemini,
}


def result_of(given: Dict[str, Any]) -> RenderResult:
    return RenderResult(
        text=given["text"],
        source="live",
        slug=given["slug"],
        version=given["version"],
        tags=(),
        revision=None,
        age=0.0,
        stale=False,
        cause=None,
        messages=given["messages"],
        config=given["config"],
    )


def chat(**fields: Any) -> RenderResult:
    given = {"slug": "tutor", "version": 1, "text": "", "messages": [{"role": "user", "content": "Hi"}], "config": None}
    return result_of({**given, **fields})


@pytest.mark.parametrize("provider", FUNCTIONS)
def test_hands_over_what_the_vectors_say(provider: str) -> None:
    vectors = read_vectors("providers.json")
    wrong = []
    for vector in vectors:
        given = json.dumps(vector["result"])
        result = result_of(vector["result"])
        try:
            request, dropped = FUNCTIONS[provider](result)
            # Where the provider's package is installed, what it does not name: it sends that at the top level.
            actual: Dict[str, Any] = {"request": {**request, **request.get("extra_body", {})}, "dropped": dropped}
            actual["request"].pop("extra_body", None)
        except UsageError as error:
            actual = {"error": str(error)}
        if actual != vector[provider]:
            wrong.append({"id": vector["id"], "expected": vector[provider], "actual": actual})
        assert json.dumps(vector["result"]) == given, "the result was changed"
    assert wrong == []
    assert len(vectors) > 50


@pytest.mark.parametrize(
    ("provider", "module", "class_name", "named"),
    [
        ("anthropic", "anthropic.resources.messages", "Messages", "model, messages, max_tokens, extra_body=None"),
        ("openai", "openai.resources.chat.completions", "Completions", "model, messages, max_completion_tokens, extra_body=None"),
    ],
)
def test_what_the_installed_package_does_not_name_goes_under_extra_body(
    provider: str, module: str, class_name: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = types.ModuleType(module)
    exec(f"class {class_name}:\n    def create(self, *, {named}): ...", package.__dict__)
    monkeypatch.setitem(sys.modules, module, package)
    monkeypatch.setattr(hand_over, "_known", {})
    config = {"model": "m", "max_tokens": 5, provider: {"top_k": 7, "max_tokens": 6, "extra_body": {"top_k": 1, "a": 2}}}
    request = FUNCTIONS[provider](chat(config=config)).request
    ours = {"max_tokens": 6} if provider == "anthropic" else {"max_completion_tokens": 5}
    theirs = {} if provider == "anthropic" else {"max_tokens": 6}
    messages = [{"role": "user", "content": "Hi"}]
    extra_body = {"top_k": 7, "a": 2, **theirs}
    assert request == {"model": "m", "messages": messages, **ours, "extra_body": extra_body}
    without = FUNCTIONS[provider](chat(config={"model": "m", "max_tokens": 5})).request
    assert "extra_body" not in without


def test_a_package_is_not_looked_at_for_the_usual_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(module: str) -> Any:
        raise AssertionError(f"{module} is imported")

    monkeypatch.setattr(hand_over, "import_module", look)
    everything = {"model": "m", "max_tokens": 5, "stop": ["x"], "tools": [{"name": "t"}], "tool_choice": "auto"}
    assert len(to_anthropic(chat(config=everything)).request) == 6
    more = {"temperature": 0, "top_p": 1, "seed": 1, "response_schema": {"schema": {}}}
    assert len(to_openai(chat(config={**everything, **more})).request) == 10


def test_a_package_that_takes_anything_is_given_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.ModuleType("anthropic.resources.messages")
    exec("class Messages:\n    def create(self, **more): ...", package.__dict__)
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setattr(hand_over, "_known", {})
    request = to_anthropic(chat(config={"max_tokens": 5, "anthropic": {"top_k": 7}})).request
    assert request["top_k"] == 7


@pytest.mark.parametrize(
    ("key", "value"),
    [("model", 1), ("max_tokens", True), ("stop", "a"), ("tools", [{}]), ("tool_choice", "some"), ("response_schema", {})],
)
def test_a_configuration_that_px0_would_not_have_saved_is_refused(key: str, value: Any) -> None:
    for function in FUNCTIONS.values():
        with pytest.raises(UsageError, match=f"config.{key} is not of the form that px0 keeps"):
            function(chat(config={"max_tokens": 5, key: value}))


def test_a_provider_s_own_settings_have_to_be_an_object() -> None:
    for provider, function in FUNCTIONS.items():
        with pytest.raises(UsageError, match=f"config.{provider} is not of the form that px0 keeps"):
            function(chat(config={"max_tokens": 5, provider: []}))


@pytest.mark.parametrize("given", [None, {"messages": []}, asyncio.sleep])
def test_what_no_render_gave_is_refused(given: Any) -> None:
    for function in FUNCTIONS.values():
        with pytest.raises(UsageError, match="not one of render; was it awaited"):
            function(given)
