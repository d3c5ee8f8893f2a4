"""A chat given as a fallback: judged when it is given, as px0 judges what an author writes, and linked as px0 links it."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, Union

from . import template
from ._chat import Outline, Part, PartsMessage, Placeholder, TextMessage, write_outline
from ._compiled import compiled_chat
from ._gotpl.link import Unit
from ._gotpl.values.go_string import well_formed_data
from ._program import Rendered, run_chat
from .errors import UsageError


class Text(NamedTuple):
    role: str
    template: str


class TextPart(NamedTuple):
    is_media: bool
    # Of a medium, that of its URL.
    template: str
    media_type: Optional[str]


class Parts(NamedTuple):
    role: str
    parts: Tuple[TextPart, ...]


Entry = Union[Placeholder, Text, Parts]


class Texts(NamedTuple):
    """The texts of a chat: the root calls the units, and the outline says what becomes of their outputs."""

    root: str
    units: Tuple[Unit, ...]
    outline: Outline


class FallbackChat:
    """Raises UsageError that begins with `what` and names the place of what is wrong."""

    def __init__(self, what: str, given: Mapping[Any, Any]) -> None:
        texts, self._config = _read_chat(what, given)
        self._outline = texts.outline
        self._template = _compile(what, texts)

    def render(self, variables: Mapping[str, Any], missing_key: str, with_transcript: bool) -> Rendered:
        """Raises ChatVariablesError, TemplateExecutionError and TemplateTooDeep."""
        return run_chat(self._template, self._outline, self._config, variables, missing_key, with_transcript)


def program_of_chat(what: str, given: Mapping[Any, Any]) -> Dict[str, Any]:
    """The program that px0 would make of a chat, in the form in which px0 delivers it. Raises UsageError as FallbackChat does."""
    texts, config = _read_chat(what, given)
    _compile(what, texts)
    linked = template.link_program(texts.root, texts.units)
    program = {
        "template": linked.template,
        "outline": write_outline(texts.outline),
        "sources": [list(stretch) for stretch in linked.stretches],
    }
    return program if config is None else {**program, "config": config}


def _read_chat(what: str, given: Mapping[Any, Any]) -> Tuple[Texts, Optional[str]]:
    """Its texts, and its configuration as JSON."""
    messages, config = given.get("messages"), given.get("config")
    if not isinstance(messages, (list, tuple)):
        raise UsageError(f"{what} must be a template, a function or a chat with messages")
    if not messages:
        raise UsageError(f"{what} has no messages")
    texts = texts_of(_read_entries(what, messages))
    if not isinstance(config, (Mapping, type(None))):
        raise UsageError(f"{what}: config must be an object")
    try:
        return texts, None if config is None else json.dumps(dict(config), allow_nan=False)
    except Exception as error:
        raise UsageError(f"{what}: config cannot be written as JSON: {error}") from error


def _compile(what: str, texts: Texts) -> template.Template:
    try:
        return compiled_chat(texts.root, texts.units)
    except template.TemplateSyntaxError as error:
        raise UsageError(f"{what} is not a valid template: {error}") from error
    except template.TemplateTooDeep as error:
        raise UsageError(f"{what} is nested too deeply for Python: pass a function instead") from error


def texts_of(entries: Sequence[Entry]) -> Texts:
    """As px0 makes a program of them."""
    root: List[str] = []
    units: List[Unit] = []
    outline: List[Union[Placeholder, TextMessage, PartsMessage]] = []
    for index, entry in enumerate(entries):
        name = f"message {index}"
        if isinstance(entry, Placeholder):
            value = '{{with index . "%s"}}{{.}}{{end}}'
            message = f"{value % 'role'}:\n{value % 'content'}\n\n"
            root.append(f'{{{{range index . "{entry.name}"}}}}{message}{{{{end}}}}')
            outline.append(entry)
        elif isinstance(entry, Text):
            root.append(f"{entry.role}:\n{_call(name)}\n\n")
            units.append(Unit(name, entry.template))
            outline.append(TextMessage(entry.role))
        else:
            own = [Unit(f"{name}.{number}", part.template) for number, part in enumerate(entry.parts)]
            lines = ["[media]" if part.is_media else _call(unit.name) for part, unit in zip(entry.parts, own)]
            root.append(f"{entry.role}:\n" + "\n".join(lines) + "\n\n")
            units += own
            outline.append(PartsMessage(entry.role, tuple([Part(part.is_media, part.media_type) for part in entry.parts])))
    return Texts("".join(root), tuple(units), Outline(tuple(outline), tuple([unit.name for unit in units])))


def _call(unit: str) -> str:
    return '{{template "%s" .}}' % unit


_ROLES = ("system", "user", "assistant")
_KINDS = ("content", "template", "parts", "placeholder")
# Others could not be looked up, or would be read as a part of the program.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")


def _read_entries(what: str, messages: Sequence[Any]) -> List[Entry]:
    names: Set[str] = set()
    entries: List[Entry] = []
    for index, message in enumerate(messages):
        place = f"{what}: messages.{index}"
        entry = _read_entry(place, message)
        if isinstance(entry, Placeholder):
            if entry.name in names:
                raise UsageError(f"{place}.placeholder occurs twice")
            names.add(entry.name)
        entries.append(entry)
    return entries


def _read_entry(place: str, message: Any) -> Entry:
    if not isinstance(message, Mapping):
        raise UsageError(f"{place} must be an object")
    kinds = [kind for kind in _KINDS if message.get(kind) is not None]
    if len(kinds) != 1:
        raise UsageError(f"{place} needs one of content, template, parts and placeholder")
    kind = kinds[0]
    if kind == "placeholder":
        return _read_placeholder(place, message)
    # A member of an enumeration is no plain text.
    role = next((role for role in _ROLES if role == message.get("role")), None)
    if role is None:
        raise UsageError(f"{place}.role must be system, user or assistant")
    if kind == "parts":
        return Parts(role, _read_parts(place, role, message["parts"]))
    text = _text(f"{place}.{kind}", message[kind])
    # The literal text is a template that gives the text as it is.
    return Text(role, text.replace("{{", '{{"{{"}}') if kind == "content" else text)


def _read_placeholder(place: str, message: Mapping[Any, Any]) -> Placeholder:
    name, is_required = message["placeholder"], message.get("required")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(f"{place}.placeholder must be a name of letters, digits and underscores")
    if not isinstance(is_required, (bool, type(None))):
        raise UsageError(f"{place}.required must be true or false")
    return Placeholder(str.__str__(name), is_required is True)


def _read_parts(place: str, role: str, parts: Any) -> Tuple[TextPart, ...]:
    if role == "system":
        raise UsageError(f"{place}: a system message has no parts")
    if not isinstance(parts, (list, tuple)) or not parts:
        raise UsageError(f"{place}.parts must not be empty")
    return tuple([_read_part(f"{place}.parts.{index}", part) for index, part in enumerate(parts)])


def _read_part(place: str, part: Any) -> TextPart:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text":
        return TextPart(False, _text(f"{place}.template", part.get("template")), None)
    if kind != "media":
        raise UsageError(f"{place}.type must be text or media")
    url, media_type = _text(f"{place}.url", part.get("url")), part.get("media_type")
    if media_type is not None and not (isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type)):
        raise UsageError(f"{place}.media_type must be a media type")
    return TextPart(True, url, None if media_type is None else str.__str__(media_type))


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{place} must be a string")
    if not value:
        raise UsageError(f"{place} must not be empty")
    return well_formed_data(str.__str__(value))
