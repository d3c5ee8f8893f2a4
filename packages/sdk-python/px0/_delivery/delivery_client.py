"""Holds every prompt that a key may render, and keeps it as px0 has it: by a stream, or by polling where streams do not get through.

It does no input or output and knows no threads: whoever runs it tells what has arrived and how late it is, one at a time, and does
what `take_actions` asks for. Renders read `view` and `index`, which they may do at any moment from any thread. Times are milliseconds.
"""

from __future__ import annotations

import math
from typing import Callable, Dict, Iterator, List, Literal, Mapping, NamedTuple, Optional, Sequence, Union
from urllib.parse import quote

from .._revision import is_later, is_revision
from .answer import SNAPSHOT, STREAM, Meaning, Refusal, meaning_of
from .change_feed import ChangeFeed
from .changes import changes_of
from .connection import Connection, Request
from .connection_state import ClientState, Observed, StateTimes, next_change_at, state_at
from .frame import DeliveredPrompt, Frame
from .locate import Audience
from .prompt_index import PromptIndex
from .read_frame import FrameError
from .reconnect import LONG_PAUSE_MS, MOST_SILENT_STREAMS, OTHER_EPOCH_MS, ReconnectPolicy
from .replica import Replica, Steps, Work, drained

_HEARTBEAT_MS = 15_000
_RETRY_MS = (0, 2_000)
_WARNING_PAUSE_MS = 60_000

# How px0 confirmed last what is held.
Confirmation = Literal["stream", "poll", "snapshot", "bundle"]


class Open(NamedTuple):
    connection: Connection


class Close(NamedTuple):
    connection: Connection


Action = Union[Open, Close]


class Options(NamedTuple):
    # `file`: no network at all.
    mode: Literal["stream", "poll", "file"]
    audience: Audience
    poll_interval_ms: float
    init_timeout_ms: float
    # Milliseconds since 1970, never going back.
    now: Callable[[], float]
    # From 0 to 1, the latter excluded.
    draw: Callable[[], float]


class View(NamedTuple):
    """What a render has to know beside the prompts; replaced whole."""

    observed: Observed
    times: StateTimes
    refusal: Optional[Refusal]
    revision: Optional[str]
    confirmation: Confirmation
    # Of a file or a bundle: when it was current.
    saved_at: Optional[float]
    # The state, and until when it is that if nothing happens.
    state_now: ClientState
    until: float
    # When px0 confirmed last what is held.
    aged_from: Optional[float]

    def state(self, now: float) -> ClientState:
        return self.state_now if now < self.until else state_at(now, self.observed, self.times)

    def age_ms(self, now: float) -> Optional[float]:
        """Since px0 confirmed last what is held."""
        at = self.aged_from
        if at is None:
            return None
        return now - at if now > at else 0.0


