"""What `to_openai`, `to_anthropic` and `to_gemini` give, against the providers' own packages: what these send, and their own types.

They are pinned in the extra `providers`; CONTRIBUTING.md has the command.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
from anthropic import Anthropic, AsyncAnthropic
from google import genai
from openai import AsyncOpenAI, OpenAI
from played_provider import PlayedProvider
from pydantic import TypeAdapter

import px0

# The vectors and how they are read stand with the tests that need no provider.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
FUNCTIONS, result_of = (getattr(importlib.import_module("test_handover"), name) for name in ("FUNCTIONS", "result_of"))
read_vectors = importlib.import_module("template_vectors").read_vectors


@pytest.fixture
def provider() -> Iterator[PlayedProvider]:
    played = PlayedProvider()
    yield played
    played.stop()


def cases(name: str) -> List[Any]:
    """Each vector that the provider takes: its id, its result, and what is handed over; a model is added where it names none."""
    made = []
    for vector in read_vectors("providers.json"):
        if "request" in vector[name]:
            result = result_of(vector["result"])
            request = {"model": "m", **FUNCTIONS[name](result).request}
            made.append((vector["id"], request, {"model": "m", **vector[name]["request"]}))
    assert len(made) > 50
    return made


def openai_client(provider: PlayedProvider) -> OpenAI:
    return OpenAI(base_url=provider.url, api_key="x", max_retries=0)


def anthropic_client(provider: PlayedProvider) -> Anthropic:
    return Anthropic(base_url=provider.url, api_key="x", max_retries=0)


def gemini_client(provider: PlayedProvider) -> genai.Client:
    return genai.Client(api_key="x", http_options={"base_url": provider.url})


def test_openai_sends_every_request_as_it_is(provider: PlayedProvider) -> None:
    create = openai_client(provider).chat.completions.create
    for id_, request, expected in cases("openai"):
        assert provider.received(create, request) == expected, id_


def test_anthropic_sends_every_request_as_it_is(provider: PlayedProvider) -> None:
    create = anthropic_client(provider).messages.create
    for id_, request, expected in cases("anthropic"):
        assert provider.received(create, request) == expected, id_


# The package says itself what is wrong with these.
REFUSED_BY_GEMINI = {
    "text/blank is no message": "contents are required",
    "text/empty is no message": "contents are required",
    "text/unicode white space is blank": "contents are required",
    "config/no messages at all": "contents are required",
    "roles/system alone": "contents are required",
    "own/gemini at the top level": "unexpected keyword argument 'extra'",
    "media/base64 with escapes": "Invalid last symbol",
}
IN_GENERATION_CONFIG = {
    "maxOutputTokens",
    "responseJsonSchema",
    "responseLogprobs",
    "responseMimeType",
    "seed",
    "stopSequences",
    "temperature",
    "thinkingConfig",
    "topK",
    "topP",
}


def test_gemini_sends_every_request_in_its_own_form(provider: PlayedProvider) -> None:
    client = gemini_client(provider)
    refused = []
    for id_, request, expected in cases("gemini"):
        if id_ in REFUSED_BY_GEMINI:
            refused.append(id_)
            with pytest.raises((TypeError, ValueError), match=REFUSED_BY_GEMINI[id_]):
                client.models.generate_content(**request)
            continue
        received = provider.received(client.models.generate_content, request)
        assert provider.paths[-1].endswith(f"/models/{expected['model']}:generateContent"), id_
        assert in_camel_case(received) == on_gemini_s_wire(expected), id_
    assert sorted(refused) == sorted(REFUSED_BY_GEMINI)


def on_gemini_s_wire(request: Dict[str, Any]) -> Dict[str, Any]:
    """Settings stand in `generationConfig`, all others of `config` beside `contents`."""
    config = request.get("config", {})
    sent = {key: value for key, value in config.items() if key not in IN_GENERATION_CONFIG}
    settings = {key: value for key, value in config.items() if key in IN_GENERATION_CONFIG}
    whole = {"contents": request["contents"], **sent, **({"generationConfig": settings} if settings else {})}
    return url_safe(whole)


def url_safe(value: Any) -> Any:
    """With the alphabet of base64 that the package writes."""
    if isinstance(value, list):
        return [url_safe(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: url_safe(item) for key, item in value.items()}
    if set(made) == {"data", "mimeType"}:
        made["data"] = made["data"].replace("+", "-").replace("/", "_")
    return made


# What the package writes in its other form.
SNAKES = {
    "file_uri": "fileUri",
    "mime_type": "mimeType",
    "parameters_json_schema": "parametersJsonSchema",
    "thinking_budget": "thinkingBudget",
}


def in_camel_case(value: Any) -> Any:
    if isinstance(value, list):
        return [in_camel_case(item) for item in value]
    if isinstance(value, dict):
        return {SNAKES.get(key, key): in_camel_case(item) for key, item in value.items()}
    return value


def test_settings_that_anthropic_s_create_does_not_name_are_sent_at_the_top_level(provider: PlayedProvider) -> None:
    own = {"temperature": 0, "top_p": 0.5, "top_k": 7, "thinking": {"type": "disabled"}}
    config = {"model": "m", "max_tokens": 5, "anthropic": own}
    request = px0.to_anthropic(chat(config)).request
    # As soon as the package names one of these again, it is handed over by name; here it is the rule that is tested.
    assert request["extra_body"] == {"temperature": 0, "top_p": 0.5, "top_k": 7}
    received = provider.received(anthropic_client(provider).messages.create, request)
    assert received == {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}], **own}


def test_settings_that_openai_s_create_does_not_name_are_sent_at_the_top_level(provider: PlayedProvider) -> None:
    config = {"model": "m", "openai": {"top_k": 7, "reasoning_effort": "low", "extra_body": {"a": 1}}}
    request = px0.to_openai(chat(config)).request
    assert request["extra_body"] == {"top_k": 7, "a": 1}
    received = provider.received(openai_client(provider).chat.completions.create, request)
    messages = [{"role": "user", "content": "Hi"}]
    assert received == {"model": "m", "messages": messages, "top_k": 7, "reasoning_effort": "low", "a": 1}


def chat(config: Dict[str, Any]) -> px0.RenderResult:
    return result_of({"slug": "a", "version": 1, "text": "", "messages": [{"role": "user", "content": "Hi"}], "config": config})


def test_the_programs_of_applications_send_what_is_handed_over(provider: PlayedProvider) -> None:
    import programs

    result = chat({"model": "m", "max_tokens": 5, "temperature": 0})
    gemini = gemini_client(provider)
    programs.ask_openai(openai_client(provider), result)
    programs.ask_anthropic(anthropic_client(provider), result)
    programs.ask_gemini(gemini, result)

    async def ask() -> None:
        async with AsyncOpenAI(base_url=provider.url, api_key="x", max_retries=0) as openai:
            await programs.ask_openai_async(openai, result)
        async with AsyncAnthropic(base_url=provider.url, api_key="x", max_retries=0) as anthropic:
            await programs.ask_anthropic_async(anthropic, result)
        await programs.ask_gemini_async(gemini, result)

    asyncio.run(ask())
    assert provider.bodies[:3] == provider.bodies[3:]
    assert [len(body) for body in provider.bodies[:3]] == [4, 3, 2]


# Messages that an application brings along are of whatever form it likes; and of these, the provider's types know less than its API.
OF_NO_TYPE = {
    "openai": {"own/openai", "media/among parts of a provider", "media/of another form stays as it is"},
    "anthropic": {
        "media/data that are not base64",
        "media/among parts of a provider",
        "media/of another form stays as it is",
        "whole/the example of the documentation",
    },
}


@pytest.mark.parametrize("name", OF_NO_TYPE)
def test_requests_are_of_the_provider_s_own_types(name: str) -> None:
    if name == "openai":
        from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming as Params
    else:
        from anthropic.types.message_create_params import MessageCreateParamsNonStreaming as Params  # type: ignore[assignment]
    type_: TypeAdapter[Any] = TypeAdapter(Params)
    count = 0
    for id_, request, _ in cases(name):
        if id_.startswith("history/") or id_ in OF_NO_TYPE[name]:
            continue
        body = whole_numbers({key: value for key, value in request.items() if key != "extra_body"})
        # What the type does not name is missing in what it reads.
        assert evaluated(type_.validate_python(body)) == body, id_
        count += 1
    assert count > 50


def whole_numbers(value: Any) -> Any:
    """The vectors' numbers are all read as floats."""
    return json.loads(json.dumps(value), parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text))


def evaluated(value: Any) -> Any:
    """With lists for the iterables that pydantic makes of a type's."""
    if isinstance(value, dict):
        return {key: evaluated(item) for key, item in value.items()}
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return [evaluated(item) for item in value]
