"""Which code points are letters, digits and printable, as Go sees them. ASCII is answered without the tables, which are decoded on
first use.
"""

from __future__ import annotations

from ..unicode_tables import DIGITS, LETTERS, PRINTABLE
from .range_table import RangeTable

_letters = RangeTable(LETTERS)
_digits = RangeTable(DIGITS)
_printable = RangeTable(PRINTABLE)
_ASCII_PARTS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def is_identifier_part(character: str) -> bool:
    """Letters, digits and the underscore: what Go's template identifiers are made of."""
    if character < "\x80":
        return character in _ASCII_PARTS
    code_point = ord(character)
    return _letters.has(code_point) or _digits.has(code_point)


def is_identifier(text: str) -> bool:
    """What a template can write behind a dot: it begins with a letter or the underscore."""
    if text.isascii():
        return text.isidentifier()
    if not all(map(is_identifier_part, text)):
        return False
    return text[0] == "_" or _letters.has(ord(text[0]))


def is_printable(code_point: int) -> bool:
    """`strconv.IsPrint`."""
    if code_point < 0x7F:
        return code_point >= 0x20
    return _printable.has(code_point)
