"""Tells OpenTelemetry of renders: attributes on the current span, a span of their own where that is wished for, and metrics.

There is no dependency: without `opentelemetry-api` nothing here is used.
"""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional, Set, Union

from .._options import Settings
from .._version import VERSION
from ..errors import InvalidRequestError, NotFoundError, RefusedError, TemplateError, UnreachableError
from ..result import RenderResult
from . import names

if TYPE_CHECKING:
    from .._following import Status

_SCOPE = "px0"
# A prompt's name is an attribute of metrics for so many: each makes another series.
_MOST_PROMPTS = 200
_OUTCOMES = (
    (NotFoundError, "not_found"),
    ((InvalidRequestError, TemplateError), "invalid"),
    (RefusedError, "refused"),
    (UnreachableError, "unreachable"),
)


def telemetry_of(settings: Settings, status: Callable[[], Status]) -> Optional[Telemetry]:
    """None where it is switched off or the application has no OpenTelemetry. `status` is the method of a client."""
    if not settings.telemetry:
        return None
    try:
        api = _Api()
    except ImportError:
        return None
    telemetry = Telemetry(api, settings.spans)
    if settings.mode != "remote":
        api.instruments.followed.append(weakref.WeakMethod(status))
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
        self.followed: List[weakref.WeakMethod[Callable[[], Status]]] = []
        self.renders: Any = meter.create_counter(names.RENDERS, "{render}", "Renders by source and outcome.")
        self.duration: Any = meter.create_histogram(names.DURATION, "s", "How long renders took.")
        meter.create_observable_gauge(
            names.CLIENT_STATE, [self._states], "{client}", "Clients that hold prompts, by the state they are in."
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

    def has_series(self, slug: str) -> bool:
        named = self._prompts_named
        if slug in named:
            return True
        if len(named) >= _MOST_PROMPTS:
            return False
        named.add(slug)
        return True

    def _open(self) -> List[Status]:
        alive = [method for method in self.followed if method() is not None]
        self.followed[:] = alive
        found = [method() for method in alive]
        statuses = [status() for status in found if status is not None]
        return [status for status in statuses if status.state != "closed"]

    def _states(self, _: Any) -> Iterator[Any]:
        counts: Dict[str, int] = {}
        for status in self._open():
            counts[status.state] = counts.get(status.state, 0) + 1
        for state, count in counts.items():
            yield self._observation(count, {names.STATE: state})

    def _staleness(self, _: Any) -> Iterator[Any]:
        ages = [status.age for status in self._open() if status.age is not None]
        if ages:
            yield self._observation(max(ages))

    def _prompts(self, _: Any) -> Iterator[Any]:
        yield self._observation(sum([status.prompts for status in self._open()]))

    def _repairs(self, _: Any) -> Iterator[Any]:
        yield self._observation(sum([status.repairs for status in self._open()]))


_instruments: Optional[_Instruments] = None


def _instruments_of(metrics: Any) -> _Instruments:
    global _instruments
    if _instruments is None:
        _instruments = _Instruments(metrics)
    return _instruments


class Telemetry:
    """Of one client."""

    def __init__(self, api: _Api, has_spans: bool) -> None:
        self._api = api
        self._has_spans = has_spans

    def begin(self) -> Observed:
        """A render begins; it ends with `rendered` or `failed`, in the same thread or task."""
        return Observed(self._api, self._has_spans)


class Observed:
    """One render."""

    __slots__ = ("_api", "_around", "_own", "_token", "_began_at")

    def __init__(self, api: _Api, has_span: bool) -> None:
        self._api = api
        self._around: Any = api.trace.get_current_span()
        self._own: Any = None
        if has_span:
            self._own = api.tracer.start_span(names.SPAN)
            # What is done for the render, such as a request, belongs to it.
            self._token: Any = api.context.attach(api.trace.set_span_in_context(self._own))
        self._began_at = time.perf_counter()

    def rendered(self, result: RenderResult) -> None:
        spans = [span for span in (self._around, self._own) if span is not None and span.is_recording()]
        if spans:
            attributes = result.attributes
            for span in spans:
                span.set_attributes(attributes)
        labels: Dict[str, Union[str, bool, int]] = {names.SOURCE: result.source}
        if self._api.instruments.has_series(result.slug):
            labels[names.PROMPT_NAME] = result.slug
        self._end("ok", labels)

    def failed(self, error: BaseException) -> None:
        if self._own is not None:
            self._own.record_exception(error)
            self._own.set_status(self._api.trace.StatusCode.ERROR, type(error).__name__)
        self._end(next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), "error"), {})

    def _end(self, outcome: str, labels: Dict[str, Union[str, bool, int]]) -> None:
        instruments = self._api.instruments
        seconds = time.perf_counter() - self._began_at
        labels[names.OUTCOME] = outcome
        instruments.renders.add(1, labels)
        instruments.duration.record(seconds, labels)
        if self._own is not None:
            self._api.context.detach(self._token)
            self._own.end()
