"""The highest revision that px0 has told a client of. Sent with every request, it makes the client read its own writes."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from typing import Optional, Tuple

_DECODED = re.compile(rb"1:([0-9]{1,16}):([0-9]{1,16})")


class HighestRevision:
    def __init__(self) -> None:
        self.text: Optional[str] = None
        self._position = (-1, -1)
        self._lock = threading.Lock()

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


def _decode(token: str) -> Optional[Tuple[int, int]]:
    try:
        decoded = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    match = _DECODED.fullmatch(decoded)
    return (int(match[1]), int(match[2])) if match else None
