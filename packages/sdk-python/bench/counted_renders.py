"""What it costs a render that px0 and OpenTelemetry are told of it: microseconds of processor time, and their ratio to a client that tells nobody.

    python bench/counted_renders.py
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Dict, List

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from played_delivery import PlayedDelivery, prompt_of

from px0 import Px0

SAMPLES = 41
RENDERS = 2_000
NOBODY = "nobody is told"
KINDS: Dict[str, Dict[str, Any]] = {
    NOBODY: {"usage": "off", "telemetry": False},
    "counts": {"usage": "counts", "telemetry": False},
    "full": {"usage": "full", "telemetry": False},
    "OpenTelemetry": {"usage": "off", "telemetry": True},
}


def main() -> None:
    played = PlayedDelivery()
    played.put(prompt_of("greeting", {1: "Hello {{.name}}, {{if .mood}}be {{.mood}}{{end}}"}, 1))
    clients = {kind: Px0(played.host, "ak_test", mode="stream", init_timeout=20.0, **more) for kind, more in KINDS.items()}
    for client in clients.values():
        assert client.wait_ready(20)
    is_traced = trace_everything()
    samples: Dict[str, List[float]] = {kind: [] for kind in KINDS}
    # One after the other, so that what else goes on hits all alike.
    for number in range(SAMPLES + 4):
        for kind, client in clients.items():
            began_at = time.thread_time()
            for _ in range(RENDERS):
                client.render("greeting", name="Ada", mood="glad")
            if number >= 4:
                samples[kind].append((time.thread_time() - began_at) / RENDERS * 1e6)
    for kind in KINDS:
        if kind == "OpenTelemetry" and not is_traced:
            continue
        ratios = [one / other for one, other in zip(samples[kind], samples[NOBODY])]
        median = statistics.median(samples[kind])
        print(json.dumps({"told": kind, "p50_us": round(median, 2), "ratio": round(statistics.median(ratios), 2)}))
    for client in clients.values():
        client.close()
    played.stop()


def trace_everything() -> bool:
    """With a span that is recorded, and metrics."""
    try:
        from opentelemetry import context, metrics, trace
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
    except ImportError:
        return False
    trace.set_tracer_provider(TracerProvider())
    metrics.set_meter_provider(MeterProvider([InMemoryMetricReader()]))
    context.attach(trace.set_span_in_context(trace.get_tracer("bench").start_span("request")))
    return True


if __name__ == "__main__":
    main()
