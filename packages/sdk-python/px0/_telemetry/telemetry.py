"""Tells OpenTelemetry of renders: attributes on the current span, a span of their own where that is wished for, and metrics.

There is no dependency: without `opentelemetry-api` nothing here is used.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Protocol, Set, Tuple

from .._delivery.connection_state import ClientState
from .._options import Settings
from .._version import VERSION
from ..errors import InvalidRequestError, NotFoundError, RefusedError, TemplateError, UnreachableError
from ..result import RenderResult
from . import names
from .span_processor import attributes_of

if TYPE_CHECKING:
    from .._following import Status

_SCOPE = "px0"
_STATES: Tuple[ClientState, ...] = ("initializing", "ready", "stale", "offline", "refused")
# In seconds: a render here takes microseconds, one by px0 milliseconds.
_DURATION_BOUNDS = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
# A prompt's name is an attribute of metrics for so many: each makes another series.
_MOST_PROMPTS = 200
# In seconds. A measurement takes microseconds, unless its thread gets no processor.
_LONGEST_FORK = 10.0
_OUTCOMES = (
    (NotFoundError, "not_found"),
    ((InvalidRequestError, TemplateError), "invalid"),
    (RefusedError, "refused"),
    (UnreachableError, "unreachable"),
)


class Followed(Protocol):
    """A client that may hold prompts."""

    def status(self) -> Status: ...


def telemetry_of(settings: Settings, client: Followed) -> Optional[Telemetry]:
    """None where it is switched off or the application has no OpenTelemetry."""
    if not settings.telemetry:
        return None
    try:
        api = _Api()
    except ImportError:
        return None
    telemetry = Telemetry(api, settings.spans)
    if settings.mode != "remote":
        api.instruments.followed.add(client)
    return telemetry


class _Api:
    def __init__(self) -> None:
        from opentelemetry import context, metrics, trace

        self.context: Any = context
        self.trace: Any = trace
        self.tracer: Any = trace.get_tracer(_SCOPE, VERSION)
        self.instruments = _instruments_of(metrics)


class _Instruments:
    """Of all clients of the process: each name may be taken once."""

    def __init__(self, metrics: Any) -> None:
        meter: Any = metrics.get_meter(_SCOPE, VERSION)
        self._observation: Any = metrics.Observation
        # Clients that hold prompts.
        self.followed: weakref.WeakSet[Followed] = weakref.WeakSet()
        self.renders: Any = meter.create_counter(names.RENDERS, "{render}", "Renders by source and outcome.")
        self.duration: Any = _histogram(meter)
        meter.create_observable_gauge(
            names.CLIENT_STATE, [self._states], "{client}", "How many clients that hold prompts are in each state."
        )
        meter.create_observable_gauge(
            names.STALENESS, [self._staleness], "s", "How long ago px0 has confirmed what is held; of several clients the longest."
        )
        meter.create_observable_gauge(names.PROMPTS, [self._prompts], "{prompt}", "Prompts that are held.")
        meter.create_observable_counter(
            names.REPAIRS, [self._repairs], "{repair}", "How often everything was asked for anew, because something did not add up."
        )
        # Those with a series of their own.
        self._prompts_named: Set[str] = set()
        # Of all clients that were ever asked, and how much of it by which: a counter that falls is read as a restart.
        self._repairs_counted = 0
        self._repairs_of: weakref.WeakKeyDictionary[Followed, int] = weakref.WeakKeyDictionary()

    def has_series(self, slug: str) -> bool:
        named = self._prompts_named
        if slug in named:
            return True
        if len(named) >= _MOST_PROMPTS:
            return False
        named.add(slug)
        return True

    def _open(self) -> List[Status]:
        statuses = [client.status() for client in list(self.followed)]
        return [status for status in statuses if status.state != "closed"]

    def _states(self, _: Any) -> Iterator[Any]:
        states = [status.state for status in self._open()]
        # Each of them: a series that is not observed keeps its last value.
        for state in _STATES:
            yield self._observation(states.count(state), {names.STATE: state})

    def _staleness(self, _: Any) -> Iterator[Any]:
        ages = [status.age for status in self._open() if status.age is not None]
        if ages:
            yield self._observation(max(ages))

    def _prompts(self, _: Any) -> Iterator[Any]:
        yield self._observation(sum([status.prompts for status in self._open()]))

    def _repairs(self, _: Any) -> Iterator[Any]:
        for client in list(self.followed):
            repairs = client.status().repairs
            self._repairs_counted += max(0, repairs - self._repairs_of.get(client, 0))
            self._repairs_of[client] = repairs
        yield self._observation(self._repairs_counted)


def _histogram(meter: Any) -> Any:
    about = (names.DURATION, "s", "How long renders took.")
    try:
        return meter.create_histogram(*about, explicit_bucket_boundaries_advisory=_DURATION_BOUNDS)
    except TypeError:
        # Of an earlier release.
        return meter.create_histogram(*about)


_instruments: Optional[_Instruments] = None


def _instruments_of(metrics: Any) -> _Instruments:
    global _instruments
    if _instruments is None:
        _instruments = _Instruments(metrics)
    return _instruments


class _Gate:
    """Lets no thread be within OpenTelemetry's instruments while the process forks: their locks are the child's, too, and one that was
    held would stay so, and the child's first render wait for ever. A render that ends during a fork is not measured.
    """

    def __init__(self) -> None:
        # By threads. None of it is waited for but by a fork.
        self._inside: Dict[int, None] = {}
        self._forking: Dict[int, None] = {}

    def enter(self) -> bool:
        """Whether it is open; `leave` follows in any case."""
        self._inside[threading.get_ident()] = None
        return not self._forking

    def leave(self) -> None:
        self._inside.pop(threading.get_ident(), None)

    def close(self) -> None:
        me = threading.get_ident()
        self._forking[me] = None
        until = time.monotonic() + _LONGEST_FORK
        while set(self._inside) - {me} and time.monotonic() < until:
            time.sleep(0.0002)

    def open(self) -> None:
        self._forking.pop(threading.get_ident(), None)

    def open_in_child(self) -> None:
        self._inside.clear()
        self._forking.clear()


_gate = _Gate()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_gate.close, after_in_parent=_gate.open, after_in_child=_gate.open_in_child)


class Telemetry:
    """Of one client. Nothing that fails here fails a render."""

    def __init__(self, api: _Api, has_spans: bool) -> None:
        self._api = api
        self._has_spans = has_spans

    def begin(self, slug: str) -> Observed:
        """A render begins; it ends with `rendered` or `failed`, in the same thread or task."""
        observed = Observed(self._api, slug)
        with contextlib.suppress(Exception):
            observed.begin(self._has_spans)
        return observed


class Observed:
    """One render."""

    __slots__ = ("_api", "_slug", "_around", "_own", "_token", "_began_at")

    def __init__(self, api: _Api, slug: str) -> None:
        self._api = api
        self._slug = slug
        self._around: Any = None
        self._own: Any = None
        self._token: Any = None
        self._began_at = time.perf_counter()

    def begin(self, has_span: bool) -> None:
        self._around = self._api.trace.get_current_span()
        if has_span:
            self._own = self._api.tracer.start_span(names.SPAN)
            # What is done for the render, such as a request, belongs to it.
            self._token = self._api.context.attach(self._api.trace.set_span_in_context(self._own))

    def rendered(self, result: RenderResult) -> None:
        with contextlib.suppress(Exception):
            spans = [span for span in (self._around, self._own) if span is not None and span.is_recording()]
            attributes = result.attributes if spans else {}
            for span in spans:
                span.set_attributes({**_left_on(span, attributes), **attributes})
            self._end("ok", {names.SOURCE: result.source})

    def failed(self, error: BaseException) -> None:
        with contextlib.suppress(Exception):
            outcome = next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), "error")
            if self._own is not None:
                # Not the error: its text may hold what the variables do.
                self._own.set_attributes({names.PROMPT_NAME: str(self._slug), names.OUTCOME: outcome})
                self._own.set_status(self._api.trace.StatusCode.ERROR)
            self._end(outcome, {})

    def _end(self, outcome: str, labels: Dict[str, str]) -> None:
        seconds = time.perf_counter() - self._began_at
        if self._own is not None:
            self._own.end()
            if self._token is not None:
                self._api.context.detach(self._token)
        labels[names.OUTCOME] = outcome
        instruments = self._api.instruments
        try:
            if not _gate.enter():
                return
            instruments.duration.record(seconds, labels)
            # Of a slug that nobody knows no series is made.
            if names.SOURCE in labels and instruments.has_series(self._slug):
                labels = {**labels, names.PROMPT_NAME: self._slug}
            instruments.renders.add(1, labels)
        finally:
            _gate.leave()


def _left_on(span: Any, attributes: Dict[str, Any]) -> Dict[str, Any]:
    """What an earlier render has told the span and this one does not, emptied: no attribute can be taken back, and no version of
    another prompt may stand beside this one's name.
    """
    if len(attributes) == len(names.OF_RENDER):
        return {}
    earlier = attributes_of(span)
    left = [name for name in names.OF_RENDER if name in earlier and name not in attributes]
    return {name: 0 if name == names.AGE_MS else "" for name in left}
