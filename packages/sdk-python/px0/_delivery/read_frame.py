"""From a line to a frame. What px0 cannot have sent is an error: nothing of it reaches a client's state."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Callable, Dict, NoReturn, Optional

from .._revision import is_revision
from .frame import PROTOCOL, Frame


class FrameError(Exception):
    """Whatever answers does not speak this protocol."""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# Python's reads NaN, which no other does.
_DECODER = json.JSONDecoder(parse_constant=_refuse)
# Longer than any px0 asks to wait.
_MOST_MS = 3_600_000
_HEX_16 = re.compile(r"[0-9a-f]{16}")
_MOST_COUNT = 2**53 - 1
_TEXTS_OF_PROMPT = ("id", "slug", "status", "created_at")


def read_frame(text: str) -> Optional[Frame]:
    """The frame of a line; None for one of a type that only a later px0 knows. Unknown keys stay where they are.

    Raises FrameError for a text that is no frame, and for a known type in another form.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise FrameError("a line is not JSON") from None
    return frame_of(value)


def frame_of(value: Any) -> Optional[Frame]:
    """The same of a line that was parsed."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        raise FrameError("a line is no frame")
    has_form = _FORMS.get(kind)
    if has_form is None:
        return None
    if not has_form(value):
        raise FrameError(f"a frame of type {kind} has an unknown form")
    frame: Frame = value
    return frame


def is_prompt(value: Any) -> bool:
    """Whether it is a prompt as `put` holds it."""
    # A file may hold a hundred thousand: what was parsed has these types and no others.
    if type(value) is not dict:
        return False
    get = value.get
    live, tags, versions, etag = get("live", ""), get("tags"), get("versions"), get("etag")
    if type(tags) is not dict or type(versions) is not list or type(etag) is not str or not _HEX_16.fullmatch(etag):
        return False
    for name in _TEXTS_OF_PROMPT:
        if type(get(name)) is not str:
            return False
    for number in tags.values():
        if not is_count(number):
            return False
    for version in versions:
        if not _is_version(version):
            return False
    return live is None or is_count(live)


def is_count(value: Any) -> bool:
    """Whether it is a whole number that is not negative; JSON may write it with a fraction of zero."""
    if type(value) is int:
        return 0 <= value <= _MOST_COUNT
    return type(value) is float and value.is_integer() and 0 <= value <= _MOST_COUNT


def _is_hello(frame: Frame) -> bool:
    if frame.get("protocol") != PROTOCOL or isinstance(frame["protocol"], bool):
        # Of another protocol nothing else is known.
        return is_count(frame.get("protocol"))
    return (
        isinstance(frame.get("resumed"), bool)
        and isinstance(frame.get("stale"), bool)
        and _is_time(frame.get("heartbeat_ms"))
        and frame["heartbeat_ms"] > 0
        and _is_range(frame.get("retry_ms"))
    )


def _is_version(value: Any) -> bool:
    """What a program is made of is looked at by the engine, which declines what it does not know."""
    if type(value) is not dict or not is_count(value.get("version")):
        return False
    template = value.get("template", 0)
    return template is None or type(template) is str


def _is_marked_team(value: Any) -> bool:
    return (
        _has_texts(value, "team_id")
        and is_revision(value.get("prev"))
        and is_revision(value.get("revision"))
        and _is_digest(value)
    )


def _is_synced_team(value: Any) -> bool:
    return _has_texts(value, "team_id") and is_revision(value.get("revision"))


def _is_digest(value: Frame) -> bool:
    return _is_fingerprint(value.get("digest")) and is_count(value.get("count"))


def _has_texts(value: Any, *keys: str) -> bool:
    if not isinstance(value, dict):
        return False
    for key in keys:
        if not isinstance(value.get(key), str):
            return False
    return True


def _is_list_of(value: Any, is_item: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(is_item, value))


def _is_fingerprint(value: Any) -> bool:
    return isinstance(value, str) and _HEX_16.fullmatch(value) is not None


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_time, value)) and value[0] <= value[1]


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= _MOST_MS


_FORMS: Dict[str, Callable[[Frame], bool]] = {
    "hello": _is_hello,
    "begin": lambda frame: (
        _has_texts(frame, "team_id") and "base" in frame and (frame["base"] is None or is_revision(frame["base"]))
    ),
    "put": lambda frame: (
        type(frame.get("team_id")) is str and is_revision(frame.get("revision")) and is_prompt(frame.get("prompt"))
    ),
    "delete": lambda frame: _has_texts(frame, "team_id", "prompt_id") and is_revision(frame.get("revision")),
    "drop": lambda frame: _has_texts(frame, "team_id"),
    "mark": lambda frame: is_revision(frame.get("revision")) and _is_list_of(frame.get("teams"), _is_marked_team),
    "sync": lambda frame: (
        is_revision(frame.get("revision"))
        and _is_digest(frame)
        and isinstance(frame.get("key_expires_at"), (str, type(None)))
        and _is_list_of(frame.get("teams"), _is_synced_team)
    ),
    "heartbeat": lambda frame: (
        is_revision(frame.get("revision")) and _is_digest(frame) and isinstance(frame.get("stale"), bool)
    ),
    "goaway": lambda frame: (
        _has_texts(frame, "reason") and _is_range(frame.get("retry_ms")) and _is_time(frame.get("grace_ms"))
    ),
    "end": lambda frame: is_count(frame.get("status")) and _has_texts(frame, "error"),
}
