"""What the answer to a delivery request means. Only px0 can refuse a caller; whatever else stands between is an outage."""

from __future__ import annotations

import json
import re
from typing import Literal, Mapping, NamedTuple, Optional

from .._revision import is_of_earlier_epoch

STREAM = "text/event-stream"
SNAPSHOT = "application/x-ndjson"

_TOO_LARGE = "audience is too large"
_NOT_YET = "revision not yet available"
_MOST_RETRY_AFTER_MS = 60_000
_SECONDS = re.compile(r"[0-9]{1,9}")


class Refusal(NamedTuple):
    status: int
    error: str
    # The value of `Px0-Hint`.
    hint: Optional[str] = None


class Meaning(NamedTuple):
    # `delivery`: frames follow. `unchanged`: what is held is what px0 has. `no delivery`: a px0 of before there was delivery, or something
    # before it. `other epoch`: its revisions are of an earlier epoch than those seen: for a while a replica that starts, for long
    # another installation. `ended`: frames came, and came to an end. `closed`: from this side. `silent`: headers came, and no hello.
    kind: Literal[
        "delivery", "unchanged", "unreachable", "refused", "no delivery", "too large", "other epoch", "ended", "closed", "silent"
    ]
    error: Optional[str] = None
    retry_after_ms: float = 0
    refusal: Optional[Refusal] = None


def meaning_of(
    status: int, headers: Mapping[str, str], *, media: str, is_conditional: bool, body: str, floor: Optional[str]
) -> Meaning:
    """`headers` by lower-case name. `media`: of the frames that were asked for. `is_conditional`: whether the request had an `If-None-Match`. `body`:
    of an answer that is not 200, as far as it was read."""
    retry_after_ms = _retry_after_of(headers)
    if status == 200:
        got = headers.get("content-type", "").split(";")[0].strip().lower()
        return Meaning("delivery") if got == media else Meaning("unreachable", "the answer is of another form", retry_after_ms)
    if status == 304 and is_conditional:
        return Meaning("unchanged")
    error = _error_in(body)
    revision = headers.get("px0-revision")
    if error is None:
        return Meaning("unreachable", f"the answer was {status}", retry_after_ms)
    if status in (401, 403) and revision is not None and "px0-stale" not in headers:
        return Meaning("refused", error, refusal=Refusal(status, error, headers.get("px0-hint")))
    if status == 404 and revision is None:
        return Meaning("no delivery", error)
    if status == 422 and error.startswith(_TOO_LARGE):
        return Meaning("too large", error)
    is_other = status == 503 and error == _NOT_YET and revision is not None and floor is not None
    if is_other and is_of_earlier_epoch(revision or "", floor or ""):
        return Meaning("other epoch", error, retry_after_ms)
    return Meaning("unreachable", error, retry_after_ms)


def _retry_after_of(headers: Mapping[str, str]) -> float:
    """Seconds only: px0 sends no dates, and clocks differ."""
    seconds = headers.get("retry-after", "")
    return min(int(seconds) * 1000, _MOST_RETRY_AFTER_MS) if _SECONDS.fullmatch(seconds) else 0


def _error_in(body: str) -> Optional[str]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, str) else None
