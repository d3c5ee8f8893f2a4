"""When to connect next. A fleet that lost its connections together must not come back together."""

from __future__ import annotations

from typing import Callable, Sequence

_FIRST_MS = 1_000
_MOST_MS = 30_000
# A stream that lived so long was a good one: what ended it is no sign of trouble.
_GOOD_STREAM_MS = 10_000
_FIRST_OF_REFUSED_MS = 30_000
_MOST_OF_REFUSED_MS = 600_000
# Beyond it a power of two is of no use.
_MOST_DOUBLINGS = 30

# How long another installation must have answered before its revisions count.
OTHER_EPOCH_MS = 600_000
# How long after its headers a stream must say hello, and how often it may fail to before polling begins.
HELLO_MS = 10_000
MOST_SILENT_STREAMS = 3
# How long polling stands in for a stream that does not get through, and how long a refused audience is not asked for.
LONG_PAUSE_MS = 600_000


class ReconnectPolicy:
    """`draw` gives a number from 0 to 1, the latter excluded."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._failures = 0
        self._refusals = 0
        # Since the last good stream.
        self._has_repaired = False

    def after_break(self, *, lived_ms: float, retry_ms: Sequence[float], retry_after_ms: float = 0) -> float:
        """After a connection that failed or broke; `lived_ms` from its hello on, 0 for one without."""
        if lived_ms >= _GOOD_STREAM_MS:
            self._failures = 0
            self._has_repaired = False
            return max(self.within(retry_ms), retry_after_ms)
        most: float = min(_FIRST_MS * 2 ** min(self._failures, _MOST_DOUBLINGS), _MOST_MS)
        self._failures += 1
        return max(self._draw() * most, retry_after_ms)

    def repairs(self) -> None:
        """What was delivered did not add up. px0 is there, so the first time is not made to wait for the failures before."""
        if not self._has_repaired:
            self._failures = 0
        self._has_repaired = True

    def after_refusal(self) -> float:
        """After a refusal, or an answer that says that nothing is delivered there."""
        wait: float = min(_FIRST_OF_REFUSED_MS * 2 ** min(self._refusals, _MOST_DOUBLINGS), _MOST_OF_REFUSED_MS)
        self._refusals += 1
        return self.spread(wait)

    def within(self, retry_ms: Sequence[float]) -> float:
        """At random within a range that px0 has named."""
        least, most = retry_ms
        return least + self._draw() * (most - least)

    def spread(self, wait_ms: float) -> float:
        """± 10 %, so that processes that started together do not come back together."""
        return wait_ms * (0.9 + 0.2 * self._draw())

    def delivered(self) -> None:
        """px0 has delivered: what went wrong before is over."""
        self._refusals = 0

    def polled(self) -> None:
        """The same for a poll, which cannot live long."""
        self._failures = 0
        self._has_repaired = False
        self._refusals = 0
