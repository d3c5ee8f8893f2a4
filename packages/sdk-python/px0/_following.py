"""Carries out what `DeliveryClient` asks for: threads or tasks that read what px0 delivers, a clock, listeners, and the files.

Renders take no lock here: they read what `DeliveryClient` replaces as a whole. The lock is held while a piece of an answer is
applied, and never while the application's own functions run.

See docs/decisions/096-python-sdk.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import os
import random
import threading
import time
from dataclasses import dataclass
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterator, List, Optional, Tuple

import httpx

from ._bundle import BundleError, read_bundle
from ._delivery.change_feed import ChangeListener
from ._delivery.connection import Connection
from ._delivery.connection_state import ClientState
from ._delivery.delivery_client import Close, DeliveryClient, Open, Options
from ._delivery.locate import Audience
from ._environment import Way
from ._hint import hint_sentence
from ._http import AsyncFrames, BlockingFrames
from ._options import Settings
from ._process import never_free
from ._revision import is_later
from ._state_file import NOTHING, Contents, StateFile, without_collecting
from ._transport import caller_headers
from .errors import refusal

_BUNDLE_INTERVAL = 10.0
# How long an event loop is kept from others.
_SLICE = 0.004
# How long a client that is closed waits for its listeners.
_LAST_NEWS = 1.0
# Smaller progress of a confirmation is not worth a write.
_SAVE_CONFIRMATION_AFTER_MS = 60_000
# A clock that never goes back, and agrees with the one on the wall when the process starts.
_EPOCH = time.time() - time.monotonic()

StateListener = Callable[["Status"], Any]


@dataclass(frozen=True)
class Status:
    """How current what this process holds is. Times are seconds, `since` since 1970."""

    state: ClientState
    since: float
    # px0's revision of what is held.
    revision: Optional[str]
    # Since px0 has confirmed it; None when it never has.
    age: Optional[float]
    prompts: int
    teams: int
    # How often everything was asked for anew, because something did not add up.
    repairs: int
    last_error: Optional[str]


@dataclass(frozen=True)
class HeldPrompt:
    """A prompt that this process holds."""

    slug: str
    prompt_id: str
    team_id: str
    # `active` or `archived`.
    status: str
    # Number of the live version.
    live: Optional[int]
    tags: Dict[str, int]
    # The numbers of those that can be rendered here: the live one and those with a tag.
    versions: Tuple[int, ...]


def now_ms() -> float:
    return (_EPOCH + time.monotonic()) * 1000


def delivery_client(
    settings: Settings, now: Callable[[], float] = now_ms, draw: Callable[[], float] = random.random
) -> Optional[DeliveryClient]:
    """None in the mode `remote`."""
    if settings.mode == "remote":
        return None
    team_id = None if settings.team_id is None else settings.team_id.lower()
    return DeliveryClient(
        Options(
            mode=settings.mode,
            audience=Audience(settings.slugs, team_id),
            poll_interval_ms=settings.poll_interval * 1000,
            init_timeout_ms=settings.init_timeout * 1000,
            now=now,
            draw=draw,
        )
    )


class Files:
    """The state file and the bundle of a client. `kept` gives what is to be saved beside what was delivered."""

    def __init__(
        self, settings: Settings, client: Optional[DeliveryClient], kept: Callable[[], Contents]
    ) -> None:
        self._settings = settings
        self._client = client
        self._file: Optional[StateFile] = None
        if settings.state_file is not None:
            self._file = StateFile(settings.state_file, settings.host, settings.slugs, kept, settings.on_warning)
        self._bundle_seen: Optional[Tuple[int, int, int]] = None

    def begin_anew(self) -> None:
        if self._file is not None:
            self._file.begin_anew()

    def read(self) -> Contents:
        """What the state file holds. What was delivered is loaded, and so is the bundle."""
        with without_collecting():
            contents = NOTHING if self._file is None else self._file.read()
            if self._client is not None and contents.replica is not None:
                self._client.load(contents.replica, "snapshot", contents.saved_at * 1000)
        self.read_bundle()
        return contents

    def read_bundle(self) -> None:
        """Loads the bundle if it has changed. Raises nothing."""
        path, client = self._settings.bundle_file, self._client
        if path is None or client is None:
            return
        try:
            found = os.stat(path)
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen == self._bundle_seen:
                return
            self._bundle_seen = seen
            with open(path, "rb") as file:
                data = file.read()
            with without_collecting():
                bundle = read_bundle(data, self._settings.bundle_keys)
        except (OSError, BundleError) as error:
            client.warn(f"The bundle {path} is not used: {error}")
            return
        if client.load(bundle.replica, "bundle", bundle.created_at * 1000):
            client.warn(f"The bundle {path} is not used for all teams: bundle is older than what is held")

    def changed(self) -> None:
        if self._file is not None and self._settings.mode != "file":
            self._file.changed()

    def refused(self) -> None:
        if self._file is not None:
            self._file.refused()

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()


class Following:
    """What the blocking and the async client have in common."""

    def __init__(
        self, settings: Settings, client: DeliveryClient, files: Files, on_refused: Callable[[], None]
    ) -> None:
        self.client = client
        self._settings = settings
        self._files = files
        # What is kept beside what was delivered has to be forgotten, too.
        self._on_refused = on_refused
        self._listeners: Tuple[StateListener, ...] = ()
        self._saved_edits = client.edits
        self._saved_confirmation = 0.0
        self._renew()

    def _renew(self) -> None:
        self.lock = threading.Lock()
        self._news: Deque[Tuple[Callable[..., Any], Any]] = deque()
        self._is_telling = False

    def do(self, step: Callable[[], Any]) -> Any:
        """Changes the state, one caller at a time, and lets everything follow from it."""
        with self.lock:
            result = step()
            client = self.client
            actions = client.take_actions()
            warnings = client.take_warnings()
            states = client.take_states()
            status = self._status() if states and self._listeners else None
            if status is not None:
                # Called once for each, though several may have passed at once.
                for state in states:
                    told = Status(state, *_rest(status))
                    self._news.extend([(listener, told) for listener in self._listeners])
            begins_to_tell = not self._is_telling and (bool(self._news) or client.feed.is_waiting)
            self._is_telling = self._is_telling or begins_to_tell
            is_worth_saving = self._is_worth_saving()
        if "refused" in states:
            self._on_refused()
            self._files.refused()
        for action in actions:
            if isinstance(action, Open):
                self._open(action.connection)
            else:
                self._close(action)
        if is_worth_saving:
            self._files.changed()
        for warning in warnings:
            self._settings.on_warning(warning)
        if begins_to_tell:
            self._tell()
        self._woken()
        return result

    def status(self) -> Status:
        with self.lock:
            return self._status()

    def prompts(self) -> List[HeldPrompt]:
        return prompts_in(self.client)

    def on_change(self, slug: str, listener: ChangeListener) -> Callable[[], None]:
        with self.lock:
            return self._locked(self.client.feed.listen(slug, listener))

    def on_status(self, listener: StateListener) -> Callable[[], None]:
        # A function given twice is called twice.
        def tell(status: Status) -> Any:
            return listener(status)

        def end() -> None:
            self._listeners = tuple([one for one in self._listeners if one is not tell])

        with self.lock:
            self._listeners = (*self._listeners, tell)
        return self._locked(end)

    def contents(self) -> Contents:
        """For the state file."""
        with self.lock:
            client = self.client
            if client.view.refusal is not None:
                return Contents(())
            at = client.view.observed.confirmed_at or client.view.saved_at or client.options.now()
            # A copy of no more than its frames, which nobody changes.
            return Contents((), client.replica.fork(), at / 1000)

    def _locked(self, end: Callable[[], None]) -> Callable[[], None]:
        def end_locked() -> None:
            with self.lock:
                end()

        return end_locked

    def _status(self) -> Status:
        client = self.client
        client.look()
        now = client.options.now()
        age_ms = client.view.age_ms(now)
        return Status(
            state=client.state,
            since=client.since / 1000,
            revision=client.view.revision,
            age=None if age_ms is None else age_ms / 1000,
            prompts=client.replica.size,
            teams=len(client.replica.team_ids),
            repairs=client.repairs,
            last_error=client.last_error,
        )

    def _is_worth_saving(self) -> bool:
        client = self.client
        confirmed_at = client.view.observed.confirmed_at or 0.0
        is_late = confirmed_at - self._saved_confirmation > _SAVE_CONFIRMATION_AFTER_MS
        if client.edits == self._saved_edits and not is_late:
            return False
        self._saved_edits, self._saved_confirmation = client.edits, confirmed_at
        return True

    def _collect_changes(self) -> None:
        """One at a time: as long as there is news to tell, changes wait where there is a bound for them."""
        if self._news:
            return
        following = self.client.feed.next()
        while following is not None:
            change, listeners = following
            if listeners:
                self._news.extend([(listener, change) for listener in listeners])
                return
            following = self.client.feed.next()

    def _next_news(self) -> Optional[Tuple[Callable[..., Any], Any]]:
        with self.lock:
            self._collect_changes()
            if self._news:
                return self._news.popleft()
            self._is_telling = False
        self._woken()
        return None

    def _failed_listener(self, error: BaseException) -> None:
        self._settings.on_warning(f"a listener has failed: {error!r}")

    def _headers(self, connection: Connection) -> Dict[str, str]:
        return {**caller_headers(self._settings), **connection.request.headers}

    def _url(self, connection: Connection) -> str:
        return f"{self._settings.host}{connection.request.path}"

    def _is_ready(self) -> bool:
        """Raises RefusedError."""
        view = self.client.view
        if view.refusal is not None:
            raise refusal(view.refusal.status, view.refusal.error, hint=hint_sentence(view.refusal.hint))
        # Without a network nothing is ever confirmed.
        return view.observed.confirmed_at is not None or (
            self.client.options.mode == "file" and view.observed.holds_anything
        )

    def _is_decided(self) -> bool:
        observed = self.client.view.observed
        return observed.confirmed_at is not None or observed.is_refused or observed.is_closed

    def _has_reached(self, revision: str) -> bool:
        view = self.client.view
        is_there = view.revision is not None and not is_later(revision, view.revision)
        return is_there or view.observed.is_refused or view.observed.is_closed

    def _time_to_start(self) -> float:
        """How many seconds the first renders still wait."""
        view = self.client.view
        return (view.observed.started_at + view.times.init_timeout_ms - self.client.options.now()) / 1000

    def _is_initialized(self) -> bool:
        return self.client.view.state(self.client.options.now()) != "initializing"

    def _open(self, connection: Connection) -> None:
        raise NotImplementedError

    def _close(self, action: Close) -> None:
        raise NotImplementedError

    def _tell(self) -> None:
        raise NotImplementedError

    def _woken(self) -> None:
        raise NotImplementedError


def prompts_in(client: DeliveryClient) -> List[HeldPrompt]:
    return [
        HeldPrompt(
            slug=held.prompt["slug"],
            prompt_id=held.prompt["id"],
            team_id=held.team_id,
            status=held.prompt["status"],
            live=held.prompt["live"],
            tags=dict(held.prompt["tags"]),
            versions=tuple([version["version"] for version in held.prompt["versions"]]),
        )
        for held in sorted(client.index.all(), key=lambda held: (held.prompt["slug"], held.rank))
    ]


def _rest(status: Status) -> Tuple[Any, ...]:
    return tuple(vars(status).values())[1:]


class BlockingFollowing(Following):
    """By threads: `px0-delivery` reads, `px0-delivery-clock` keeps the time, and one tells listeners while there is something to tell."""

    def __init__(
        self,
        settings: Settings,
        client: DeliveryClient,
        files: Files,
        on_refused: Callable[[], None],
        way: Way,
        given: Optional[httpx.Client],
        spawn: Callable[[str, Callable[[], None]], None],
    ) -> None:
        super().__init__(settings, client, files, on_refused)
        self._way = way
        self._given = given
        self._spawn = spawn
        self._tellings = 0

    def _renew(self) -> None:
        super()._renew()
        self._changed = threading.Condition(self.lock)
        self._frames: Dict[Connection, BlockingFrames] = {}
        self._clock: Optional[threading.Thread] = None
        self._is_started = False
        self._starting = threading.Lock()
        self._teller: Optional[int] = None

    def ensure_started(self) -> None:
        """In this process."""
        if self._is_started:
            return
        with self._starting:
            if self._is_started:
                return
            self._is_started = True
        self.do(self.client.start)

    def begin_anew(self) -> None:
        """In a forked process: the next call starts it."""
        for frames in list(self._frames.values()):
            frames.let_go()
        self._renew()
        self.client.begin_anew()

    def await_state(self) -> None:
        """Waits for a first state, as long as the client waits for it."""
        with self._changed:
            self._changed.wait_for(self._is_initialized, max(0.0, self._time_to_start()))

    def await_revision(self, revision: str, patience: float) -> None:
        """Waits until what is held is as late, or cannot become so."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_reached(revision), patience)

    def wait_ready(self, timeout: float) -> bool:
        """Raises RefusedError."""
        with self._changed:
            self._changed.wait_for(self._is_decided, 0.0 if self.client.options.mode == "file" else timeout)
        return self._is_ready()

    def await_told(self, patience: float) -> None:
        """Waits until listeners have been told all that there is to tell, unless one of them asks for it."""
        if self._teller != threading.get_ident():
            with self._changed:
                self._changed.wait_for(lambda: not self._is_telling, patience)

    def close(self, patience: float) -> None:
        self.do(self.client.close)
        clock = self._clock
        if clock is not None and clock is not threading.current_thread():
            clock.join(patience)

    def _woken(self) -> None:
        with self._changed:
            self._changed.notify_all()
            needs_clock = self._clock is None and self._has_clock and not self.client.view.observed.is_closed
            if needs_clock:
                self._clock = threading.Thread(target=self._keep_time, name="px0-delivery-clock", daemon=True)
        if needs_clock and self._clock is not None:
            _start(self._clock)

    @property
    def _has_clock(self) -> bool:
        return self.client.options.mode != "file" or self._settings.bundle_file is not None

    def _keep_time(self) -> None:
        me = self._changed
        is_file = self.client.options.mode == "file"
        while not self.client.view.observed.is_closed and me is self._changed:
            with me:
                wait = self._seconds_to_wait()
                if wait > 0:
                    me.wait(wait)
                is_due = self._seconds_to_wait() <= 0
            if is_file:
                self.do(self._files.read_bundle)
            elif is_due:
                self.do(self.client.tick)

    def _seconds_to_wait(self) -> float:
        if self.client.options.mode == "file":
            return 0.0 if self.client.view.observed.is_closed else _BUNDLE_INTERVAL
        at = self.client.next_at()
        return _BUNDLE_INTERVAL if at is None else min((at - self.client.options.now()) / 1000, 3600.0)

    def _open(self, connection: Connection) -> None:
        frames = BlockingFrames(self._way, self._given)
        with self.lock:
            self._frames[connection] = frames
        reader = threading.Thread(
            target=self._read, args=(connection, frames), name="px0-delivery", daemon=True
        )
        if not _start(reader):
            self.do(lambda: self.client.ended(connection, "no thread is to be had"))

    def _close(self, action: Close) -> None:
        with self.lock:
            frames = self._frames.pop(action.connection, None)
        if frames is not None:
            frames.stop()

    def _read(self, connection: Connection, frames: BlockingFrames) -> None:
        client = self.client
        error: Optional[str] = None
        arriving = frames.read(self._url(connection), self._headers(connection))
        try:
            for status, headers, piece, is_body in arriving:
                if is_body:
                    self.do(lambda: client.received(connection, piece))
                elif not self.do(lambda: client.answered(connection, status, headers, piece.decode("utf-8", "replace"))):
                    return
                if not client.is_open(connection):
                    return
        except Exception as failure:  # a thread has nobody to raise to
            error = f"{type(failure).__name__}: {failure}"
        finally:
            arriving.close()
            frames.close()
            self.do(lambda: client.ended(connection, error))

    def _tell(self) -> None:
        self._tellings += 1
        self._spawn(f"listeners {self._tellings}", self._tell_all)

    def _tell_all(self) -> None:
        self._teller = threading.get_ident()
        for listener, news in iter(self._next_news, None):
            try:
                listener(news)
            except Exception as error:
                self._failed_listener(error)
        self._teller = None


