"""A chat's messages, put together from the outputs of its templates and from what its placeholders stand for."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ._forms import is_message
from ._gotpl.unicode.white_space import is_blank
from .result import Message


class ChatVariablesError(Exception):
    """A placeholder's variable is not what it must be. The text is px0's."""


class Placeholder(NamedTuple):
    """Stands for a list of messages that a variable holds."""

    name: str
    is_required: bool


class TextMessage(NamedTuple):
    role: str


class Part(NamedTuple):
    """A text, or a medium by its URL."""

    is_media: bool
    media_type: Optional[str]


class PartsMessage(NamedTuple):
    role: str
    parts: Tuple[Part, ...]


# A text message takes one output, and one of parts as many as it has parts.
Entry = Union[Placeholder, TextMessage, PartsMessage]


class Outline(NamedTuple):
    """What a chat's program says of its messages."""

    entries: Tuple[Entry, ...]
    # The names of the templates that they are made of, in order.
    units: Tuple[str, ...]


def read_outline(outline: List[Any]) -> Outline:
    """Raises ValueError, TypeError and KeyError for an outline that a later px0 has made."""
    units: List[str] = []
    return Outline(tuple([_read_entry(entry, units) for entry in outline]), tuple(units))


def write_outline(outline: Outline) -> List[Any]:
    """In the form in which px0 serves it."""
    units = iter(outline.units)
    return [_write_entry(entry, units) for entry in outline.entries]


def _write_entry(entry: Entry, units: Iterator[str]) -> Dict[str, Any]:
    if isinstance(entry, Placeholder):
        return {"placeholder": entry.name, "required": entry.is_required}
    if isinstance(entry, TextMessage):
        return {"role": entry.role, "unit": next(units)}
    return {"role": entry.role, "parts": [_write_part(part, next(units)) for part in entry.parts]}


def _write_part(part: Part, unit: str) -> Dict[str, Any]:
    media_type = {} if part.media_type is None else {"media_type": part.media_type}
    return {"media": unit, **media_type} if part.is_media else {"unit": unit}


def _read_entry(entry: Any, units: List[str]) -> Entry:
    if "placeholder" in entry:
        return Placeholder(_text(entry["placeholder"]), entry.get("required") is True)
    if "unit" in entry:
        units.append(_text(entry["unit"]))
        return TextMessage(_text(entry["role"]))
    parts: List[Part] = []
    for part in entry["parts"]:
        is_media = "unit" not in part
        units.append(_text(part["media" if is_media else "unit"]))
        parts.append(Part(is_media, _text(part["media_type"]) if "media_type" in part else None))
    return PartsMessage(_text(entry["role"]), tuple(parts))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("an outline has a name that is no text")
    return value


def placeholder_lists(entries: Sequence[Entry], variables: Mapping[str, Any]) -> List[List[Message]]:
    """What the placeholders stand for, in order. Raises ChatVariablesError."""
    return [_placeholder_list(entry, variables) for entry in entries if isinstance(entry, Placeholder)]


def _placeholder_list(placeholder: Placeholder, variables: Mapping[str, Any]) -> List[Message]:
    name = placeholder.name
    value = variables.get(name)
    if value is None:
        if placeholder.is_required and name not in variables:
            raise ChatVariablesError(f"missing {name}")
        return []
    if not isinstance(value, list) or not all(map(is_message, value)):
        raise ChatVariablesError(f"{name} must be a list of messages")
    # As px0 reads and writes numbers: of 64 bits, and whole ones without a fraction.
    messages: List[Message] = json.loads(json.dumps(value), parse_int=_number, parse_float=_number)
    return messages


# From here on a number is written with an exponent.
_LONGEST_WHOLE = 1e21


def _number(text: str) -> Union[int, float]:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _LONGEST_WHOLE else number


def messages_of(entries: Sequence[Entry], outputs: Sequence[str], lists: Sequence[List[Message]]) -> List[Message]:
    """`outputs` are those of the templates, and `lists` those of the placeholders, both in order."""
    messages: List[Message] = []
    next_output, next_list = iter(outputs).__next__, iter(lists).__next__
    for entry in entries:
        if isinstance(entry, Placeholder):
            messages += next_list()
        elif isinstance(entry, TextMessage):
            text = next_output()
            if not is_blank(text):
                messages.append({"role": entry.role, "content": text})
        else:
            parts = [_part(part, next_output()) for part in entry.parts]
            content = [part for part in parts if part is not None]
            if content:
                messages.append({"role": entry.role, "content": content})
    return messages


def _part(part: Part, output: str) -> Optional[Dict[str, Any]]:
    """Nothing when there is no text, or no URL."""
    if not output:
        return None
    if not part.is_media:
        return {"type": "text", "text": output}
    media_type = _type_of_data(output) if part.media_type is None else part.media_type
    return {"type": "media", "url": output, **({} if media_type is None else {"media_type": media_type})}


_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]{1,80})[;,]", re.IGNORECASE | re.ASCII)


def _type_of_data(url: str) -> Optional[str]:
    """The media type that a `data:` URL names, without its parameters."""
    named = _DATA_URL.match(url)
    return None if named is None else named[1].lower()
