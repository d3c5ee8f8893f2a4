"""Windows of what was rendered here: when one ends, what is sent of them, and what is given up.

It does no input or output and knows no threads. Each window has a number, under which it may be sent again and is counted once.
Times are milliseconds since 1970. What all SDKs do alike is in packages/delivery/test/vectors/usage.json.
"""

from __future__ import annotations

import json
import uuid
from collections import deque
from datetime import datetime, timezone
from typing import Callable, Deque, Dict, List, NamedTuple, Optional

from .table import Made, Quick, Table, cleaned

MOST_LINES = 1_000
MOST_LINES_KEPT = 5_000
_INTERVAL_MS = 60_000
# So that the processes of an application do not send all at once.
_SPREAD = 0.2
_KEPT_MS = 3_600_000
_MOST_REPORTS = 20
_MOST_BYTES = 1_048_576
_MOST_BYTES_OF_TEXTS = 512 * 1024
# Of bytes: px0 has no longer one, and that of a fallback may be anything.
_LONGEST_SLUG = 1_020


class Service(NamedTuple):
    """Who renders, as px0 lists it; empty where that is not known."""

    name: str
    version: str


class _Window:
    def __init__(self, number: int, table: Table, ended_at: float) -> None:
        self.number = number
        self.ended_at = ended_at
        self.lines = table.lines
        self._table: Optional[Table] = table
        self._report = b""

    def report(self, about: Dict[str, object]) -> bytes:
        """As it is sent, each time the same."""
        if self._table is not None:
            report = {
                **about,
                "window": self.number,
                "started_at": _time(self._table.started_at),
                "ended_at": _time(self.ended_at),
                "rows": self._table.written(),
            }
            self._report = json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            self._table = None
        return self._report


class Batch(NamedTuple):
    """One request."""

    body: bytes
    windows: List[_Window]


class Ledger:
    def __init__(self, service: Service, sdk: str, draw: Callable[[], float]) -> None:
        self._draw = draw
        # A process is known by it; another one counts anew.
        self._about: Dict[str, object] = {"process": str(uuid.uuid4()), "service": service._asdict(), "sdk": sdk}
        self._number = 0
        self._table: Optional[Table] = None
        # Those that have ended and were not accepted, the oldest first.
        self._ended: Deque[_Window] = deque()
        self._due_at: Optional[float] = None
        self._is_urgent = False

    @property
    def due_at(self) -> Optional[float]:
        """When there is something to send; None when there is not. 0 when that is now."""
        return 0 if self._is_urgent else self._due_at

    def add(self, quick: Quick) -> None:
        if self._table is not None and self._table.count(quick):
            return
        made = Made._make(quick)
        if len(made.slug.encode("utf-8", "surrogatepass")) > _LONGEST_SLUG:
            return
        made = made._replace(slug=cleaned(made.slug))
        lines = 1 if self._table is None else self._table.lines_for(made)
        if self._table is not None and self._table.lines + lines > MOST_LINES:
            self._end_at_once(made.at)
        if self._table is None:
            self._table = Table(made.at)
            lines = self._table.lines_for(made)
            if self._due_at is None:
                self._due_at = self._later(made.at)
        while lines and self._ended and self._lines + lines > MOST_LINES_KEPT:
            self._ended.popleft()
        self._table.add(made)
        if self._table.size >= _MOST_BYTES_OF_TEXTS:
            self._end_at_once(made.at)

    def begin(self, now: float, everything: bool) -> None:
        """Before it is asked what to send: a window whose time has come ends."""
        self._is_urgent = False
        if everything or (self._due_at is not None and self._due_at <= now):
            self._end(now)
        while self._ended and now - self._ended[0].ended_at > _KEPT_MS:
            self._ended.popleft()

    def next(self) -> Optional[Batch]:
        """What to send: the oldest windows."""
        windows: List[_Window] = []
        reports: List[bytes] = []
        size = len('{"reports":[]}')
        for window in self._ended:
            report = window.report(self._about)
            size += len(report) + 1
            if windows and (len(windows) >= _MOST_REPORTS or size > _MOST_BYTES):
                break
            windows.append(window)
            reports.append(report)
        return Batch(b'{"reports":[%b]}' % b",".join(reports), windows) if windows else None

    def done(self, batch: Batch) -> None:
        """It was accepted, or never will be."""
        self._ended = deque([window for window in self._ended if window not in batch.windows])

    def failed(self, now: float) -> None:
        """It was not accepted, and is tried again."""
        if self._due_at is None:
            self._due_at = self._later(now)

    @property
    def _lines(self) -> int:
        of_current = 0 if self._table is None else self._table.lines
        return of_current + sum([window.lines for window in self._ended])

    def _later(self, now: float) -> float:
        return now + _INTERVAL_MS * (1 - _SPREAD + 2 * _SPREAD * self._draw())

    def _end_at_once(self, now: float) -> None:
        self._end(now)
        self._is_urgent = True

    def _end(self, now: float) -> None:
        self._due_at = None
        if self._table is not None:
            self._number += 1
            self._ended.append(_Window(self._number, self._table, now))
            self._table = None


def _time(ms: float) -> str:
    moment = datetime.fromtimestamp(round(ms) / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
