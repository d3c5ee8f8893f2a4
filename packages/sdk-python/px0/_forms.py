"""The forms of what px0 writes into a message itself; messages of placeholders may have any other."""

from __future__ import annotations

from typing import Any


def is_message(value: Any) -> bool:
    """Whether it is a message of any form."""
    return isinstance(value, dict) and isinstance(value.get("role"), str)


def is_own_content(content: Any) -> bool:
    """A text, or a list of text and media parts."""
    return isinstance(content, str) or (isinstance(content, list) and all(map(_is_own_part, content)))


def is_media(part: Any) -> bool:
    if not isinstance(part, dict) or part.get("type") != "media" or not isinstance(part.get("url"), str):
        return False
    return len(part) == 2 or (len(part) == 3 and isinstance(part.get("media_type"), str))


def _is_own_part(part: Any) -> bool:
    if is_media(part):
        return True
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) and len(part) == 2
