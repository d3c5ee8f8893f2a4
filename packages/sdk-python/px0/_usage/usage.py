"""Counts renders and sends px0 what was counted, by one daemon thread that lives while there is something to send.

A render takes no lock and waits for nobody: it appends to a queue, and gathers what has come together there unless somebody else is
at it. So a thread, a greenlet or a task that is held up anywhere holds up nobody else's render, and each render is counted once.

See docs/decisions/096-python-sdk.md.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import random
import sys
import threading
import time
import weakref
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterable, Optional, Tuple

from .._options import Settings
from .._transport import Answer, Outcome, Send, caller_headers
from .._version import VERSION
from .ledger import Ledger
from .table import Quick

# How long a client that is closed, and a program that ends, waits for what was counted to be sent.
LONGEST_CLOSE = 2.0
LONGEST_EXIT = 1.0
# So many renders are gathered at a time.
_TOGETHER = 256
# Beyond it the oldest are given up: only a thread that is held up while it gathers lets them become so many.
_MOST_WAITING = 100_000
# How long the thread waits for another render before it ends.
_IDLE = 60.0
_PATH = "/v1/delivery/usage"
_ACCEPTED = 204
# What will not be accepted the next time, either.
_NEVER = frozenset((400, 413))
# By the clock that durations are measured with, which does not go back.
_EPOCH = time.time() - time.perf_counter()

clock = time.perf_counter


class _Wish:
    """Of a caller who waits: send all that there is until then, and end the thread with it or go on."""

    def __init__(self, seconds: float, is_last: bool) -> None:
        self.until = time.monotonic() + seconds
        self.is_last = is_last
        self.done = threading.Event()

    @property
    def left(self) -> float:
        return max(0.0, self.until - time.monotonic())


class Usage:
    """Of one client. `send` is called in the thread of this, one request at a time."""

    def __init__(self, settings: Settings, send: Callable[[Send], Outcome]) -> None:
        self._settings = settings
        self._send = send
        self._has_names = settings.usage == "full"
        self._is_closed = False
        self._client: Optional[weakref.ref[object]] = None
        self._renew()
        _all.add(self)

    def begin_anew(self) -> None:
        """In a forked process: what was counted until then is the parent's to send."""
        self._renew()

    def _renew(self) -> None:
        self.process = os.getpid()
        self._ledger = Ledger(self._settings.service, f"px0-python/{VERSION}", random.random)
        self._made: Deque[Quick] = deque(maxlen=_MOST_WAITING)
        # Held by whoever looks at the ledger. A render tries it and goes on.
        self._gathering = threading.Lock()
        self._starting = threading.Lock()
        # Whether the thread has to be told of the next render, or to be started.
        self._rests = True
        self._runs = False
        # Of a kind whose `put` never waits. None: look what is due.
        self._wishes: queue.SimpleQueue[Optional[_Wish]] = queue.SimpleQueue()

    def count(
        self,
        prompt_id: Optional[str],
        slug: str,
        version: Optional[int],
        source: str,
        began_at: float,
        has_failed: bool,
        variables: Iterable[Any],
    ) -> None:
        """A render that began at this moment of `clock` has ended."""
        now = clock()
        names: Tuple[Any, ...] = tuple(variables) if self._has_names else ()
        made = self._made
        made.append((prompt_id, slug, version, source, (_EPOCH + now) * 1000, (now - began_at) * 1000, has_failed, names))
        if self._rests:
            self._rouse()
        elif len(made) >= _TOGETHER and self._gathering.acquire(blocking=False):
            try:
                self._gather()
                is_due = self._ledger.due_at == 0
            finally:
                self._gathering.release()
            if is_due:
                self._wishes.put(None)

    def let_go_with(self, client: object) -> None:
        """Of a client that is dropped without a close, what was counted is sent once, and no thread goes on trying."""
        self._client = weakref.ref(client, self._let_go)

    def _let_go(self, _: object) -> None:
        """While the thread runs, which holds this."""
        self._is_closed = True
        if self._runs:
            self._wishes.put(_Wish(LONGEST_CLOSE, is_last=True))

    def close(self, seconds: float = LONGEST_CLOSE) -> None:
        """Sends what was counted, waits so long at most, and ends the thread."""
        self._is_closed = True
        wish = self.wish(seconds, is_last=True)
        if wish is not None:
            wish.done.wait(wish.left)

    def wish(self, seconds: float, is_last: bool = False) -> Optional[_Wish]:
        """Asks for what was counted to be sent; None when there is nothing to wait for."""
        wish = _Wish(seconds, is_last)
        if not self._runs:
            if not self._made:
                return None
            if not self._start():
                # No threads are to be had, at the end of the program for instance.
                self._flush(wish)
                return None
        self._wishes.put(wish)
        return wish

    def _rouse(self) -> None:
        if self._is_closed:
            return
        if not self._runs:
            self._start()
            return
        self._rests = False
        self._wishes.put(None)

    def _start(self) -> bool:
        """Whether the thread runs. Never waits: whoever holds the lock has just started it, or is about to look once more."""
        if not self._starting.acquire(blocking=False):
            return self._runs
        try:
            if not self._runs:
                thread = threading.Thread(target=self._run, args=(self._wishes,), name="px0-usage", daemon=True)
                self._runs, self._rests = True, False
                try:
                    thread.start()
                except RuntimeError:
                    # Python starts none while it ends, and the system has a limit.
                    self._runs, self._rests = False, True
                    return False
                _listen_for_the_end_of_workers()
        finally:
            self._starting.release()
        return True

    def _run(self, wishes: queue.SimpleQueue[Optional[_Wish]]) -> None:
        try:
            self._work(wishes)
        except Exception as error:  # a thread has nobody to raise to
            self._settings.on_warning(f"usage is not sent: {error!r}")
        finally:
            with self._starting:
                self._runs, self._rests = False, True
            # A render that came in between has seen it running.
            if self._made:
                self._rouse()
            _release(wishes)

    def _work(self, wishes: queue.SimpleQueue[Optional[_Wish]]) -> None:
        while True:
            with self._gathering:
                self._gather()
                due_at = self._ledger.due_at
            if due_at is None:
                self._rests = True
                if self._made:
                    self._rests = False
                    continue
            seconds = _IDLE if due_at is None else max(0.0, due_at / 1000 - _now())
            wish: Optional[_Wish] = None
            try:
                wish = wishes.get(timeout=seconds)
            except queue.Empty:
                if due_at is None:
                    return
            self._rests = False
            self._flush(wish)
            if wish is not None:
                wish.done.set()
                if wish.is_last:
                    return

    def _flush(self, wish: Optional[_Wish]) -> None:
        with self._gathering:
            self._gather()
            now = _now() * 1000
            due_at = self._ledger.due_at
            if wish is None and (due_at is None or due_at > now):
                return
            self._ledger.begin(now, everything=wish is not None)
            batch = self._ledger.next()
        while batch is not None:
            limit = self._settings.attempt_timeout
            if wish is not None:
                limit = min(limit, wish.left)
            is_settled = limit > 0 and self._is_settled(self._send(self._request(batch.body, limit)))
            with self._gathering:
                if not is_settled:
                    self._ledger.failed(_now() * 1000)
                    return
                self._ledger.done(batch)
                batch = self._ledger.next()

    def _request(self, body: bytes, limit: float) -> Send:
        headers = {"accept": "application/json", "content-type": "application/json", **caller_headers(self._settings)}
        return Send("POST", f"{self._settings.host}{_PATH}", headers, body, limit)

    def _is_settled(self, outcome: Outcome) -> bool:
        """Whether it need not be sent again."""
        status = outcome.status if isinstance(outcome, Answer) else 0
        if status in _NEVER:
            self._settings.on_warning(f"px0 answered {status} to what was counted of renders here, which is given up")
        return status == _ACCEPTED or status in _NEVER

    def _gather(self) -> None:
        """By one thread at a time."""
        made, ledger = self._made, self._ledger
        # No more than there are now: others go on.
        for _ in range(len(made)):
            try:
                ledger.add(made.popleft())
            except IndexError:
                return


