"""Connections of the blocking client, whose every step takes what is left of a request's time.

httpx and httpcore give their time limits to each connect, read and write of its own, so a server that sends a byte now and then,
or interim answers, holds a call for ever. They hand the limit through as they got it, though: a `Limit` knows its end.
A connection is of use in the process that made it, and is let go of elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
import threading
import time
import weakref
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Type, TypeVar

import httpcore

from ._process import never_free, this_process

T = TypeVar("T")

_SHORTEST = 0.001
# Of TLS.
_RECORD_SIZE = 16 * 1024


class Limit(float):
    """Seconds, and the moment at which they are over."""

    end: float

    def __new__(cls, end: float) -> Limit:
        limit = super().__new__(cls, max(_SHORTEST, end - time.monotonic()))
        limit.end = end
        return limit


class Deadline(Dict[str, float]):
    """The time limits of a request, as httpx asks for them by name: all end at the same moment."""

    def __init__(self, seconds: float) -> None:
        super().__init__(dict.fromkeys(("connect", "read", "write", "pool"), seconds))
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def get(self, key: str, default: Any = None) -> Limit:
        return Limit(self._end)


class BoundedNetwork(httpcore.NetworkBackend):
    """Makes connections, and knows those that it has made."""

    def __init__(self) -> None:
        self._streams: weakref.WeakSet[_SocketStream] = weakref.WeakSet()
        self._is_interrupted = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: Optional[float] = None,
        local_address: Optional[str] = None,
        socket_options: Optional[Iterable[httpcore.SOCKET_OPTION]] = None,
    ) -> httpcore.NetworkStream:
        addresses = _addresses(host, port, timeout)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for index, (family, kind, protocol, _, address) in enumerate(addresses):
            try:
                with _failing_as(httpcore.ConnectTimeout, httpcore.ConnectError):
                    left = _left(timeout, httpcore.ConnectTimeout)
                    # Each address gets its share: one that is silent must not use up the time of those behind it.
                    share = None if left is None else left / (len(addresses) - index)
                    return self._stream(_connected(family, kind, protocol, address, share), timeout)
            except (httpcore.ConnectTimeout, httpcore.ConnectError) as error:
                failure = error
        raise failure

    def interrupt(self) -> None:
        """Ends what goes on, in whatever thread: reads there come to an end, and nothing new begins."""
        self._is_interrupted = True
        for stream in list(self._streams):
            stream.interrupt()

    def let_go(self) -> None:
        """Closes what was inherited from the parent process, without a word to the other side: the parent goes on with it."""
        for stream in list(self._streams):
            never_free(stream)
            stream.let_go()

    def _stream(self, connected: socket.socket, timeout: Optional[float]) -> _SocketStream:
        stream = _SocketStream(connected, timeout, self._streams)
        if self._is_interrupted:
            stream.interrupt()
        return stream


class _SocketStream(httpcore.NetworkStream):
    def __init__(
        self, connected: socket.socket, timeout: Optional[float], siblings: weakref.WeakSet[_SocketStream]
    ) -> None:
        self._socket = connected
        # For steps that are given no limit: a handshake with a SOCKS proxy.
        self._limit = timeout
        self._siblings = siblings
        self._process = this_process()
        siblings.add(self)

    def read(self, max_bytes: int, timeout: Optional[float] = None) -> bytes:
        with _failing_as(httpcore.ReadTimeout, httpcore.ReadError):
            self._take(timeout, httpcore.ReadTimeout)
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: Optional[float] = None) -> None:
        with _failing_as(httpcore.WriteTimeout, httpcore.WriteError):
            rest = memoryview(buffer)
            while rest:
                self._take(timeout, httpcore.WriteTimeout)
                rest = rest[self._socket.send(rest) :]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: Optional[str] = None, timeout: Optional[float] = None
    ) -> httpcore.NetworkStream:
        try:
            if isinstance(self._socket, ssl.SSLSocket):
                return _TlsInTls(self, ssl_context, server_hostname, timeout)
            with _failing_as(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._take(timeout, httpcore.ConnectTimeout)
                encrypted = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
            return _SocketStream(encrypted, timeout, self._siblings)
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._socket
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        if info == "client_addr":
            return self._socket.getsockname()
        if info == "server_addr":
            return self._socket.getpeername()
        return _is_readable(self._socket) if info == "is_readable" else None

    def close(self) -> None:
        self._socket.close()

    def interrupt(self) -> None:
        with contextlib.suppress(OSError):
            # That of the plain socket: an encrypted one would be changed under who reads it.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def let_go(self) -> None:
        with contextlib.suppress(OSError):
            # Not by closing the socket: that would free the state of its encryption.
            descriptor = self._socket.detach()
            if descriptor >= 0:
                os.close(descriptor)

    def _take(self, timeout: Optional[float], too_late: Type[Exception]) -> None:
        if self._process != this_process():
            raise httpcore.ReadError("the connection belongs to the parent process")
        self._socket.settimeout(_left(self._limit if timeout is None else timeout, too_late))


class _TlsInTls(httpcore.NetworkStream):
    """Encryption to px0 inside of the encryption to a proxy."""

    def __init__(
        self,
        lower: _SocketStream,
        ssl_context: ssl.SSLContext,
        server_hostname: Optional[str],
        timeout: Optional[float],
    ) -> None:
        self._lower = lower
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._inner = ssl_context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        with _failing_as(httpcore.ConnectTimeout, httpcore.ConnectError):
            self._carry_out(self._inner.do_handshake, timeout)

    def read(self, max_bytes: int, timeout: Optional[float] = None) -> bytes:
        with _failing_as(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                return self._carry_out(lambda: self._inner.read(max_bytes), timeout)
            except ssl.SSLZeroReturnError:
                return b""

    def write(self, buffer: bytes, timeout: Optional[float] = None) -> None:
        with _failing_as(httpcore.WriteTimeout, httpcore.WriteError):
            while buffer:
                written = self._carry_out(lambda rest=buffer: self._inner.write(rest), timeout)  # type: ignore[misc]
                buffer = buffer[written:]

    def get_extra_info(self, info: str) -> Any:
        return self._inner if info == "ssl_object" else self._lower.get_extra_info(info)

    def close(self) -> None:
        self._lower.close()

    def _carry_out(self, step: Callable[[], T], timeout: Optional[float]) -> T:
        while True:
            wants_more = False
            try:
                result = step()
            except ssl.SSLWantReadError:
                wants_more = True
            self._lower.write(self._outgoing.read(), timeout)
            if not wants_more:
                return result
            received = self._lower.read(_RECORD_SIZE, timeout)
            if received:
                self._incoming.write(received)
            else:
                self._incoming.write_eof()


def _left(timeout: Optional[float], too_late: Type[Exception]) -> Optional[float]:
    """What is left of a limit now. Raises `too_late` when that is nothing."""
    if not isinstance(timeout, Limit):
        return timeout
    left = timeout.end - time.monotonic()
    if left <= 0:
        raise too_late("the time limit is over")
    return left


@contextlib.contextmanager
def _failing_as(too_late: Type[Exception], failed: Type[Exception]) -> Iterator[None]:
    try:
        yield
    except socket.timeout as error:
        raise too_late(str(error)) from error
    # A socket that was closed meanwhile is a ValueError where it is encrypted.
    except (OSError, ValueError) as error:
        raise failed(str(error)) from error


_Address = Tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


def _addresses(host: str, port: int, timeout: Optional[float]) -> List[_Address]:
    """Of a host, by the system's resolver, which knows no time limit: it is asked in a thread that may be left behind."""
    with contextlib.suppress(OSError):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    found: List[List[_Address]] = []
    failed: List[Exception] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            failed.append(error)

    try:
        thread = threading.Thread(target=look_up, name="px0 resolver", daemon=True)
        thread.start()
    except RuntimeError:
        # No threads are to be had, at the end of the program for instance.
        look_up()
    else:
        thread.join(_left(timeout, httpcore.ConnectTimeout))
    if found:
        return found[0]
    if failed:
        raise httpcore.ConnectError(str(failed[0])) from failed[0]
    raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time")


def _connected(
    family: socket.AddressFamily, kind: socket.SocketKind, protocol: int, address: Any, timeout: Optional[float]
) -> socket.socket:
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(timeout)
        connection.connect(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_readable(connection: socket.socket) -> bool:
    """Of a connection that waits for its next request, this means that the other side has closed it."""
    descriptor = connection.fileno()
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
