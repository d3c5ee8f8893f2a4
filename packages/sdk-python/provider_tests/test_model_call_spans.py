"""The span that a public library makes of a model's call names the prompt and its version, streaming or not."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Iterator, List

import pytest
from openai import OpenAI

from px0 import Px0, Px0SpanProcessor

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
PlayedDelivery = importlib.import_module("played_delivery").PlayedDelivery

sdk_trace = pytest.importorskip("opentelemetry.sdk.trace")

from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

# OpenTelemetry's own, and another one whose spans have attributes of their own.
LIBRARIES = {
    "opentelemetry": ("opentelemetry.instrumentation.openai_v2", "chat m"),
    "openinference": ("openinference.instrumentation.openai", "ChatCompletion"),
}
CHUNK = {"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk"}
ANSWER = {
    "id": "c",
    "created": 1,
    "model": "m",
    "object": "chat.completion",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


class Handler(BaseHTTPRequestHandler):
    """Completes every chat, in one piece or word by word."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind, body = "application/json", json.dumps(ANSWER)
        if asked.get("stream"):
            deltas: List[Any] = [({"role": "assistant", "content": word}, None) for word in ("Hel", "lo")] + [({}, "stop")]
            chunks = [
                {**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]} for delta, reason in deltas
            ]
            lines = [json.dumps(chunk) for chunk in chunks] + ["[DONE]"]
            kind, body = "text/event-stream", "".join([f"data: {line}\n\n" for line in lines])
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.002,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def px0() -> Iterator[Px0]:
    played = PlayedDelivery()
    with Px0(played.host, "ak_test", mode="stream", retries=0, init_timeout=60.0) as client:
        assert client.wait_ready(60)
        yield client
    played.stop()


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streaming"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_span_of_a_library_names_the_prompt(px0: Px0, url: str, library: str, streams: bool) -> None:
    module, name = LIBRARIES[library]
    instrumentor = pytest.importorskip(module).OpenAIInstrumentor()
    exporter = InMemorySpanExporter()
    provider = sdk_trace.TracerProvider()
    provider.add_span_processor(Px0SpanProcessor())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor.instrument(tracer_provider=provider)
    try:
        tracer = provider.get_tracer("application")
        with OpenAI(base_url=url, api_key="x", max_retries=0, timeout=60) as openai:
            with tracer.start_as_current_span("request"), tracer.start_as_current_span("chain"):
                result = px0.render("greeting", name="Ada")
                messages = [{"role": "user", "content": result.text}]
                answer: Any = openai.chat.completions.create(model="m", messages=messages, stream=streams)  # type: ignore[call-overload]
            # Read when the request has been dealt with.
            texts = [chunk.choices[0].delta.content or "" for chunk in answer] if streams else [answer.choices[0].message.content]
    finally:
        instrumentor.uninstrument()
    assert "".join(texts) == "Hello"
    spans = {span.name: dict(span.attributes or {}) for span in exporter.get_finished_spans()}
    assert list(spans) == ["chain", "request", name] if streams else [name, "chain", "request"]
    call = spans[name]
    assert (call["gen_ai.prompt.name"], call["gen_ai.prompt.version"]) == ("greeting", "1")
    assert {key: value for key, value in call.items() if key in result.attributes} == result.attributes
    # What the library says is still there.
    assert len(call) > len(result.attributes)
