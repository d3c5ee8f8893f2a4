"""What OpenTelemetry is told, by its real SDK."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
from typing import Any, Dict, Iterator, List

import pytest
from conftest import eventually
from played_delivery import PlayedDelivery, prompt_of
from played_px0 import PlayedPx0
from processes import in_child, needs_fork

from px0 import AsyncPx0, InvalidRequestError, NotFoundError, Px0, Px0SpanProcessor

sdk_trace = pytest.importorskip("opentelemetry.sdk.trace")

from opentelemetry import metrics, trace  # noqa: E402
from opentelemetry.sdk.metrics import MeterProvider  # noqa: E402
from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

# A process has one of each, as an application does.
EXPORTER = InMemorySpanExporter()
READER = InMemoryMetricReader()
PROVIDER = sdk_trace.TracerProvider()
PROVIDER.add_span_processor(Px0SpanProcessor())
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))
TRACER = PROVIDER.get_tracer("application")


@pytest.fixture(scope="module", autouse=True)
def _providers() -> None:
    trace.set_tracer_provider(PROVIDER)
    metrics.set_meter_provider(MeterProvider([READER]))


@pytest.fixture(autouse=True)
def _no_spans() -> None:
    EXPORTER.clear()


@pytest.fixture
def delivering() -> Iterator[PlayedDelivery]:
    server = PlayedDelivery()
    yield server
    server.stop()


def following(delivering: PlayedDelivery, **options: Any) -> Px0:
    px0 = Px0(delivering.host, "ak_test", **{"mode": "stream", "retries": 0, "init_timeout": 20.0, **options})
    assert px0.wait_ready(20)
    return px0


def spans() -> Dict[str, Dict[str, Any]]:
    return {span.name: dict(span.attributes or {}) for span in EXPORTER.get_finished_spans()}


def test_a_render_is_told_to_the_current_span(delivering: PlayedDelivery) -> None:
    with following(delivering) as px0, TRACER.start_as_current_span("request"):
        result = px0.render("greeting", name="Ada")
    assert list(spans()) == ["request"]
    told = spans()["request"]
    assert told == result.attributes
    assert (told["gen_ai.prompt.name"], told["gen_ai.prompt.version"]) == ("greeting", "1")
    assert (told["px0.prompt.id"], told["px0.source"], told["px0.stale"]) == ("id of greeting", "stream", False)
    assert set(told) == {
        *("gen_ai.prompt.name", "gen_ai.prompt.version", "px0.prompt.id", "px0.source"),
        *("px0.revision", "px0.stale", "px0.age_ms"),
    }


def test_of_a_fallback_there_is_no_version(played: PlayedPx0, client: Any) -> None:
    played.stop()
    with TRACER.start_as_current_span("request"):
        client().render("greeting", fallback="Hi")
    told = spans()["request"]
    assert told == {"gen_ai.prompt.name": "greeting", "px0.source": "fallback", "px0.stale": True}


def test_no_span_names_a_prompt_with_the_version_of_another(
    delivering: PlayedDelivery, played: PlayedPx0, client: Any
) -> None:
    played.stop()
    with following(delivering) as px0, TRACER.start_as_current_span("request"):
        px0.render("greeting", name="Ada")
        client().render("other", fallback="Hi")
        with TRACER.start_as_current_span("call", attributes={"gen_ai.operation.name": "chat"}):
            pass
    told = {"gen_ai.prompt.name": "other", "px0.source": "fallback", "px0.stale": True, "px0.age_ms": 0}
    # An attribute cannot be taken back, but what is empty is taken over by nobody.
    unknown = {"gen_ai.prompt.version": "", "px0.prompt.id": "", "px0.revision": ""}
    assert spans()["request"] == {**told, **unknown}
    assert spans()["call"] == {**told, "gen_ai.operation.name": "chat"}


def test_a_render_that_fails_leaves_the_current_span_alone(delivering: PlayedDelivery) -> None:
    with following(delivering) as px0, TRACER.start_as_current_span("request"):
        with pytest.raises(NotFoundError):
            px0.render("gone")
    (request,) = EXPORTER.get_finished_spans()
    assert (dict(request.attributes), request.events) == ({}, ())
    assert request.status.status_code == trace.StatusCode.UNSET


def test_no_value_of_a_variable_is_told(delivering: PlayedDelivery) -> None:
    # Long enough that no random id of a trace or a span contains it by chance.
    number = 471147114711471
    delivering.put(prompt_of("greeting", {1: "{{index .list .secret}}"}, 1))
    with following(delivering, spans=True) as px0, TRACER.start_as_current_span("request"):
        px0.render("greeting", list={"a secret": "another secret"}, secret="a secret")
        for secret in (number, str(number), "a secret"):
            with pytest.raises(InvalidRequestError):
                px0.render("greeting", list=["another secret"], secret=secret)
    told = " ".join([span.to_json() for span in EXPORTER.get_finished_spans()]) + repr(points())
    assert "px0.render" in told and "secret" not in told and str(number) not in told


@pytest.mark.parametrize("kind", ["SERVER", "PRODUCER", "CONSUMER"])
def test_only_what_may_be_a_model_call_is_told(delivering: PlayedDelivery, kind: str) -> None:
    with following(delivering) as px0, TRACER.start_as_current_span("request"):
        px0.render("greeting", name="Ada")
        of_kind = {"kind": trace.SpanKind[kind]}
        TRACER.start_span("other", **of_kind).end()
        TRACER.start_span("call", **of_kind, attributes={"gen_ai.operation.name": "chat"}).end()
        # As a gateway of models may say.
        TRACER.start_span("both", attributes={"gen_ai.operation.name": "chat", "url.full": "http://localhost"}).end()
        TRACER.start_span("own", attributes={"gen_ai.prompt.version": "9", "gen_ai.prompt.name": "mine"}).end()
    assert spans()["other"] == {}
    assert [spans()[name]["gen_ai.prompt.name"] for name in ("call", "both", "own")] == ["greeting", "greeting", "mine"]
    assert spans()["own"]["gen_ai.prompt.version"] == "9"


def test_nothing_is_told_when_it_is_switched_off(delivering: PlayedDelivery) -> None:
    with following(delivering, telemetry=False, spans=True) as px0, TRACER.start_as_current_span("request"):
        px0.render("greeting", name="Ada")
    assert spans() == {"request": {}}


def test_a_render_has_a_span_of_its_own_if_it_shall(delivering: PlayedDelivery) -> None:
    with following(delivering, spans=True) as px0, TRACER.start_as_current_span("request"):
        px0.render("greeting", name="Ada")
        with pytest.raises(NotFoundError):
            px0.render("gone")
        assert trace.get_current_span().is_recording()
    good, bad, request = EXPORTER.get_finished_spans()
    assert (good.name, good.kind, good.parent.span_id) == ("px0.render", trace.SpanKind.INTERNAL, request.context.span_id)
    assert dict(good.attributes) == dict(request.attributes)
    assert (bad.status.status_code, bad.events) == (trace.StatusCode.ERROR, ())
    assert dict(bad.attributes) == {"gen_ai.prompt.name": "gone", "px0.outcome": "not_found"}


# How libraries start the spans of their calls: with attributes of the conventions, or of their own and those later.
STARTS = {
    "conventions": {"gen_ai.operation.name": "chat"},
    "openllmetry": {"llm.request.type": "chat"},
    "openinference": {"openinference.span.kind": "LLM"},
    "another": {},
}


@pytest.mark.parametrize("library", STARTS)
@pytest.mark.parametrize("streams", [False, True])
def test_the_span_of_the_model_call_has_the_version(delivering: PlayedDelivery, library: str, streams: bool) -> None:
    with following(delivering) as px0, TRACER.start_as_current_span("request"):
        px0.render("greeting", name="Ada")
        with TRACER.start_as_current_span("chain"):
            call = TRACER.start_span("call", kind=trace.SpanKind.CLIENT, attributes=STARTS[library])
            with TRACER.start_as_current_span("GET", attributes={"http.request.method": "GET"}):
                pass
            if not streams:
                call.end()
    if streams:
        # Read to its end long after the request has been dealt with.
        call.end()
    assert spans()["call"] == {**spans()["request"], **STARTS[library]}
    assert spans()["GET"] == {"http.request.method": "GET"}


def test_tasks_do_not_mix_their_prompts(delivering: PlayedDelivery) -> None:
    async def request(px0: AsyncPx0, version: int) -> None:
        with TRACER.start_as_current_span(f"request {version}"):
            await px0.render("greeting", {"name": "Ada"}, version=version)
            await asyncio.sleep(0)
            with TRACER.start_as_current_span(f"call {version}", attributes={"gen_ai.operation.name": "chat"}):
                await asyncio.sleep(0)

    async def run() -> None:
        async with AsyncPx0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0) as px0:
            assert await px0.ready(20)
            await asyncio.gather(*[request(px0, version) for version in (1, 7)])

    asyncio.run(run())
    told = spans()
    assert [told[f"call {version}"]["gen_ai.prompt.version"] for version in (1, 7)] == ["1", "7"]
    assert [told[f"call {version}"]["px0.source"] for version in (1, 7)] == ["stream", "live"]


def points() -> Dict[str, List[Any]]:
    """By metric: pairs of attributes and values."""
    found: Dict[str, List[Any]] = {}
    data = READER.get_metrics_data()
    for resource in data.resource_metrics if data is not None else []:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                found[metric.name] = [
                    (dict(point.attributes), getattr(point, "value", None), getattr(point, "count", None))
                    for point in metric.data.data_points
                ]
    return found


def count_of(name: str, attributes: Dict[str, Any]) -> int:
    return sum(value for told, value, _ in points().get(name, []) if told == attributes)


def test_metrics(delivering: PlayedDelivery) -> None:
    ok = {"px0.source": "stream", "px0.outcome": "ok", "gen_ai.prompt.name": "greeting"}
    before = count_of("px0.client.renders", ok)
    gone = count_of("px0.client.renders", {"px0.outcome": "not_found"})
    px0 = following(delivering)
    for _ in range(5):
        px0.render("greeting", name="Ada")
    with pytest.raises(NotFoundError):
        px0.render("gone")
    assert count_of("px0.client.renders", ok) == before + 5
    assert count_of("px0.client.renders", {"px0.outcome": "not_found"}) == gone + 1
    told = points()
    durations = [(attributes, count) for attributes, _, count in told["px0.client.render.duration"]]
    assert any(attributes == {"px0.source": "stream", "px0.outcome": "ok"} and count >= 5 for attributes, count in durations)
    states = {attributes["px0.state"]: value for attributes, value, _ in told["px0.client.state"]}
    assert states == {"initializing": 0, "ready": 1, "stale": 0, "offline": 0, "refused": 0}
    assert told["px0.client.prompts"] == [({}, 1, None)]
    repairs = told["px0.client.repairs"][0][1]
    assert told["px0.client.staleness"][0][1] >= 0
    px0._following.client.repairs += 2  # type: ignore[union-attr]
    assert points()["px0.client.repairs"] == [({}, repairs + 2, None)]
    px0.close()
    told = points()
    # Each state is told of all the time: what is not goes on showing its last value.
    assert {attributes["px0.state"]: value for attributes, value, _ in told["px0.client.state"]} == dict.fromkeys(states, 0)
    assert "px0.client.staleness" not in told and told["px0.client.prompts"] == [({}, 0, None)]
    del px0
    gc.collect()
    assert points()["px0.client.repairs"] == [({}, repairs + 2, None)]


def test_prompts_beyond_the_first_have_no_series_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from px0._telemetry import telemetry

    instruments = telemetry._instruments_of(metrics)
    monkeypatch.setattr(instruments, "_prompts_named", {f"prompt {number}" for number in range(200)})
    px0 = Px0.for_tests({"another": "Hi", "prompt 7": "Hi"})
    px0.render("another")
    px0.render("prompt 7")
    names = [attributes.get("gen_ai.prompt.name") for attributes, _, _ in points()["px0.client.renders"]]
    assert "prompt 7" in names and "another" not in names


@needs_fork
def test_a_fork_while_a_render_is_measured_leaves_no_lock_held(monkeypatch: pytest.MonkeyPatch) -> None:
    from px0._telemetry import telemetry

    class Slow:
        """As OpenTelemetry's: what measures holds a lock, here for longer."""

        def __init__(self) -> None:
            self.lock = threading.Lock()
            self.is_measuring = threading.Event()

        def record(self, *_: Any) -> None:
            with self.lock:
                self.is_measuring.set()
                time.sleep(0.05)

    slow = Slow()
    monkeypatch.setattr(telemetry._instruments_of(metrics), "duration", slow)
    px0 = Px0.for_tests({"greeting": "Hi"})
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            px0.render("greeting")

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        assert slow.is_measuring.wait(60)
        assert [in_child(lambda: px0.render("greeting").text) for _ in range(5)] == ["Hi"] * 5
    finally:
        over.set()
        thread.join()


def test_an_application_without_opentelemetry_misses_nothing(delivering: PlayedDelivery) -> None:
    program = """
import sys
from px0 import Px0, Px0SpanProcessor
Px0("http://localhost", "ak_test", telemetry=False).close()
print([name for name in sys.modules if name.startswith("opentelemetry")])
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
with Px0(sys.argv[1], "ak_test", mode="stream", retries=0, init_timeout=20.0, spans=True) as px0:
    result = px0.render("greeting", name="Ada")
    print(result.text, result.attributes["gen_ai.prompt.version"])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, delivering.host],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("[]\nHello Ada 1\n", 0), done.stderr


def test_a_client_that_is_gone_is_not_asked(delivering: PlayedDelivery) -> None:
    Px0.for_tests({"greeting": "Hi"}).close()
    gc.collect()
    eventually(lambda: not any(value for _, value, _ in points()["px0.client.state"]))
