"""Whether px0 is away.

After some calls in a row found it so, a pause begins, in which no call waits for what will not come; when it is over a probe is
due, which finds out whether px0 is back.
"""

from __future__ import annotations

import random
import time
from typing import Callable, Optional

from .errors import UnreachableError

_FAILURES_BEFORE_PAUSE = 3
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0
# A server may ask for more than the longest pause, but not for being forgotten.
_LONGEST_ASKED = 30.0


class Outage:
    def __init__(
        self, draw: Callable[[], float] = random.random, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._draw = draw
        self._clock = clock
        self._failures = 0
        self._pause = 0.0
        self._until = 0.0
        self._cause: Optional[UnreachableError] = None

    @property
    def cause(self) -> Optional[UnreachableError]:
        """Why px0 is not asked at present; None when it is."""
        return self._cause if self._pause > 0 else None

    def answered(self) -> None:
        """px0 has answered, be it with a refusal."""
        self._failures = 0
        self._pause = 0.0
        self._cause = None

    def found(self, error: UnreachableError) -> None:
        """A call has found px0 unreachable."""
        self._failures += 1
        self._cause = error
        is_pause_over = self._clock() >= self._until
        if self._failures < _FAILURES_BEFORE_PAUSE or (self._pause > 0 and not is_pause_over):
            return
        self._pause = min(_LONGEST_PAUSE, self._pause * 2) if self._pause > 0 else _FIRST_PAUSE
        jittered = self._pause * (0.5 + self._draw() / 2)
        self._until = self._clock() + max(jittered, min(_LONGEST_ASKED, error.retry_after or 0.0))

    @property
    def is_probe_due(self) -> bool:
        return self._clock() >= self._until
