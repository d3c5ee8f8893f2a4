"""`toJson` and `toPrettyJson`: the text that Go's `encoding/json` gives, keys sorted and `<`, `>`, `&` escaped."""

from __future__ import annotations

import re
from io import StringIO
from math import copysign, isfinite, isnan
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from .escaping import escape_characters, rewritten
from .float_format import format_shortest, shortest
from .go_string import byte_length
from .known import Known
from .sorted_keys import sorted_items
from .values import NIL_MAP, UNDEFINED, Uint8, adopt, is_dict, is_list, type_name

# Deeper data is refused, as everywhere.
_MAX_DEPTH = 1000


class JsonFault(Exception):
    """Why a value has no JSON; the message is Go's where Go has one."""


class JsonOverflow(Exception):
    """The text has become longer than allowed."""


class _Open:
    """A list or map under way."""

    __slots__ = ("items", "close", "is_empty")

    def __init__(self, items: Iterator[Tuple[Optional[str], Any]], close: str) -> None:
        self.items = items
        self.close = close
        self.is_empty = True


class _Ready:
    """Items that have been made a text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class JsonWriter:
    """`keys` counts how many keys were sorted for the text. `is_pretty`: two spaces for each level, one element in each line."""

    def __init__(self, is_pretty: bool, max_bytes: int, known: Known) -> None:
        self.keys = 0
        self._text = StringIO()
        self._size = 0
        self._is_pretty = is_pretty
        self._max_bytes = max_bytes
        self._known = known

    @property
    def text(self) -> str:
        return self._text.getvalue()

    def write(self, value: Any) -> None:
        """A value; what is inside it is kept in a list of our own, for data may be deeper than Python's stack."""
        opened: List[_Open] = []
        self._item(value, opened)
        while opened:
            inner = opened[-1]
            for key, item in inner.items:
                if not inner.is_empty:
                    self._add(",")
                inner.is_empty = False
                self._new_line(len(opened))
                if key is not None:
                    self._quoted(key)
                    self._add(": " if self._is_pretty else ":")
                if type(item) is _Ready:
                    self._add(item.text)
                    continue
                self._item(adopt(item), opened)
                if opened[-1] is not inner:
                    break
            else:
                opened.pop()
                if not inner.is_empty:
                    self._new_line(len(opened))
                self._add(inner.close)

    def _item(self, value: Any, opened: List[_Open]) -> None:
        kind = type(value)
        if kind is str:
            self._quoted(value)
        elif kind is float:
            self._add(number_text(value))
        elif kind is bool:
            self._add("true" if value else "false")
        elif kind is int:
            self._add(str(value))
        elif value is None or value is UNDEFINED or value is NIL_MAP:
            self._add("null")
        elif kind is Uint8:
            self._add(str(value.value))
        elif len(opened) >= _MAX_DEPTH:
            raise JsonFault(f"data nested more than {_MAX_DEPTH} deep")
        elif is_list(value):
            self._add("[")
            opened.append(_Open(self._items(value, len(opened) + 1), "]"))
        elif is_dict(value):
            items = sorted_items(value, self._known.is_exact)
            self.keys += len(items)
            self._add("{")
            opened.append(_Open(iter(items), "}"))
        else:
            raise JsonFault(f"json: unsupported type: {type_name(value)}")

    def _items(self, items: Sequence[Any], depth: int) -> Iterator[Tuple[Optional[str], Any]]:
        """The items of a list; many numbers and short texts that stand side by side are made one text."""
        separator = f",\n{'  ' * depth}" if self._is_pretty else ","
        for start in range(0, len(items), _CHUNK):
            chunk = items[start : start + _CHUNK]
            texts = [text for item in chunk for text in [_short_text(item)] if text is not None]
            if len(texts) < len(chunk):
                for item in chunk:
                    yield None, item
            else:
                yield None, _Ready(separator.join(texts))

    def _new_line(self, depth: int) -> None:
        if self._is_pretty:
            self._add(f"\n{'  ' * depth}")

    def _quoted(self, text: str) -> None:
        self._known.check(text)
        if _PLAIN.fullmatch(text) is not None:
            self._add(f'"{text}"')
            return
        escaped = rewritten(text, _escape, self._max_bytes - self._size)
        if escaped is None:
            raise JsonOverflow
        self._add(f'"{escaped}"')

    def _add(self, text: str) -> None:
        self._text.write(text)
        self._size += byte_length(text)
        if self._size > self._max_bytes:
            raise JsonOverflow


# So many items of a list are looked at together.
_CHUNK = 1024
_SHORT_TEXT = 64


def _short_text(item: Any) -> Optional[str]:
    """The JSON of a number or of a short text that needs no escapes; nothing for all else."""
    kind = type(item)
    if kind is str:
        return f'"{item}"' if len(item) <= _SHORT_TEXT and _PLAIN.fullmatch(item) is not None else None
    if kind is int and -(2**53) <= item <= 2**53:
        # As the float that it is.
        return str(item)
    if kind is int or kind is float:
        return number_text(adopt(item))
    if kind is bool:
        return "true" if item else "false"
    return "null" if item is None else None


_PLAIN = re.compile(r"[ !#-%'-;=?-\[\]-~]*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(text: str) -> str:
    return escape_characters(text, _escaped)


def _escaped(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    if character < " " or character in "<>&\u2028\u2029":
        return f"\\u{ord(character):04x}"
    # A byte that is not UTF-8.
    return "\\ufffd" if "\ud800" <= character <= "\udfff" else character


def number_text(value: float) -> str:
    """Plain notation between 1e-6 and 1e21."""
    if not isfinite(value):
        name = "NaN" if isnan(value) else "-Inf" if value < 0 else "+Inf"
        raise JsonFault(f"json: unsupported value: {name}")
    if 1e-4 <= value < 1e6:
        return format_shortest(value)
    sign = "-" if copysign(1.0, value) < 0 else ""
    digits, point = shortest(abs(value))
    if not digits:
        return f"{sign}0"
    if point > 21 or point <= -6:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits.ljust(point, "0")
    return f"{sign}{digits[:point]}.{digits[point:]}"
