"""Go's string literals, written (`strconv.Quote` and its kin) and read (`strconv.Unquote`)."""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional

from ..unicode.classes import is_printable
from .escaping import escape_characters
from .go_string import byte_unit, canonical, is_well_formed, rune_text, stray_byte

_SHORT_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}

# Everything here stands for itself between double quotes.
_PLAIN_ASCII = re.compile(r"[ !#-\[\]-~]*")


def quote(text: str) -> str:
    """`strconv.Quote`."""
    return f'"{escape_quoted(text)}"'


def escape_quoted(text: str) -> str:
    """What `quote` puts between the quotes."""
    if _PLAIN_ASCII.fullmatch(text) is not None:
        return text
    return escape_characters(text, lambda character: _escaped(character, '"', False))


def escape_to_ascii(text: str) -> str:
    """What `strconv.QuoteToASCII` puts between the quotes."""
    return escape_characters(text, lambda character: _escaped(character, '"', True))


def quote_rune(code_point: int, ascii_only: bool) -> str:
    """`strconv.QuoteRune`, for any number."""
    return f"'{_escaped(rune_text(code_point), chr(0x27), ascii_only)}'"


def _escaped(character: str, mark: str, ascii_only: bool) -> str:
    code_point = ord(character)
    byte = stray_byte(code_point)
    if byte >= 0:
        return f"\\x{byte:02x}"
    if character == mark or character == "\\":
        return "\\" + character
    if (code_point < 0x80 or not ascii_only) and is_printable(code_point):
        return character
    short = _SHORT_ESCAPES.get(code_point)
    if short is not None:
        return short
    if code_point < 0x20 or code_point == 0x7F:
        return f"\\x{code_point:02x}"
    return f"\\u{code_point:04x}" if code_point < 0x10000 else f"\\U{code_point:08x}"


_NOT_BACKQUOTED = re.compile("[\0-\x08\n-\x1f`\x7f\ufeff]")


def can_backquote(text: str) -> bool:
    """`strconv.CanBackquote`."""
    return is_well_formed(text) and _NOT_BACKQUOTED.search(text) is None


def describe_rune(character: str) -> str:
    """`%#U`: `U+0021 '!'`, without the character when it cannot be printed. An empty text is no character: the end of the text."""
    if not character:
        return "U+FFFFFFFFFFFFFFFF"
    code_point = ord(character)
    return f"U+{code_point:04X} '{character}'" if is_printable(code_point) else f"U+{code_point:04X}"


def unquote(literal: str) -> Optional[str]:
    """`strconv.Unquote` for double-quoted and raw literals; nothing when the literal is malformed."""
    body = literal[1:-1]
    if literal.startswith("`"):
        return body.replace("\r", "")
    if "\\" not in body:
        return body
    parts: List[str] = []
    at = 0
    while at < len(body):
        escape = body.find("\\", at)
        # A quote inside is always escaped: the lexer has seen to that.
        if escape != at:
            end = len(body) if escape < 0 else escape
            parts.append(body[at:end])
            at = end
            continue
        character = unquote_character(body, at, '"')
        if character is None:
            return None
        parts.append(byte_unit(character.value) if character.is_byte else chr(character.value))
        at = character.end
    return canonical("".join(parts))


class UnquotedCharacter(NamedTuple):
    value: int
    # Written as `\x..` or in octal: a byte of a string, not a character.
    is_byte: bool
    end: int


_SIMPLE_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_HEX_DIGITS = re.compile(r"[0-9a-fA-F]+")
_THREE_OCTAL_DIGITS = re.compile(r"[0-7]{3}")


def unquote_character(text: str, start: int, mark: str) -> Optional[UnquotedCharacter]:
    """`strconv.UnquoteChar` at `start`; nothing when the text there is malformed."""
    character = text[start : start + 1]
    if not character or character == mark:
        return None
    if character != "\\":
        return UnquotedCharacter(ord(character), False, start + 1)
    letter = text[start + 1 : start + 2]
    after = start + 2
    if letter in _SIMPLE_ESCAPES:
        return UnquotedCharacter(_SIMPLE_ESCAPES[letter], False, after)
    if letter == mark:
        return UnquotedCharacter(ord(letter), False, after)
    width = _HEX_ESCAPES.get(letter)
    if width is not None:
        return _hex_escape(text[after : after + width], width, after + width)
    octal = text[start + 1 : start + 4]
    if _THREE_OCTAL_DIGITS.fullmatch(octal) is None:
        return None
    byte = int(octal, 8)
    return None if byte > 255 else UnquotedCharacter(byte, True, start + 4)


def _hex_escape(digits: str, width: int, end: int) -> Optional[UnquotedCharacter]:
    if len(digits) != width or _HEX_DIGITS.fullmatch(digits) is None:
        return None
    value = int(digits, 16)
    if width == 2:
        return UnquotedCharacter(value, True, end)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        return None
    return UnquotedCharacter(value, False, end)
