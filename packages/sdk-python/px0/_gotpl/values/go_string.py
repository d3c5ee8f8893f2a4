"""Go's strings are bytes; here they are `str`. A byte that is no part of valid UTF-8 is kept as the lone surrogate U+DC00 + byte, as
Python's `surrogateescape` does, so ordinary strings need no conversion at all. A string is canonical when no run of such characters
spells valid UTF-8; every function here returns canonical strings.
"""

from __future__ import annotations

import re

# Long texts are encoded piece by piece where only their length counts.
_PIECE = 65536
_STRAY = re.compile("[\ud800-\udfff]")


def is_well_formed(text: str) -> bool:
    """Whether the text has no surrogates."""
    if text.isascii():
        return True
    try:
        for start in range(0, len(text), _PIECE):
            text[start : start + _PIECE].encode()
    except UnicodeEncodeError:
        return False
    return True


def byte_length(text: str) -> int:
    """How many bytes the string has in Go."""
    if text.isascii():
        return len(text)
    if len(text) <= _PIECE:
        return len(text.encode("utf-8", "surrogateescape"))
    return sum(
        len(text[start : start + _PIECE].encode("utf-8", "surrogateescape")) for start in range(0, len(text), _PIECE)
    )


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def byte_unit(byte: int) -> str:
    """The character that stands for a byte outside valid UTF-8, and the character itself for an ASCII byte."""
    return chr(byte if byte < 0x80 else 0xDC00 + byte)


def canonical(text: str) -> str:
    return text if is_well_formed(text) else from_bytes(to_bytes(text))


def well_formed(text: str) -> str:
    """With U+FFFD for each surrogate, as Go's replacement of bytes that are not UTF-8."""
    return text if is_well_formed(text) else _STRAY.sub("\ufffd", text)


def well_formed_data(text: str) -> str:
    """A text of JSON as Go reads it: halves that belong together become one character, and the others U+FFFD."""
    if is_well_formed(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _STRAY.sub("\ufffd", joined)


def stray_byte(code_point: int) -> int:
    """The byte that a lone low surrogate stands for, or -1 for every other code point."""
    return code_point & 0xFF if 0xDC00 <= code_point <= 0xDFFF else -1


def byte_slice(text: str, start: int, end: int) -> str:
    """The bytes `start` to `end` of the string, which may cut characters."""
    if text.isascii():
        return text[start:end]
    return from_bytes(to_bytes(text)[start:end])


def byte_at(text: str, index: int) -> int:
    if text.isascii():
        return ord(text[index])
    return to_bytes(text)[index]


# Up to three stray bytes may stand against one character before a byte tells two texts apart.
_MOST_BEYOND_SHORTER = 3


def compared_length(a: str, b: str) -> int:
    """How many characters of each text `is_less` reads at most."""
    return min(len(a), len(b)) + _MOST_BEYOND_SHORTER


def is_less(a: str, b: str) -> bool:
    """Go's order of strings, which is that of their bytes; that of code points is the same, stray bytes apart."""
    end = compared_length(a, b)
    if is_well_formed(a[:end]) and is_well_formed(b[:end]):
        return a < b
    return to_bytes(a[:end]) < to_bytes(b[:end])


def rune_text(code_point: int) -> str:
    """A character by its number, U+FFFD for what is none."""
    if 0 <= code_point <= 0x10FFFF and not 0xD800 <= code_point <= 0xDFFF:
        return chr(code_point)
    return "\ufffd"