class DeliveryClient:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.now = options.now
        self._policy = ReconnectPolicy(options.draw)
        self.index = PromptIndex()
        self.feed = ChangeFeed()
        # Another px0 answers at the address, where no revision of the earlier one means anything.
        self.on_other_installation: Callable[[], None] = lambda: None
        self.replica = Replica(self._edited)

        self._current: Optional[Connection] = None
        # The connection that shall take the place of the current one.
        self._next: Optional[Connection] = None
        self._attempt_at: Optional[float] = None
        self._grace_ends_at: Optional[float] = None
        self._actions: List[Action] = []
        # For the application, in order.
        self._warnings: List[str] = []
        self._states: List[ClientState] = []

        self._is_closed = False
        self._refusal: Optional[Refusal] = None
        self._is_px0_stale = False
        self._started_at = self.now()
        self._heard_at: Optional[float] = None
        self._confirmed_at: Optional[float] = None
        self._saved_at: Optional[float] = None
        self._confirmation: Confirmation = "snapshot"
        # Whether there is a state that changes are told against.
        self._has_first_state = False
        self._heartbeat_ms: float = _HEARTBEAT_MS
        self._retry_ms: Sequence[float] = _RETRY_MS
        self._silent_streams = 0
        self._poll_until = 0.0
        self._other_epoch_since: Optional[float] = None
        self._warned_at: Dict[str, float] = {}
        # What is being applied step by step.
        self._work: Optional[Work] = None
        # A frame is being applied, which another thread of this process may never see the end of after a fork.
        self._is_applying = False
        self.repairs = 0
        # Grows with each change of what is held.
        self.edits = 0
        self.last_error: Optional[str] = None
        self.state: ClientState = "initializing"
        self.since = self._started_at
        self.view = self._seen()

    def start(self) -> None:
        """Begins; before that it may be given what was kept."""
        self._started_at = self.now()
        if self.options.mode != "file":
            self._attempt_after(0)
        self._update()

    def begin_anew(self) -> None:
        """In a forked process: with what was held, which the next connection brings up to date, and none of the connections."""
        self._current = self._next = None
        self._attempt_at = self._grace_ends_at = None
        self._actions, self._warnings, self._states = [], [], []
        self._started_at = self.now()
        self._heard_at = None
        feed, self.feed = self.feed, ChangeFeed()
        self.feed._listeners = feed._listeners
        # Counted anew: a thread of the parent may have been at work on it.
        is_torn, self._is_applying = self._is_applying, False
        self._work = None
        self.replica = self.replica.counted_anew(self._edited)
        if is_torn:
            self.index = PromptIndex()
            for team_id in self.replica.team_ids:
                for prompt in self.replica.prompts_of(team_id).values():
                    self.index.edit(team_id, None, prompt)
        self._update()

    def load(self, kept: Replica, origin: Literal["snapshot", "bundle"], saved_at: float) -> List[str]:
        """What an earlier process has kept, or a bundle. Of each team the later revision stays; gives the teams that are older there."""
        older: List[str] = []
        later = kept.team_ids
        is_first = not self._has_first_state
        if is_first and origin == "snapshot":
            drained(self.replica.adopt(kept))
        else:
            older = [team_id for team_id in kept.team_ids if self._is_later_here(team_id, kept)]
            later = [team_id for team_id in kept.team_ids if self._is_later_there(team_id, kept)]
            for team_id in later:
                self.replica.adopt_team(team_id, kept)
        if is_first or (later and self._confirmed_at is None):
            self._saved_at = saved_at
            self._confirmation = origin
        self._has_first_state = True
        self._update()
        return older

    def close(self) -> None:
        """Ends everything. What is held stays readable for a last file, and renders nothing any more."""
        self._is_closed = True
        self._disconnect()
        self._update()

    def reconnect(self) -> None:
        """Connects at once, whatever it waits for."""
        if not self._is_closed and self.options.mode != "file" and self._current is None and self._next is None:
            self._attempt_after(0)
            self._update()

    @property
    def was_confirmed(self) -> bool:
        """Whether a state of px0 was applied."""
        return self._confirmed_at is not None

    def take_actions(self) -> List[Action]:
        """What is to be done now, in order."""
        actions, self._actions = self._actions, []
        return actions

    def take_warnings(self) -> List[str]:
        warnings, self._warnings = self._warnings, []
        return warnings

    def take_states(self) -> List[ClientState]:
        states, self._states = self._states, []
        return states

    def is_open(self, connection: Connection) -> bool:
        return not self._is_closed and (connection is self._current or connection is self._next)

    def next_at(self) -> Optional[float]:
        """When `tick` is due."""
        moments = [self._attempt_at, self._grace_ends_at]
        moments += [connection.ends_at for connection in (self._current, self._next) if connection is not None]
        moments.append(next_change_at(self.now(), self._observed(), self._times()))
        return None if self._is_closed else min((moment for moment in moments if moment is not None), default=None)

    def look(self) -> None:
        """Notices what time alone has changed."""
        self._update()

    def tick(self) -> None:
        """Does what is due by now."""
        now = self.now()
        for connection in (self._current, self._next):
            if connection is not None and connection.ends_at <= now:
                meaning = Meaning("silent") if connection.is_silent else Meaning("ended", "nothing came for too long")
                self._end(connection, meaning)
        if self._grace_ends_at is not None and self._grace_ends_at <= now:
            self._grace_ends_at = None
            if self._current is not None:
                self._end(self._current, Meaning("closed"))
        if self._attempt_at is not None and self._attempt_at <= now:
            self._attempt()
        self._update()

    def answered(self, connection: Connection, status: int, headers: Mapping[str, str], body: str = "") -> bool:
        """The head of an answer has come, and the body unless the status is 200. Whether its frames are to be read."""
        if not self.is_open(connection):
            return False
        floor = connection.replica.floor
        request = connection.request
        is_conditional = "if-none-match" in request.headers
        meaning = meaning_of(status, headers, media=request.media, is_conditional=is_conditional, body=body, floor=floor)
        connection.answered(headers, self.now())
        if meaning.kind != "delivery":
            self._end(connection, meaning)
            self._update()
            return False
        self._refusal = None
        self._other_epoch_since = None
        if not connection.is_stream:
            connection.replica.forget_transfer()
            self._is_px0_stale = "px0-stale" in headers
        self._update()
        return True

    def received(self, connection: Connection, piece: bytes) -> None:
        """A piece of a body has come, cut anywhere."""
        for _ in self.receiving(connection, piece):
            pass

    def receiving(self, connection: Connection, piece: bytes) -> Iterator[None]:
        """The same step by step, so that others may have a turn in between, who may use this client."""
        try:
            for frame in connection.frames(piece, self.now()):
                if not self.is_open(connection):
                    return
                yield from self._receive(connection, frame)
                yield
        except FrameError as error:
            self._end(connection, Meaning("ended", str(error)))
            self._update()

    def ended(self, connection: Connection, error: Optional[str] = None) -> None:
        """A body has come to its end, or there was no answer."""
        self._end(connection, Meaning("ended", error))
        self._update()

    def warn(self, text: str) -> None:
        """Once a minute at most."""
        now = self.now()
        warned_at = self._warned_at.get(text)
        if warned_at is None or now - warned_at >= _WARNING_PAUSE_MS:
            self._warned_at[text] = now
            self._warnings.append(text)

    def _warn_once(self, text: str) -> None:
        if text not in self._warned_at:
            self.warn(text)

    def _edited(
        self, team_id: str, before: Optional[DeliveredPrompt], after: Optional[DeliveredPrompt]
    ) -> None:
        self.index.edit(team_id, before, after)
        self.edits += 1
        if self._has_first_state and self.feed.is_heard:
            for change in changes_of(team_id, before, after):
                self.feed.push(change)

    @property
    def _polls(self) -> bool:
        return self.options.mode == "poll" or self.now() < self._poll_until

    def _is_later_here(self, team_id: str, kept: Replica) -> bool:
        held, revision = self.replica.revision_of(team_id), kept.revision_of(team_id)
        return held is not None and revision is not None and is_later(held, revision)

    def _is_later_there(self, team_id: str, kept: Replica) -> bool:
        held, revision = self.replica.revision_of(team_id), kept.revision_of(team_id)
        return revision is not None and (held is None or is_later(revision, held))

    def _attempt_after(self, wait_ms: float) -> None:
        self._attempt_at = None
        if self._is_closed:
            return
        if wait_ms > 0:
            self._attempt_at = self.now() + wait_ms
        else:
            self._attempt()

    def _attempt(self) -> None:
        self._attempt_at = None
        if self._is_closed or self._next is not None:
            return
        # Two connections at once would contradict each other in one replica.
        replica = self.replica if self._current is None else self.replica.fork()
        connection = Connection(self._request(replica), replica, self.now())
        if self._current is None:
            self._current = connection
        else:
            self._next = connection
        self._actions.append(Open(connection))

    def _request(self, replica: Replica) -> Request:
        is_poll = self._polls
        slugs, team_id = self.options.audience
        media = SNAPSHOT if is_poll else STREAM
        query = []
        headers = {"accept": media}
        if team_id is not None:
            query.append(f"team_id={quote(team_id, safe='')}")
        if slugs is not None:
            query.append(f"slugs={','.join([quote(slug, safe='') for slug in slugs])}")
        if replica.last is not None and is_poll:
            query.append(f"since={quote(replica.last, safe='')}")
            if replica.is_synced:
                digest = replica.digest()
                headers["if-none-match"] = f'"{digest.text}.{digest.count}"'
        elif replica.last is not None:
            headers["last-event-id"] = replica.last
        if replica.floor is not None:
            # Whatever replica answers, nothing here goes back in time.
            headers["px0-min-revision"] = replica.floor
            headers["px0-consistency"] = "require"
        path = f"/v1/delivery/{'snapshot' if is_poll else 'stream'}"
        return Request(f"{path}?{'&'.join(query)}" if query else path, headers, media)

    def _receive(self, connection: Connection, frame: Frame) -> Iterator[None]:
        kind = frame["type"]
        if kind == "end":
            # At once: not one more render.
            self._refuse(Refusal(int(frame["status"]), frame["error"]))
            self._attempt_after(self._policy.after_refusal())
            self._update()
            return
        if kind == "hello":
            self._silent_streams = 0
            self._heartbeat_ms, self._retry_ms = frame["heartbeat_ms"], frame["retry_ms"]
            if connection is self._current:
                self._is_px0_stale = frame["stale"]
        elif kind == "goaway":
            connection.goaway = frame
            self._go_away(connection)
        self._is_applying = True
        if kind == "sync":
            repair = yield from self._step_by_step(connection.replica.sync(frame))
            if not self.is_open(connection):
                return
        else:
            repair = connection.replica.apply(frame)
        self._is_applying = False
        if repair is not None:
            self._repair(connection, repair)
            return
        self._note(connection, frame)
        yield from self._swap_when_in_step(connection)
        # The others change no state.
        if kind not in ("put", "delete", "begin"):
            self._update()

    def _note(self, connection: Connection, frame: Frame) -> None:
        """Learns from a frame how current all is."""
        kind = frame["type"]
        if kind == "sync":
            connection.is_in_step = True
        if connection is not self._current or not connection.is_in_step:
            return
        if kind == "heartbeat":
            self._is_px0_stale = frame["stale"]
        elif kind == "mark":
            # It shows what it hears, so it hears.
            self._is_px0_stale = False
        self._heard_at = self.now()
        if kind in ("mark", "sync", "heartbeat") and not connection.replica.is_in_transfer:
            self._confirm(connection)

    def _confirm(self, connection: Connection) -> None:
        self._has_first_state = True
        self._policy.delivered()
        self.last_error = None
        self._confirmation = "stream" if connection.is_stream else "poll"
        self._heard_at = self.now()
        # px0 may lack something itself: what it confirms is not the present.
        if not self._is_px0_stale or self._confirmed_at is None:
            self._confirmed_at = self.now()

    def _go_away(self, connection: Connection) -> None:
        """Another connection is opened, and this one read until that one has all."""
        frame = connection.goaway
        is_moving = self._next is not None or self._attempt_at is not None
        if frame is None or connection is not self._current or is_moving:
            return
        self._attempt_after(max(self._policy.within(frame["retry_ms"]), 1))
        self._grace_ends_at = self.now() + frame["grace_ms"]

    def _finish(self) -> None:
        """Brings what is being applied step by step to its end, before anything else changes."""
        if self._work is not None:
            self._work.finish()

    def _step_by_step(self, steps: Steps) -> Steps:
        self._finish()
        self._work = work = Work(steps)
        while work.goes_on():
            yield
        self._work = None
        return work.result

    def _swap_when_in_step(self, connection: Connection) -> Iterator[None]:
        if connection is not self._next or not connection.is_in_step or connection.replica.is_in_transfer:
            return
        last, floor = connection.replica.last, self.replica.floor
        # The other connection may have shown more meanwhile.
        if last is None or (floor is not None and is_later(floor, last)):
            return
        self._is_applying = True
        yield from self._step_by_step(self.replica.adopt(connection.replica))
        self._is_applying = False
        if connection is not self._next:
            return
        before, self._current, self._next = self._current, connection, None
        connection.replica = self.replica
        self._confirm(connection)
        self._grace_ends_at = None
        if before is not None:
            self._actions.append(Close(before))
        self._go_away(connection)

    def _repair(self, connection: Connection, reason: str) -> None:
        self.repairs += 1
        self._policy.repairs()
        self.warn(f"what was delivered did not add up ({reason}); everything is asked for again")
        self.replica.forget_last()
        self._end(connection, Meaning("ended", reason))
        self._update()

    def _end(self, connection: Connection, meaning: Meaning) -> None:
        if not self.is_open(connection):
            return
        self._finish()
        was_next = connection is self._next
        if was_next:
            self._next = None
        else:
            self._current = None
        self._actions.append(Close(connection))
        wait_ms = self._wait_after(connection, meaning)
        # Of two connections one still goes on, or is about to.
        if was_next or (self._next is None and self._attempt_at is None):
            self._attempt_after(wait_ms)

    def _wait_after(self, connection: Connection, meaning: Meaning) -> float:
        """What the end of a connection means, and how long to wait for the next."""
        kind = meaning.kind
        headers = connection.headers or {}
        if kind == "unchanged":
            revision = headers.get("px0-revision")
            if is_revision(revision):
                self.replica.confirm(revision or "")
            self._is_px0_stale = "px0-stale" in headers
            self._other_epoch_since = None
            self._refusal = None
            self._confirm(connection)
            self._policy.polled()
            return self._policy.spread(self.options.poll_interval_ms)
        if kind == "refused" and meaning.refusal is not None:
            self._refuse(meaning.refusal)
            return self._policy.after_refusal()
        is_end = kind in ("ended", "closed")
        if kind == "ended" and meaning.error is None and not connection.is_stream and connection.is_in_step:
            self._policy.polled()
            return self._policy.spread(self.options.poll_interval_ms)
        self.last_error = meaning.error or ("the connection ended" if is_end else "a stream said nothing")
        if kind == "no delivery":
            self.last_error = "px0 does not deliver prompts there"
            self._warn_once("px0 does not deliver prompts at this address; prompts are rendered remotely")
            return self._policy.after_refusal()
        if kind == "too large":
            self._warn_once(self.last_error)
            return self._policy.spread(LONG_PAUSE_MS)
        if kind == "other epoch" and self._is_other_installation():
            return 0
        if kind == "silent":
            self._silent_streams += 1
            if self._silent_streams >= MOST_SILENT_STREAMS:
                self._warn_once(
                    "streams do not get through, something on the way holds them back; px0 is polled instead"
                )
                self._poll_until = self.now() + LONG_PAUSE_MS
                return 0
        return self._policy.after_break(
            lived_ms=connection.lived_ms(self.now()) if is_end else 0,
            retry_ms=self._retry_ms,
            retry_after_ms=meaning.retry_after_ms,
        )

    def _refuse(self, refusal: Refusal) -> None:
        self._finish()
        # Before anything is emptied: a render that finds nothing must not take it for gone.
        self._refusal = refusal
        self.edits += 1
        self.last_error = refusal.error
        self._confirmed_at = self._saved_at = self._heard_at = None
        self._has_first_state = False
        self.view = self._seen()
        self._is_applying = True
        self.replica.clear()
        self._is_applying = False
        self._disconnect()

    def _is_other_installation(self) -> bool:
        if self._other_epoch_since is None:
            self._other_epoch_since = self.now()
        if self.now() - self._other_epoch_since < OTHER_EPOCH_MS:
            return False
        self._warn_once("another px0 answers at this address; what it delivers replaces what was held")
        self._other_epoch_since = None
        self.replica.forget_revisions()
        self.on_other_installation()
        return True

    def _disconnect(self) -> None:
        self._finish()
        self._attempt_at = self._grace_ends_at = None
        for connection in (self._current, self._next):
            if connection is not None:
                self._actions.append(Close(connection))
        self._current = self._next = None

    def _observed(self) -> Observed:
        return Observed(
            is_closed=self._is_closed,
            is_refused=self._refusal is not None,
            holds_anything=self._has_first_state,
            started_at=self._started_at,
            heard_at=self._heard_at,
            confirmed_at=self._confirmed_at,
            is_px0_stale=self._is_px0_stale,
        )

    def _times(self) -> StateTimes:
        beat_ms = self.options.poll_interval_ms if self._confirmation == "poll" else self._heartbeat_ms
        return StateTimes(self.options.init_timeout_ms, beat_ms)

    def _seen(self) -> View:
        now, observed, times = self.now(), self._observed(), self._times()
        return View(
            observed,
            times,
            self._refusal,
            self.replica.last,
            self._confirmation,
            self._saved_at,
            state_at(now, observed, times),
            next_change_at(now, observed, times) or math.inf,
            self._saved_at if observed.confirmed_at is None else observed.confirmed_at,
        )

    def _update(self) -> None:
        self.view = self._seen()
        state = self.view.state_now
        if state != self.state:
            self.state, self.since = state, self.now()
            self._states.append(state)
