"""Path segments of requests, made in one place for the hand-written and the generated client.

A segment names a resource and never moves the request: HTTP clients and proxies resolve `.` and `..` before a request is sent,
percent-encoded or not, and an empty segment leaves a path of another operation.
"""

from __future__ import annotations

from urllib.parse import quote

from .errors import UsageError


def path_segment(name: str, value: str) -> str:
    """`value`, percent-encoded so that px0 receives exactly it; `name` says in an error what it is.

    Raises UsageError for a value that no segment can hold: no text, an empty one, `.`, `..`, and text that UTF-8 cannot encode.
    """
    if not isinstance(value, str):
        raise UsageError(f"{name} must be text")
    if value == "":
        raise UsageError(f"{name} must not be empty")
    if value in (".", ".."):
        raise UsageError(f"{name} must not be {value!r}: in a path it would name another resource")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        # Not as the cause: its text would hold the whole value.
        raise UsageError(f"{name} has a character that UTF-8 cannot encode") from None
