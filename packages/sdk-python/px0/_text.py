"""What every text has to be before anything is done with it."""

from __future__ import annotations

import unicodedata

from .errors import UsageError

HIGHEST_VERSION = 2**53 - 1


def plain_text(name: str, value: object) -> str:
    """`value` as a plain `str`, also for a member of a text enumeration. Raises UsageError for what is no text, or an empty one."""
    if not isinstance(value, str):
        raise UsageError(f"{name} must be text")
    if not value:
        raise UsageError(f"{name} must not be empty")
    return str.__str__(value)


def is_printable(text: str) -> bool:
    """Whether each character leaves a mark: no blank, no control character, none without a shape."""
    return text.isprintable() and " " not in text


def has_control_characters(text: str) -> bool:
    return any(unicodedata.category(character) == "Cc" for character in text)


def is_utf8(text: str) -> bool:
    """Whether UTF-8 can encode it: it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_version_number(value: object) -> bool:
    """Whether it is the number of a version in JSON: whole, from 1 on, and exact in every language."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= HIGHEST_VERSION


def without_token(token: str, text: str) -> str:
    """The text of another, which may repeat what was sent to it."""
    return text.replace(token, "(access token)") if token else text
