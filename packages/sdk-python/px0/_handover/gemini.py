"""The request of Gemini's generateContent, as `google-genai` takes it."""

from __future__ import annotations

from typing import Any, Dict

from .._forms import is_media
from ..errors import UsageError
from ..result import Message, RenderResult
from .conversation import conversation_of, is_own, is_own_system, messages_of, require_rendered, with_each
from .hand_over import HandOver
from .media import MediaWriters, Part, write_media
from .settings import Settings, dropped_of, laid_over, own_of, renamed, settings_in, tool_as

_PROVIDER = "gemini"
_TYPES = ("application/pdf", "audio/wav", "audio/mpeg")
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}


def to_gemini(result: RenderResult) -> HandOver:
    """What a rendered prompt asks of Gemini: `client.models.generate_content(**to_gemini(result).request)`.

    Messages of a placeholder are handed over as they came; those of a role and a content alone get `parts`.

    Raises UsageError for a system message behind others, for a message that would be sent without its content, and for media that
    Gemini does not take.
    """
    require_rendered(result)
    settings = settings_in(result)
    system, messages = conversation_of(_PROVIDER, result)
    offset = len(messages_of(result)) - len(messages)
    contents = [_content_of(message, index) for index, message in enumerate(messages, offset)]
    instruction = {} if system is None else {"systemInstruction": {"parts": [{"text": system}]}}
    config = {**instruction, **_config_of(settings)}
    request: Dict[str, Any] = {**renamed(settings, {"model": "model"}), "contents": contents}
    if config:
        request["config"] = config
    return HandOver(laid_over(request, own_of(result, _PROVIDER)), dropped_of(settings, ()))


def _content_of(message: Message, index: int) -> Message:
    if isinstance(message.get("parts"), list):
        return with_each(message, "parts", _with_arguments)
    if is_own_system(message):
        raise UsageError(f"{_PROVIDER} takes system messages at the beginning only")
    # Without parts, its packages refuse the turn or send one that says nothing.
    if not is_own(message):
        raise UsageError(f"{_PROVIDER} needs parts in messages.{index}")
    role, content = message["role"], message["content"]
    return {
        "role": "model" if role == "assistant" else role,
        "parts": [{"text": content}] if isinstance(content, str) else list(map(_part_of, content)),
    }


def _part_of(part: Dict[str, Any]) -> Part:
    return write_media(_PROVIDER, part, _writers_of) if is_media(part) else {"text": part["text"]}


def _with_arguments(part: Any) -> Any:
    call = part.get("functionCall") if isinstance(part, dict) else None
    if not isinstance(call, dict) or call.get("args") != "":
        return part
    return {**part, "functionCall": {**call, "args": {}}}


def _writers_of(media_type: str) -> MediaWriters:
    if not media_type.startswith("image/") and media_type not in _TYPES:
        return MediaWriters()
    return MediaWriters(
        lambda url: {"fileData": {"fileUri": url, "mimeType": media_type}},
        lambda data: {"inlineData": {"data": data, "mimeType": media_type}},
    )


def _config_of(settings: Settings) -> Dict[str, Any]:
    names = {
        "max_tokens": "maxOutputTokens",
        "temperature": "temperature",
        "top_p": "topP",
        "stop": "stopSequences",
        "seed": "seed",
    }
    config = renamed(settings, names)
    if "response_schema" in settings:
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = settings["response_schema"]["schema"]
    if "tools" in settings:
        config["tools"] = [{"functionDeclarations": [tool_as("parametersJsonSchema", tool) for tool in settings["tools"]]}]
    if "tool_choice" in settings:
        choice = settings["tool_choice"]
        calling: Dict[str, Any] = {"mode": _MODES[choice] if isinstance(choice, str) else "ANY"}
        if not isinstance(choice, str):
            calling["allowedFunctionNames"] = [choice["name"]]
        config["toolConfig"] = {"functionCallingConfig": calling}
    return config

