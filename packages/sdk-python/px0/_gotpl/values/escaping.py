"""`html`, `js` and `urlquery`, for pieces of texts: each character is escaped by itself."""

from __future__ import annotations

from typing import Callable, Optional

from ..unicode.classes import is_printable
from .go_string import byte_length, stray_byte, to_bytes

# So much of a text is rewritten at once, so that a result which grows too long is never made whole.
_PIECE = 16384


def rewritten(text: str, rewrite: Callable[[str], str], max_bytes: int) -> Optional[str]:
    """The text, rewritten piece by piece; nothing when it becomes longer than allowed."""
    parts = []
    size = 0
    for start in range(0, len(text), _PIECE):
        part = rewrite(text[start : start + _PIECE])
        size += byte_length(part)
        if size > max_bytes:
            return None
        parts.append(part)
    return "".join(parts)


# Up to so many different characters are replaced one after another, which is faster for few than looking at each character.
_FEW = 16


def replace_characters(text: str, replacement: Callable[[str], str]) -> str:
    """Asks once for each character that occurs, which is given back if it stays."""
    table = {character: replacement(character) for character in set(text)}
    changed = [character for character, replaced in table.items() if replaced is not character]
    if not changed:
        return text
    # What stays has an entry too: to miss one is slow.
    return text.translate({ord(character): replaced for character, replaced in table.items()})


def escape_characters(text: str, escape: Callable[[str], str]) -> str:
    """As `replace_characters`, for escapes that begin with a backslash and contain nothing else that is escaped."""
    escapes = {character: escape(character) for character in set(text)}
    changed = [character for character, escaped in escapes.items() if escaped is not character]
    if len(changed) > _FEW:
        return text.translate({ord(character): escaped for character, escaped in escapes.items()})
    if "\\" in escapes:
        text = text.replace("\\", escapes["\\"])
    for character in changed:
        if character != "\\":
            text = text.replace(character, escapes[character])
    return text


def escape_html(text: str) -> str:
    return (
        text.replace("&", "&amp;")
        .replace("\0", "\ufffd")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
    )


def escape_js(text: str) -> str:
    return escape_characters(text, _js)


def _js(character: str) -> str:
    if character in "\\'\"":
        return "\\" + character
    code_point = ord(character)
    if code_point >= 0x80:
        # A stray byte reads as U+FFFD, which prints.
        if stray_byte(code_point) >= 0 or is_printable(code_point):
            return character
    elif code_point >= 0x20 and character not in "<>&=":
        return character
    return f"\\u{code_point:04X}"


_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~")
_QUERY = {byte: chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)}
_QUERY[0x20] = "+"


def escape_query(text: str) -> str:
    return to_bytes(text).decode("latin-1").translate(_QUERY)
