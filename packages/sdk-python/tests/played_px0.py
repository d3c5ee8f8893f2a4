"""A server that plays px0, well and badly: what it answers is set by the test."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, Iterable, List, Optional


USAGE = "/v1/delivery/usage"


class Reply:
    def __init__(
        self, status: int, body: Any = None, headers: Optional[Dict[str, str]] = None, delay: float = 0.0
    ) -> None:
        self.status = status
        self.text = body if isinstance(body, str) else json.dumps(body)
        self.headers = headers or {}
        self.delay = delay
        # Instead of the text: sent piece by piece, until the connection is closed.
        self.pieces: Optional[Iterable[bytes]] = None


def revision(sequence: int, epoch: int = 1700000000000) -> str:
    return base64.urlsafe_b64encode(f"1:{epoch}:{sequence}".encode()).decode().rstrip("=")


def refused(status: int, message: str, **headers: str) -> Reply:
    """As px0 itself refuses."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"error": message}, {"px0-revision": revision(1), **given})


class PlayedPx0:
    """One prompt, `greeting`, with versions; renders plain `{{.name}}` fields. `answer` may take a request over."""

    def __init__(self, tls: Optional[ssl.SSLContext] = None) -> None:
        self._tls = tls
        self.requests: List[Dict[str, Any]] = []
        self.templates = {1: "Hello {{.name}}"}
        self.live: Optional[int] = 1
        self.status = "live"
        self.sequence = 1
        self.answer: Callable[[Dict[str, Any]], Optional[Reply]] = lambda request: None
        self._port = 0
        self._connections: List[socket.socket] = []
        self._server: Optional[ThreadingHTTPServer] = None
        self.start()

    @property
    def host(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    def start(self) -> None:
        played = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two small packets, the second of which would wait for the first.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                self._reply()

            def do_GET(self) -> None:
                self._reply()

            do_PUT = do_PATCH = do_DELETE = do_POST

            def log_message(self, *_: Any) -> None:
                pass

            def _reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                request = {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": json.loads(body) if body else None,
                }
                played.requests.append(request)
                reply = played.answer(request) or played.usual(request)
                time.sleep(reply.delay)
                data = reply.text.encode()
                headers = {"content-type": "application/json", "content-length": str(len(data)), **reply.headers}
                if reply.pieces is not None:
                    del headers["content-length"]
                    headers["connection"] = "close"
                try:
                    self.send_response(reply.status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for piece in [data] if reply.pieces is None else reply.pieces:
                        self.wfile.write(piece)
                except OSError:
                    pass  # The client has gone.

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 100
            block_on_close = False

            def process_request(self, request: Any, client_address: Any) -> None:
                played._connections.append(request)
                super().process_request(request, client_address)

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        if self._tls is not None:
            # The handshake is left to the thread of the connection.
            listening = self._server.socket
            self._server.socket = self._tls.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        # Connections that are kept alive would go on being served.
        while self._connections:
            with contextlib.suppress(OSError):
                self._connections.pop().shutdown(socket.SHUT_RDWR)

    @property
    def renders(self) -> List[Dict[str, Any]]:
        return [request for request in self.requests if request["method"] == "POST" and request["path"] != USAGE]

    @property
    def fetches(self) -> List[Dict[str, Any]]:
        return [request for request in self.requests if request["method"] == "GET"]

    def usual(self, request: Dict[str, Any]) -> Reply:
        if request.get("path") == USAGE:
            return Reply(204, "")
        headers = {"px0-revision": revision(self.sequence)}
        number = self.live
        if number is None:
            return Reply(404, {"error": "no live version found for this prompt"}, headers)
        template = self.templates[number]
        if request["method"] == "GET":
            version = {"version": number, "template": template, "status": self.status, "tags": ["prod"]}
            return Reply(200, {"prompt": {"slug": "greeting"}, "version": version}, headers)
        text = template
        for name, value in request["body"]["variables"].items():
            text = text.replace("{{." + name + "}}", str(value))
        return Reply(200, {"rendered": text, "version": number, "slug": "greeting", "tags": ["prod"]}, headers)
