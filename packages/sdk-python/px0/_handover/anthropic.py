"""The request of Anthropic's messages."""

from __future__ import annotations

from typing import Any, Dict

from .._forms import is_media
from ..errors import UsageError
from ..result import Message, RenderResult
from .conversation import conversation_of, no_media_in, require_rendered, with_each
from .hand_over import HandOver, with_extra_body
from .media import MediaWriters, write_media
from .settings import dropped_of, laid_over, own_of, renamed, settings_in, tool_as

_PROVIDER = "anthropic"
_USUAL = frozenset(("model", "max_tokens", "system", "messages", "stop_sequences", "tools", "tool_choice"))
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def to_anthropic(result: RenderResult) -> HandOver:
    """What a rendered prompt asks of Anthropic: `client.messages.create(**to_anthropic(result).request)`.

    A system message behind others is handed over in its place, which a model may refuse; messages of a placeholder are handed over as
    they came. Keys of the configuration's `anthropic` that the installed package `anthropic` does not know (since its 1.0
    `temperature`, `top_p` and `top_k` are such) go under `extra_body`.

    Raises UsageError for media that Anthropic does not take, and when the configuration has no `max_tokens`.
    """
    require_rendered(result)
    settings = settings_in(result)
    system, messages = conversation_of(_PROVIDER, result)
    request: Dict[str, Any] = {
        **renamed(settings, {"model": "model", "max_tokens": "max_tokens", "stop": "stop_sequences"}),
        **({} if system is None else {"system": system}),
        "messages": list(map(_message_of, messages)),
    }
    if "response_schema" in settings:
        request["output_config"] = {"format": {"type": "json_schema", "schema": settings["response_schema"]["schema"]}}
    if "tools" in settings:
        request["tools"] = [{"input_schema": {"type": "object"}, **tool_as("input_schema", tool)} for tool in settings["tools"]]
    if "tool_choice" in settings:
        choice = settings["tool_choice"]
        is_mode = isinstance(choice, str)
        request["tool_choice"] = {"type": _CHOICES[choice]} if is_mode else {"type": "tool", "name": choice["name"]}
    whole = laid_over(request, own_of(result, _PROVIDER))
    if "max_tokens" not in whole:
        raise UsageError(f"{_PROVIDER} needs max_tokens")
    return HandOver(
        with_extra_body(whole, _USUAL, "anthropic.resources.messages", "Messages"),
        dropped_of(settings, ("temperature", "top_p", "seed")),
    )


def _message_of(message: Message) -> Message:
    def written(part: Any) -> Any:
        if is_media(part):
            if message["role"] == "system":
                raise no_media_in(_PROVIDER, "system")
            return write_media(_PROVIDER, part, _writers_of)
        is_call = isinstance(part, dict) and part.get("type") == "tool_use"
        return {**part, "input": {}} if is_call and part.get("input") == "" else part

    return with_each(message, "content", written)


def _writers_of(media_type: str) -> MediaWriters:
    if not media_type.startswith("image/") and media_type != "application/pdf":
        return MediaWriters()
    kind = "image" if media_type.startswith("image/") else "document"
    return MediaWriters(
        lambda url: {"type": kind, "source": {"type": "url", "url": url}},
        lambda data: {"type": kind, "source": {"type": "base64", "media_type": media_type, "data": data}},
    )

