"""`upper`, `lower` and `indent`: Go's and Sprig's text functions, the first two for pieces of texts."""

from __future__ import annotations

from ..unicode.case import lower_table, upper_table
from .escaping import replace_characters


def upper(text: str) -> str:
    """`strings.ToUpper` by Unicode 15: one character for one character, so `ß` stays."""
    return text.upper() if text.isascii() else replace_characters(text, upper_table.map)


def lower(text: str) -> str:
    """`strings.ToLower` by Unicode 15."""
    return text.lower() if text.isascii() else replace_characters(text, lower_table.map)


def indented_length(size: int, text: str, spaces: int) -> int:
    """How many bytes `indent` makes of a text of `size` bytes."""
    return size + spaces * (text.count("\n") + 1)


def indent(text: str, spaces: int) -> str:
    padding = " " * spaces
    return padding + text.replace("\n", f"\n{padding}")