def _start(thread: threading.Thread) -> bool:
    try:
        thread.start()
    except RuntimeError:
        # Python starts none while it ends, and the system has a limit.
        return False
    return True


class AsyncFollowing(Following):
    """By one task and its children, in the event loop of the first use."""

    def __init__(
        self,
        settings: Settings,
        client: DeliveryClient,
        files: Files,
        on_refused: Callable[[], None],
        way: Way,
        given: Optional[httpx.AsyncClient],
    ) -> None:
        super().__init__(settings, client, files, on_refused)
        self._way = way
        self._given = given
        self._starting = threading.Lock()

    def _renew(self) -> None:
        super()._renew()
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._main: Optional[asyncio.Task[None]] = None
        self._wake: Optional[asyncio.Event] = None
        self._readers: Dict[Connection, asyncio.Task[None]] = {}
        self._to_open: List[Connection] = []
        self._to_close: List[Connection] = []
        self._has_to_tell = False
        self._teller: Optional[asyncio.Task[None]] = None
        self._waiting: List[Tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    def ensure_started(self) -> None:
        """In an event loop that still runs."""
        if self._runs():
            return
        with self._starting:
            if self._runs() or self.client.view.observed.is_closed:
                return
            if self._loop is not None:
                # What was begun there has ended with it.
                self._renew()
                self.client.begin_anew()
            self._loop = asyncio.get_running_loop()
            self._wake = asyncio.Event()
            self._main = self._loop.create_task(self._run())
        self.do(self.client.start)

    def _runs(self) -> bool:
        main, loop = self._main, self._loop
        return loop is not None and not loop.is_closed() and main is not None and not main.done()

    def begin_anew(self) -> None:
        """In a forked process: the next call starts it."""
        never_free((self._main, self._loop, self._readers))
        self._starting = threading.Lock()
        self._renew()
        self.client.begin_anew()

    async def await_state(self) -> None:
        await self._wait(self._is_initialized, self._time_to_start())

    async def await_revision(self, revision: str, patience: float) -> None:
        """As that of the blocking one."""
        await self._wait(lambda: self._has_reached(revision), patience)

    async def ready(self, timeout: float) -> bool:
        """Raises RefusedError."""
        await self._wait(self._is_decided, 0.0 if self.client.options.mode == "file" else timeout)
        return self._is_ready()

    async def await_told(self, patience: float) -> None:
        """As that of the blocking one."""
        if self._teller is not asyncio.current_task():
            await self._wait(lambda: not self._is_telling, patience)

    async def close(self, patience: float) -> None:
        self.do(self.client.close)
        main, loop = self._main, self._loop
        if main is None or loop is None or loop is not asyncio.get_running_loop():
            return
        await asyncio.wait([main], timeout=patience)
        main.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await main

    async def _wait(self, is_done: Callable[[], bool], timeout: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        while not is_done() and loop.time() < until:
            waiting: asyncio.Future[None] = loop.create_future()
            with self.lock:
                self._waiting.append((loop, waiting))
            if is_done():
                return
            # Before Python 3.12 `wait_for` forgets that it was cancelled when what it waits for comes in the same moment.
            timer = loop.call_later(until - loop.time(), _settle, waiting)
            try:
                await waiting
            finally:
                timer.cancel()

    def _woken(self) -> None:
        with self.lock:
            waiting, self._waiting = self._waiting, []
        for loop, future in waiting:
            _in_loop(loop, functools.partial(_settle, future))
        if self._loop is not None and self._wake is not None:
            _in_loop(self._loop, self._wake.set)

    def _open(self, connection: Connection) -> None:
        with self.lock:
            self._to_open.append(connection)

    def _close(self, action: Close) -> None:
        with self.lock:
            self._to_close.append(action.connection)

    def _tell(self) -> None:
        self._has_to_tell = True

    async def _run(self) -> None:
        wake = self._wake
        is_file = self.client.options.mode == "file"
        frames = AsyncFrames(self._way, self._given)
        if wake is None:
            return
        try:
            while not self.client.view.observed.is_closed:
                # No `wait_for`, for the same reason as in `_wait`: a loop that ends would wait for this task for ever.
                timer = asyncio.get_running_loop().call_later(self._seconds_to_wait(), wake.set)
                try:
                    await wake.wait()
                finally:
                    timer.cancel()
                wake.clear()
                if is_file:
                    self.do(self._files.read_bundle)
                elif self._seconds_to_wait() <= 0:
                    self.do(self.client.tick)
                with self.lock:
                    to_open, self._to_open = self._to_open, []
                    to_close, self._to_close = self._to_close, []
                for connection in to_open:
                    self._readers[connection] = asyncio.ensure_future(self._read(connection, frames))
                for connection in to_close:
                    reader = self._readers.pop(connection, None)
                    if reader is not None and reader is not asyncio.current_task():
                        reader.cancel()
                if self._has_to_tell and (self._teller is None or self._teller.done()):
                    self._has_to_tell = False
                    self._teller = asyncio.ensure_future(self._tell_all())
        finally:
            for reader in self._readers.values():
                reader.cancel()
            await asyncio.gather(*self._readers.values(), return_exceptions=True)
            if self._teller is not None:
                await asyncio.wait([self._teller], timeout=_LAST_NEWS)
                self._teller.cancel()

    def _seconds_to_wait(self) -> float:
        at = self.client.next_at()
        if self.client.options.mode == "file" or at is None:
            return _BUNDLE_INTERVAL
        return min(max(0.0, (at - self.client.options.now()) / 1000), 3600.0)

    async def _read(self, connection: Connection, frames: AsyncFrames) -> None:
        client = self.client
        error: Optional[str] = None
        arriving = frames.read(self._url(connection), self._headers(connection))
        try:
            async for status, headers, piece, is_body in arriving:
                if is_body:
                    steps = client.receiving(connection, piece)
                    # Others shall have a turn in between: a transfer may be large.
                    while self.do(lambda: _for_a_slice(steps)):
                        await asyncio.sleep(0)
                elif not self.do(lambda: client.answered(connection, status, headers, piece.decode("utf-8", "replace"))):
                    return
                await asyncio.sleep(0)
        except Exception as failure:  # a task in the background has nobody to raise to
            error = f"{type(failure).__name__}: {failure}"
        finally:
            await arriving.aclose()
        self.do(lambda: client.ended(connection, error))

    async def _tell_all(self) -> None:
        for listener, news in iter(self._next_news, None):
            try:
                told = listener(news)
                if inspect.isawaitable(told):
                    await told
            except Exception as error:
                self._failed_listener(error)


def _for_a_slice(steps: Iterator[None]) -> bool:
    """Takes as many of the steps as there is time for at once. Whether there may be more."""
    until = time.perf_counter() + _SLICE
    for _ in steps:
        if time.perf_counter() > until:
            return True
    return False


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _in_loop(loop: asyncio.AbstractEventLoop, work: Callable[[], Any]) -> None:
    # The loop may have been closed meanwhile.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(work)
