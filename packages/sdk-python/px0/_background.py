"""Work that no caller waits for, on a few threads that end when there is nothing to do."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Callable, Set

_MOST_THREADS = 4


class Background:
    """Single flight: what is already under way, or waits for its turn, is not begun again."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._condition = threading.Condition()
        self._waiting: OrderedDict[str, Callable[[], None]] = OrderedDict()
        self._running: Set[str] = set()
        self._threads = 0
        self._is_closed = False

    def spawn(self, what: str, work: Callable[[], None]) -> None:
        """Raises nothing: work is dropped when there is no thread to be had for it."""
        with self._condition:
            if self._is_closed or what in self._waiting or what in self._running:
                return
            self._waiting[what] = work
            if self._threads >= _MOST_THREADS:
                return
            self._threads += 1
        try:
            # A program that has nothing else to do shall end.
            threading.Thread(target=self._work, name="px0", daemon=True).start()
        except RuntimeError:
            # Python starts none while it ends, and the system has a limit.
            with self._condition:
                self._threads -= 1
                if self._threads == 0:
                    self._waiting.clear()
                self._condition.notify_all()

    def close(self, patience: float) -> None:
        """Lets nothing new begin, and waits `patience` seconds for the rest, then as long for what has begun."""
        with self._condition:
            self._is_closed = True
            self._condition.wait_for(lambda: self._threads == 0, patience)
            self._waiting.clear()
            self._condition.wait_for(lambda: self._threads == 0, patience)

    def _work(self) -> None:
        while True:
            with self._condition:
                if not self._waiting:
                    self._threads -= 1
                    self._condition.notify_all()
                    return
                what, work = self._waiting.popitem(last=False)
                self._running.add(what)
            try:
                work()
            except Exception as error:  # a thread has nobody to raise to
                self._warn(f"background work failed: {error!r}")
            finally:
                with self._condition:
                    self._running.discard(what)
