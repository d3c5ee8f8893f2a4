"""A local server that stands for a provider."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

# The readers of the vectors.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))


class PlayedProvider:
    """Takes every request for a good one; `bodies` and `paths` are what has reached it."""

    def __init__(self) -> None:
        self.bodies: List[Any] = []
        self.paths: List[str] = []
        played = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                played.bodies.append(json.loads(body))
                played.paths.append(self.path)
                answer = b"{}"
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def received(self, send: Callable[..., Any], request: Dict[str, Any]) -> Any:
        """The body that reaches the provider when its package sends the request."""
        count = len(self.bodies)
        send(**request)
        assert len(self.bodies) == count + 1
        return self.bodies[-1]


@pytest.fixture
def provider() -> Iterator[PlayedProvider]:
    played = PlayedProvider()
    yield played
    played.stop()
