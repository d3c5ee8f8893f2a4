"""What a render gives."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Dict, List, Literal, Match, Optional, Tuple, Union

from ._forms import is_media, is_own_content
from ._gotpl.values.json_text import number_text
from ._telemetry import names
from .contract import ContractProblems
from .errors import UnreachableError

# Where a text was made, and from what. Of a text made here: how px0 confirmed last what it was made of.
Source = Literal["live", "stream", "poll", "fetched", "cache", "snapshot", "bundle", "fallback"]

# A message of a chat: of px0's form, with `role` and `content`, or what a placeholder brought along, as it came.
Message = Dict[str, Any]


@dataclass(frozen=True, init=False)
class RenderResult:
    """A text or a conversation, and where it comes from: enough to explain a wrong prompt by one log line."""

    # Of a chat, a transcript for logs: what `transcript_of` makes of the messages when it is first asked for, or px0's own if the call
    # said `with_transcript`, which also holds messages that render to nothing.
    text: str
    source: Source
    slug: str
    # The version's number; None for a fallback.
    version: Optional[int]
    tags: Tuple[str, ...]
    # px0's revision when it last confirmed that this is the version; None for a fallback.
    revision: Optional[str]
    # How long ago that was, in seconds; None for a fallback.
    age: Optional[float]
    # Whether something newer may exist: px0 has said that it may be behind, or what the text was made of is not confirmed at the moment.
    stale: bool
    # What kept the text from being live; None when nothing did.
    cause: Optional[UnreachableError]
    # Of a chat: what goes to the model, in order. None for a text.
    messages: Optional[List[Message]] = field(default=None, hash=False)
    # The version's model configuration; None when it has none.
    config: Optional[Dict[str, Any]] = field(default=None, hash=False)
    # Whose version it is and the team that it is in, where this process holds the prompt; None for a fallback.
    prompt_id: Optional[str] = None
    team_id: Optional[str] = None
    # How the variables violate the contract of the version, where that is told of and not refused; None when they do not.
    contract: Optional[ContractProblems] = field(default=None, hash=False)

    def __init__(
        self,
        text: str,
        source: Source,
        slug: str,
        version: Optional[int],
        tags: Tuple[str, ...],
        revision: Optional[str],
        age: Optional[float],
        stale: bool,
        cause: Optional[UnreachableError],
        messages: Optional[List[Message]] = None,
        config: Optional[Dict[str, Any]] = None,
        prompt_id: Optional[str] = None,
        team_id: Optional[str] = None,
        contract: Optional[ContractProblems] = None,
    ) -> None:
        members: Dict[str, Any] = {
            "text": text,
            "source": source,
            "slug": slug,
            "version": version,
            "tags": tags,
            "revision": revision,
            "age": age,
            "stale": stale,
            "cause": cause,
            "messages": messages,
            "config": config,
            "prompt_id": prompt_id,
            "team_id": team_id,
            "contract": contract,
        }
        _set(self, "__dict__", members)

    def __str__(self) -> str:
        return self.text

    @property
    def attributes(self) -> Dict[str, Union[str, bool, int]]:
        """Attributes of OpenTelemetry, for a span of yours: `gen_ai.prompt.name`, `gen_ai.prompt.version`, and those of px0."""
        values: Dict[str, Union[str, bool, int, None]] = {
            names.PROMPT_NAME: self.slug,
            names.PROMPT_VERSION: None if self.version is None else str(self.version),
            names.PROMPT_ID: self.prompt_id,
            names.SOURCE: self.source,
            names.REVISION: self.revision,
            names.STALE: self.stale,
            names.AGE_MS: None if self.age is None else round(self.age * 1000),
        }
        return {name: value for name, value in values.items() if value is not None}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Of a chat, the only attribute that may still be missing.
            messages = self.__dict__.get("messages") if name == "text" else None
            if messages is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            text = transcript_of(messages)
            object.__setattr__(self, "text", text)
            return text


_new, _set = object.__new__, object.__setattr__


def result_of(members: Dict[str, Any]) -> RenderResult:
    """With these members, which have to be all of them, save the text of a chat. A frozen dataclass sets its members one by one, which
    takes longer than the render of a short prompt.
    """
    result = _new(RenderResult)
    _set(result, "__dict__", members)
    return result


def without_text(result: RenderResult) -> RenderResult:
    """A chat's result, which makes its text of the messages when it is asked for."""
    object.__delattr__(result, "text")
    return result


def with_prompt(result: RenderResult, prompt_id: str, team_id: str) -> RenderResult:
    """A result that nobody else has yet, which says whose version it is."""
    object.__setattr__(result, "prompt_id", prompt_id)
    object.__setattr__(result, "team_id", team_id)
    return result


def made_late(result: RenderResult, cause: UnreachableError) -> RenderResult:
    """A result that nobody else has yet, of something earlier than what its caller has written."""
    object.__setattr__(result, "stale", True)
    object.__setattr__(result, "cause", cause)
    return result


def transcript_of(messages: List[Message]) -> str:
    """The messages as one text: of each its role, a colon, its content and an empty line.

    Parts stand in lines of their own, media as `[media]`. Content of another form than px0's is written as JSON, and none as nothing.
    """
    return "".join([f"{message['role']}:\n{_content_of(message.get('content'))}\n\n" for message in messages])


def _content_of(content: Any) -> str:
    if content is None:
        return ""
    if not is_own_content(content):
        return _TEXT_OR_NUMBER.sub(_as_px0_writes, json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    if isinstance(content, str):
        return content
    return "\n".join(["[media]" if is_media(part) else part["text"] for part in content])


_TEXT_OR_NUMBER = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?')


def _as_px0_writes(found: Match[str]) -> str:
    """Python has other forms of very large and very small numbers."""
    text = found[0]
    return number_text(float(text)) if text[0] != '"' and ("." in text or "e" in text) else text
