"""`html`, `js` and `urlquery`, for pieces of texts: each character is escaped by itself."""

from __future__ import annotations

from typing import Callable, Dict, Optional

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


def replace_characters(text: str, replacement: Callable[[str], str]) -> str:
    """Asks once for each character that occurs."""
    table: Dict[int, str] = {}
    for character in set(text):
        replaced = replacement(character)
        if replaced is not character:
            table[ord(character)] = replaced
    return text.translate(table) if table else text


_HTML = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)


def escape_html(text: str) -> str:
    return text.translate(_HTML)


def escape_js(text: str) -> str:
    return replace_characters(text, _js)


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
_QUERY = {byte: f"%{byte:02X}" for byte in range(256) if byte not in _UNRESERVED}
_QUERY[0x20] = "+"


def escape_query(text: str) -> str:
    return to_bytes(text).decode("latin-1").translate(_QUERY)
