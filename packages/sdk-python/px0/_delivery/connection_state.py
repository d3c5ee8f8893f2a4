"""How much what a client holds is worth at a given moment."""

from __future__ import annotations

from typing import Literal, NamedTuple, Optional

ClientState = Literal["initializing", "ready", "stale", "offline", "refused", "closed"]

# A client is ready for so many of its beats after a sign of life.
BEATS_OF_PATIENCE = 3
# Longer than the longest pause between two attempts.
OFFLINE_AFTER_MS = 60_000


class Observed(NamedTuple):
    """What the state follows from. Times are milliseconds of one clock; None where it has not happened."""

    is_closed: bool
    is_refused: bool
    # Anything at all: of px0, a file or a bundle.
    holds_anything: bool
    started_at: float
    # When the latest frame came on a connection that is in step with px0, or the latest poll succeeded.
    heard_at: Optional[float]
    # When px0 confirmed last that all of it is current.
    confirmed_at: Optional[float]
    # px0 says itself that it may be behind.
    is_px0_stale: bool


class StateTimes(NamedTuple):
    init_timeout_ms: float
    # The time between two signs of life: a heartbeat, or a poll.
    beat_ms: float


def state_at(now: float, observed: Observed, times: StateTimes) -> ClientState:
    if observed.is_closed:
        return "closed"
    if observed.is_refused:
        return "refused"
    if not observed.holds_anything:
        return "initializing" if now - observed.started_at < times.init_timeout_ms else "offline"
    if observed.confirmed_at is None:
        return "offline"
    is_heard = observed.heard_at is not None and now - observed.heard_at < BEATS_OF_PATIENCE * times.beat_ms
    if is_heard and not observed.is_px0_stale:
        return "ready"
    return "stale" if now - observed.confirmed_at < OFFLINE_AFTER_MS else "offline"


def next_change_at(now: float, observed: Observed, times: StateTimes) -> Optional[float]:
    """When the state may change next if nothing happens; None when never."""
    moments = [observed.started_at + times.init_timeout_ms]
    if observed.heard_at is not None:
        moments.append(observed.heard_at + BEATS_OF_PATIENCE * times.beat_ms)
    if observed.confirmed_at is not None:
        moments.append(observed.confirmed_at + OFFLINE_AFTER_MS)
    return min((moment for moment in moments if moment > now), default=None)
