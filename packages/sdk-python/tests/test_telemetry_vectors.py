"""Plays the cases of telemetry that the SDKs share: packages/delivery/test/vectors/telemetry.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

import pytest

import px0
from px0._telemetry import telemetry

sdk_trace = pytest.importorskip("opentelemetry.sdk.trace")

from opentelemetry import trace  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

FILE = Path(__file__).parents[3] / "packages" / "delivery" / "test" / "vectors" / "telemetry.json"
CASES: List[Dict[str, Any]] = json.loads(FILE.read_text("utf-8"))


def of_kind(member: str) -> Any:
    cases = [case for case in CASES if member in case]
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


@of_kind("render")
def test_results_have_the_attributes(case: Mapping[str, Any]) -> None:
    given = case["render"]
    age = given["age_ms"]
    result = px0.RenderResult(
        text="Hello",
        source=given["source"],
        slug=given["slug"],
        version=given["version"],
        tags=(),
        revision=given["revision"],
        age=None if age is None else age / 1000,
        stale=given["stale"],
        cause=None,
        prompt_id=given["prompt_id"],
    )
    assert result.attributes == case["attributes"]


@of_kind("error")
def test_errors_have_the_outcome(case: Mapping[str, Any]) -> None:
    status: Optional[int] = case.get("status")
    error = getattr(px0, case["error"])(*(["words"] if status is None else [status, "words"]))
    outcomes = [outcome for kinds, outcome in telemetry._OUTCOMES if isinstance(error, kinds)]
    assert (outcomes or ["error"])[0] == case["outcome"]


@of_kind("span")
def test_the_span_processor_copies(case: Mapping[str, Any]) -> None:
    exporter = InMemorySpanExporter()
    provider = sdk_trace.TracerProvider()
    provider.add_span_processor(px0.Px0SpanProcessor())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("vectors")
    parent = tracer.start_span("above", attributes=case["parent"], kind=trace.SpanKind.SERVER)
    span = case["span"]
    context = trace.set_span_in_context(parent)
    tracer.start_span(span["name"], context, trace.SpanKind[span["kind"].upper()], span["attributes"]).end()
    (ended,) = exporter.get_finished_spans()
    assert dict(ended.attributes or {}) == case["started"]
