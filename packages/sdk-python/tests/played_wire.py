"""A server below HTTP: what it does with a connection is set by the test, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Callable, List

# Does with a connection what it wants until it returns; `goes_on` is false once the test is over, and paces it.
Script = Callable[[socket.socket, Callable[[], bool]], None]


class PlayedWire:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._over = threading.Event()
        self._connections: List[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listening.getsockname()[1]
        self.host = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The client has gone, which is what the tests are about.
        with contextlib.suppress(OSError):
            self._script(connection, lambda: not self._over.wait(0.01))


def sending(*before: bytes, again: bytes, pace: bool = True) -> Script:
    """After a request `before`, and then `again` without end."""

    def script(connection: socket.socket, goes_on: Callable[[], bool]) -> None:
        connection.recv(65536)
        connection.sendall(b"".join(before))
        while not pace or goes_on():
            connection.sendall(again)

    return script


def silent(connection: socket.socket, goes_on: Callable[[], bool]) -> None:
    while goes_on():
        pass
