"""A chat given as a fallback: judged when it is given, as px0 judges what an author writes."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Tuple

from . import template
from ._chat import Entry, Part, PartsMessage, Placeholder, TextMessage, messages_of, placeholder_lists
from ._compiled import compiled
from ._gotpl.values.go_string import well_formed_data
from ._program import Rendered
from .errors import UsageError

# Others could not be variables of a prompt.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_ROLES = ("system", "user", "assistant")
_KINDS = ("content", "template", "parts", "placeholder")


@dataclass(frozen=True)
class _Unit:
    """What makes one text of the chat: a template, or a text as it is."""

    place: str
    text: str
    template: Optional[template.Template]

    def render(self, variables: Mapping[str, Any], missing_key: str) -> str:
        if self.template is None:
            return self.text
        try:
            return self.template.render(variables, missing_key=missing_key)
        except (template.TemplateExecutionError, template.TemplateTooDeep) as error:
            raise ValueError(f"{self.place}: {error}") from error


class FallbackChat:
    """Raises UsageError that begins with `what` and names the place of what is wrong."""

    def __init__(self, what: str, given: Mapping[Any, Any]) -> None:
        messages, config = given.get("messages"), given.get("config")
        if not isinstance(messages, (list, tuple)):
            raise UsageError(f"{what} must be a template, a function or a chat with messages")
        if not messages:
            raise UsageError(f"{what} has no messages")
        self._units: List[_Unit] = []
        self._entries = [self._entry(f"{what}: messages.{index}", message) for index, message in enumerate(messages)]
        if not isinstance(config, (Mapping, type(None))):
            raise UsageError(f"{what}: config must be a dictionary")
        try:
            # Read anew for each result, so that nobody changes it for others.
            self._config = None if config is None else json.dumps(dict(config), allow_nan=False)
        except Exception as error:
            raise UsageError(f"{what}: config cannot be written as JSON: {error}") from error
        self._transcript = _transcript_template(self._entries)

    def render(self, variables: Mapping[str, Any], missing_key: str, with_transcript: bool) -> Rendered:
        """Raises ValueError, ChatVariablesError, TemplateExecutionError, and TemplateTooDeep for the transcript."""
        lists = placeholder_lists(self._entries, variables)
        outputs = [unit.render(variables, missing_key) for unit in self._units]
        config = None if self._config is None else json.loads(self._config)
        data = {"outputs": outputs, "variables": variables}
        text = compiled(self._transcript).render(data, missing_key=missing_key) if with_transcript else None
        return Rendered(text, messages_of(self._entries, outputs, lists), config)

    def _entry(self, place: str, message: Any) -> Entry:
        if not isinstance(message, Mapping):
            raise UsageError(f"{place} must be a dictionary")
        kinds = [kind for kind in _KINDS if message.get(kind) is not None]
        if len(kinds) != 1:
            raise UsageError(f"{place} needs one of content, template, parts and placeholder")
        if kinds == ["placeholder"]:
            name = _text(f"{place}.placeholder", message["placeholder"])
            if not _NAME.fullmatch(name):
                raise UsageError(f"{place}.placeholder must be a name of letters, digits and underscores")
            return Placeholder(name, message.get("required") is True)
        # A member of an enumeration is no plain text.
        role = next((role for role in _ROLES if role == message.get("role")), None)
        if role is None:
            raise UsageError(f"{place}.role must be system, user or assistant")
        if kinds == ["parts"]:
            return PartsMessage(role, self._parts(place, role, message["parts"]))
        place = f"{place}.{kinds[0]}"
        text = _text(place, message[kinds[0]])
        self._units.append(_Unit(place, text, None if kinds == ["content"] else _compile(place, text)))
        return TextMessage(role)

    def _parts(self, place: str, role: str, parts: Any) -> Tuple[Part, ...]:
        if role == "system":
            raise UsageError(f"{place}: a system message has no parts")
        if not isinstance(parts, (list, tuple)) or not parts:
            raise UsageError(f"{place}.parts must not be empty")
        return tuple([self._part(f"{place}.parts.{index}", part) for index, part in enumerate(parts)])

    def _part(self, place: str, part: Any) -> Part:
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind not in ("text", "media"):
            raise UsageError(f"{place}.type must be text or media")
        key = "template" if kind == "text" else "url"
        text = _text(f"{place}.{key}", part.get(key))
        self._units.append(_Unit(f"{place}.{key}", text, _compile(f"{place}.{key}", text)))
        media_type = part.get("media_type") if kind == "media" else None
        return Part(kind == "media", None if media_type is None else _text(f"{place}.media_type", media_type))


def _transcript_template(entries: List[Entry]) -> str:
    """What makes px0's transcript of the outputs and the variables, as px0 links it."""
    numbers = itertools.count()

    def output() -> str:
        return "{{index .outputs %d}}" % next(numbers)

    def text_of(entry: Entry) -> str:
        if isinstance(entry, Placeholder):
            value = '{{with index . "%s"}}{{.}}{{end}}'
            message = f"{value % 'role'}:\n{value % 'content'}\n\n"
            return f'{{{{range index .variables "{entry.name}"}}}}{message}{{{{end}}}}'
        if isinstance(entry, TextMessage):
            return f"{entry.role}:\n{output()}\n\n"
        # The output of a URL is counted, too.
        outputs = [(part, output()) for part in entry.parts]
        return f"{entry.role}:\n" + "\n".join(["[media]" if part.is_media else text for part, text in outputs]) + "\n\n"

    return "".join(map(text_of, entries))


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{place} must be text")
    return well_formed_data(str.__str__(value))


def _compile(place: str, text: str) -> template.Template:
    try:
        return compiled(text)
    except template.TemplateSyntaxError as error:
        raise UsageError(f"{place} is not a valid template: {error}") from error
    except template.TemplateTooDeep as error:
        raise UsageError(f"{place} is nested too deeply for Python") from error
