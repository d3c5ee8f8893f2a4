"""When a request is sent again, and how long to wait before. Bounded twice: for each call, and by a budget for the client."""

from __future__ import annotations

import random
import re
import threading
import time
from email.utils import parsedate_to_datetime
from typing import Callable, Optional

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 1.0


def wait_before_retry(
    retry: int, retry_after: Optional[float], draw: Callable[[], float] = random.random
) -> float:
    """Full jitter, so that the clients of a server that comes back do not come back together. `retry` counts from 0."""
    up_to: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2**retry)
    return max(draw() * up_to, retry_after or 0.0)


def parse_retry_after(header: Optional[str], now: Optional[float] = None) -> Optional[float]:
    """`Retry-After` in seconds, given as seconds or as a date; None when there is none that can be read."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        date = parsedate_to_datetime(header).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, date - (time.time() if now is None else now))


class RetryBudget:
    """Without it an outage would see every client's load multiplied by its retries."""

    _FULL = 10.0
    _FOR_A_SUCCESS = 0.1

    def __init__(self) -> None:
        self._left = self._FULL
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether a retry may be made; takes it from the budget."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._left = min(self._FULL, self._left + self._FOR_A_SUCCESS)
