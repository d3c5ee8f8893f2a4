"""The highest revision that px0 has told a client of. Sent with every request, it makes the client read its own writes."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from functools import lru_cache
from typing import Any, Optional, Tuple

_DECODED = re.compile(rb"1:([0-9]{1,16}):([0-9]{1,16})")
_MOST_LENGTH = 64
_NEVER = (-1, -1)


class HighestRevision:
    def __init__(self) -> None:
        self.text: Optional[str] = None
        self._position = _NEVER
        self._lock = threading.Lock()

    def begin_anew(self) -> None:
        """In a forked process: with a lock of its own, and still knowing what it knew."""
        self._lock = threading.Lock()
        # A thread that is gone may have set one of the two only.
        self._position = _NEVER if self.text is None else _decode(self.text) or _NEVER

    def forget(self) -> None:
        """Another px0 answers: no revision of the earlier one means anything there."""
        with self._lock:
            self.text, self._position = None, _NEVER

    def see(self, text: Optional[str]) -> None:
        """Learns from an answer's `Px0-Revision`; a text of another form is ignored."""
        # Nearly all answers repeat what is known.
        if text is None or text == self.text:
            return
        position = _decode(text)
        if position is None:
            return
        with self._lock:
            if position > self._position:
                self._position = position
                self.text = text


def is_revision(text: Any) -> bool:
    """Whether px0 can have issued it."""
    return isinstance(text, str) and _decode(text) is not None


def is_later(text: str, than: str) -> bool:
    """Whether it is the later one of two revisions. A text that is none is earlier than every revision."""
    return text != than and (_decode(text) or _NEVER) > (_decode(than) or _NEVER)


def is_of_earlier_epoch(text: str, than: str) -> bool:
    """Whether it belongs to an earlier epoch than another revision."""
    left, right = _decode(text), _decode(than)
    return left is not None and right is not None and left[0] < right[0]


def later_of(known: Optional[str], text: str) -> str:
    """The later of two revisions."""
    return text if known is None or is_later(text, known) else known


# Thousands of frames in a row have the same one.
@lru_cache(maxsize=256)
def _decode(token: str) -> Optional[Tuple[int, int]]:
    if len(token) > _MOST_LENGTH:
        return None
    try:
        decoded = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    match = _DECODED.fullmatch(decoded)
    return (int(match[1]), int(match[2])) if match else None
