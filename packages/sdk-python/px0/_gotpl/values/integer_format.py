"""The integer formats of Go's `fmt`: bases, signs, prefixes and leading zeros, but not the padding with spaces."""

from __future__ import annotations

from ..unicode.classes import is_printable
from .print_flags import Flags

_LETTERS = {2: "b", 8: "o", 10: "d", 16: "x"}


def format_integer(value: int, flags: Flags, base: int, verb: str) -> str:
    is_negative = value < 0
    if flags.precision == 0 and value == 0:
        return ""
    text = format(abs(value), _LETTERS[base]).rjust(_least_digits(is_negative, flags), "0")
    if flags.sharp:
        if base == 2:
            text = f"0b{text}"
        elif base == 8 and not text.startswith("0"):
            text = f"0{text}"
        elif base == 16:
            text = f"0x{text}"
    if verb == "O":
        text = f"0o{text}"
    if verb == "X":
        text = text.upper()
    if is_negative:
        return f"-{text}"
    if flags.plus:
        return f"+{text}"
    return f" {text}" if flags.space else text


def _least_digits(is_negative: bool, flags: Flags) -> int:
    if flags.precision is not None:
        return flags.precision
    if not flags.zero or flags.minus or flags.width is None:
        return 0
    return flags.width - (1 if is_negative or flags.plus or flags.space else 0)


def format_unicode(value: int, flags: Flags) -> str:
    """`%U`, and `%#U` with the character."""
    unsigned = value + (1 << 64) if value < 0 else value
    digits = format(unsigned, "X").rjust(max(4 if flags.precision is None else flags.precision, 4), "0")
    if flags.sharp and unsigned <= 0x10FFFF and is_printable(unsigned):
        return f"U+{digits} '{chr(unsigned)}'"
    return f"U+{digits}"
