"""The request of OpenAI's chat completions."""

from __future__ import annotations

import re
from typing import Any, Dict

from .._forms import is_media
from ..result import Message, RenderResult
from .conversation import messages_of, no_media_in, require_rendered, with_each
from .hand_over import HandOver, with_extra_body
from .media import MediaWriters, Part, write_media
from .settings import Settings, dropped_of, laid_over, own_of, renamed, settings_in, tool_as

_PROVIDER = "openai"
_SAME = ("model", "temperature", "top_p", "stop", "seed")
_USUAL = frozenset((*_SAME, "messages", "max_completion_tokens", "response_format", "tools", "tool_choice"))
_AUDIO = {"audio/wav": "wav", "audio/mpeg": "mp3"}

# What OpenAI takes as the name of a schema; slugs may hold more.
_NO_PART_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 64


def to_openai(result: RenderResult) -> HandOver:
    """What a rendered prompt asks of OpenAI: `client.chat.completions.create(**to_openai(result).request)`.

    Messages of a placeholder are handed over as they came. Keys of the configuration's `openai` that the installed package `openai`
    does not know go under `extra_body`.

    Raises UsageError for media that OpenAI does not take.
    """
    require_rendered(result)
    settings = settings_in(result)
    request: Dict[str, Any] = {
        "messages": list(map(_message_of, messages_of(result))),
        **renamed(settings, {**{name: name for name in _SAME}, "max_tokens": "max_completion_tokens"}),
        **_response_format_of(result.slug, settings),
    }
    if "tools" in settings:
        request["tools"] = [{"type": "function", "function": tool_as("parameters", tool)} for tool in settings["tools"]]
    if "tool_choice" in settings:
        choice = settings["tool_choice"]
        is_mode = isinstance(choice, str)
        request["tool_choice"] = choice if is_mode else {"type": "function", "function": {"name": choice["name"]}}
    whole = laid_over(request, own_of(result, _PROVIDER))
    return HandOver(with_extra_body(whole, _USUAL, "openai.resources.chat.completions", "Completions"), dropped_of(settings, ()))


def _message_of(message: Message) -> Message:
    def written(part: Any) -> Any:
        if not is_media(part):
            return part
        if message["role"] in ("system", "assistant"):
            raise no_media_in(_PROVIDER, message["role"])
        return write_media(_PROVIDER, part, _writers_of)

    return with_each(with_each(message, "content", written), "tool_calls", _with_arguments)


def _with_arguments(call: Any) -> Any:
    """Servers that speak the same protocol read the arguments as JSON, which an empty text is not."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or function.get("arguments") != "":
        return call
    return {**call, "function": {**function, "arguments": "{}"}}


def _writers_of(media_type: str) -> MediaWriters:
    if media_type.startswith("image/"):
        return MediaWriters(_image_of, lambda data: _image_of(_data_url(media_type, data)))
    if media_type == "application/pdf":
        # A name is asked for, and the part has none.
        return MediaWriters(
            by_data=lambda data: {
                "type": "file",
                "file": {"file_data": _data_url(media_type, data), "filename": "document.pdf"},
            }
        )
    audio = _AUDIO.get(media_type)
    if audio is None:
        return MediaWriters()
    return MediaWriters(by_data=lambda data: {"type": "input_audio", "input_audio": {"data": data, "format": audio}})


def _image_of(url: str) -> Part:
    return {"type": "image_url", "image_url": {"url": url}}


def _data_url(media_type: str, data: str) -> str:
    return f"data:{media_type};base64,{data}"


def _response_format_of(slug: str, settings: Settings) -> Dict[str, Any]:
    response = settings.get("response_schema")
    if response is None:
        return {}
    name, strict = response.get("name"), response.get("strict")
    schema = {
        "name": _NO_PART_OF_A_NAME.sub("_", slug)[:_LONGEST_NAME] if name is None else name,
        "schema": response["schema"],
        "strict": True if strict is None else strict,
    }
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