def _now() -> float:
    return _EPOCH + clock()


def _release(wishes: queue.SimpleQueue[Optional[_Wish]]) -> None:
    """Nobody waits for a thread that has ended."""
    while True:
        try:
            wish = wishes.get_nowait()
        except queue.Empty:
            return
        if wish is not None:
            wish.done.set()


_all: weakref.WeakSet[Usage] = weakref.WeakSet()
# Until when a process that ends waits, by its number.
_ends_at: Dict[int, float] = {}
# The process whose end is listened for beside `atexit`.
_listened_in = 0


def _at_exit(**_: Any) -> None:
    """For all clients together, however often it is called in a process."""
    now = time.monotonic()
    left = max(0.0, _ends_at.setdefault(os.getpid(), now + LONGEST_EXIT) - now)
    # One of another process was inherited by a fork that Python was not told of, and not used since.
    wishes = [usage.wish(left) for usage in list(_all) if usage.process == os.getpid()]
    for wish in wishes:
        if wish is not None:
            wish.done.wait(wish.left)


def _listen_for_the_end_of_workers() -> None:
    """Processes of `multiprocessing`, of Celery's form of it, and of Celery's pools, which tell of it by a signal, end without `atexit`."""
    global _listened_in
    if _listened_in == os.getpid():
        return
    _listened_in = os.getpid()
    for name in ("multiprocessing.util", "billiard.util"):
        finalize: Any = getattr(sys.modules.get(name), "Finalize", None)
        if finalize is not None:
            finalize(None, _at_exit, exitpriority=100)
    ending: Any = getattr(sys.modules.get("celery.signals"), "worker_process_shutdown", None)
    if ending is not None:
        # Of whatever release it is, it stops no render.
        with contextlib.suppress(Exception):
            ending.connect(_at_exit, weak=False, dispatch_uid="px0")


atexit.register(_at_exit)
