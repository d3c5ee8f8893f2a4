"""Carries out the requests of both clients: the whole of an answer within its time, and no more of it than fits.

The user's own `httpx` client is used as it is, and only in the place that it was given in: its connections cannot be begun anew
here, and in another process or event loop they are somebody else's.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import Any, AsyncGenerator, Callable, Dict, Generator, Iterator, List, Mapping, Optional, Tuple, Type, Union

import httpcore
import httpx

from ._environment import Way, way_to
from ._network import BoundedNetwork, Deadline
from ._patience import in_time
from ._process import never_free
from ._text import without_token
from ._transport import LARGEST_BODY, Answer, Failure, Outcome, Send
from .errors import UnreachableError, UsageError

# As httpx has them.
_POOL: Dict[str, Any] = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 5.0}
# Of automatic conversion to gzip and zlib.
_ANY_WINDOW = 47
_OF_ANOTHER_PROCESS = (
    "the http_client was made before a fork and would share its connections with the parent process:"
    " make it, and the px0 client, in the forked process"
)
_OF_ANOTHER_LOOP = "the http_client is in use in another event loop: make one, and a px0 client, in each"


class BlockingHttp:
    """Of `Px0`. Raises UsageError for an environment by which the host cannot be reached; it plays no part with a client given."""

    def __init__(self, host: str, given: Optional[httpx.Client], way: Optional[Way] = None) -> None:
        self._given = given
        self.way = Way(None, None) if given is not None else way or way_to(host)
        self._is_foreign = False
        self._make()

    def require_usable(self) -> None:
        """Raises UsageError for a given client in a process that it does not belong to."""
        if self._given is not None and self._is_foreign:
            raise UsageError(_OF_ANOTHER_PROCESS)

    def send(self, step: Send) -> Outcome:
        if self._given is None:
            return _sent(self._http, step, is_given=False)
        # Its time limits are those of each read; the caller goes on when the time is over, whatever the read does.
        return _in_time(step, lambda: _sent(self._http, step, is_given=True))

    def begin_anew(self) -> None:
        """In a forked process: with connections of its own."""
        self._is_foreign = True
        if self._given is None:
            self._network.let_go()
            never_free(self._http)
            self._make()

    def close(self) -> None:
        if self._given is None:
            # First: who waits for a socket that is closed is not woken, and may wait for the next one with its number.
            self._network.interrupt()
            self._http.close()

    def _make(self) -> None:
        self._network = BoundedNetwork()
        if self._given is not None:
            self._http = self._given
            return
        pool = httpcore.ConnectionPool(
            ssl_context=self.way.ssl_context, proxy=self.way.proxy, network_backend=self._network, **_POOL
        )
        self._http = httpx.Client(transport=_Transport(pool), trust_env=False)


class AsyncHttpMaker:
    """Of `AsyncPx0`: gives one `AsyncHttp` for each event loop. Raises UsageError as `BlockingHttp` does."""

    def __init__(self, host: str, given: Optional[httpx.AsyncClient]) -> None:
        self._given = given
        self.way = Way(None, None) if given is not None else way_to(host)
        self._is_foreign = False
        self._was_used = False

    def __call__(self) -> AsyncHttp:
        """Raises UsageError for a given client in a process or event loop that it does not belong to."""
        if self._given is not None and self._is_foreign:
            raise UsageError(_OF_ANOTHER_PROCESS)
        if self._given is not None and self._was_used:
            raise UsageError(_OF_ANOTHER_LOOP)
        self._was_used = True
        return AsyncHttp(self._given, self.way)

    def begin_anew(self) -> None:
        """In a forked process."""
        self._is_foreign = True


class AsyncHttp:
    """Of `AsyncPx0`, in one event loop."""

    def __init__(self, given: Optional[httpx.AsyncClient], way: Way) -> None:
        self._is_given = given is not None
        if given is not None:
            self._http = given
            return
        pool = httpcore.AsyncConnectionPool(ssl_context=way.ssl_context, proxy=way.proxy, **_POOL)
        self._http = httpx.AsyncClient(transport=_AsyncTransport(pool), trust_env=False)

    async def send(self, step: Send) -> Outcome:
        try:
            return await asyncio.wait_for(_exchange_async(self._http, step), step.limit)
        except asyncio.TimeoutError:
            return _timed_out(step)
        except Exception as error:
            return _failed(step, error, self._is_given)

    async def close(self) -> None:
        if not self._is_given:
            await self._http.aclose()


class _Transport(httpx.HTTPTransport):
    """httpx's own, so that what observes it observes px0, too; with a pool that it does not know how to make."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool


class _AsyncTransport(httpx.AsyncHTTPTransport):
    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool


# Of a request for frames: how long connecting may take. Whether something arrives in time is judged by who reads.
_CONNECT_LIMIT = 10.0
_READ_LIMIT = 86_400.0
# A given client cannot be interrupted; a quiet connection of it is left to this.
_GIVEN_READ_LIMIT = 60.0
_LARGEST_REFUSAL = 65_536
_LARGEST_PIECE = 256 * 1024

# Status, headers, and either the body of a refusal or, once a head has come, a piece of the body of frames.
Arrived = Tuple[int, Mapping[str, str], bytes, bool]


class BlockingFrames:
    """One request for frames, through connections of its own, which another thread may end."""

    def __init__(self, way: Way, given: Optional[httpx.Client]) -> None:
        self._given = given
        self._network = BoundedNetwork()
        self._http = given or self._made(way)

    def read(self, url: str, headers: Dict[str, str]) -> Generator[Arrived, None, None]:
        """Raises whatever ends it."""
        timeout = httpx.Timeout(_CONNECT_LIMIT, read=_READ_LIMIT if self._given is None else _GIVEN_READ_LIMIT)
        with self._http.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=False) as response:
            if response.status_code != 200:
                yield response.status_code, response.headers, _refusal_of(response), False
                return
            yield response.status_code, response.headers, b"", False
            pieces = _Pieces(response.headers)
            chunks = [response.content] if response.is_stream_consumed else response.iter_raw()
            for chunk in chunks:
                for piece in pieces.of(chunk):
                    yield response.status_code, response.headers, piece, True

    def stop(self) -> None:
        """Ends it from another thread."""
        self._network.interrupt()

    def close(self) -> None:
        if self._given is None:
            self._http.close()

    def let_go(self) -> None:
        """In a forked process: without a word to the other side."""
        self._network.let_go()
        never_free(self._http)

    def _made(self, way: Way) -> httpx.Client:
        pool = httpcore.ConnectionPool(
            ssl_context=way.ssl_context, proxy=way.proxy, network_backend=self._network, **_POOL
        )
        return httpx.Client(transport=_Transport(pool), trust_env=False)


class AsyncFrames:
    """Requests for frames in one event loop, through connections of their own."""

    def __init__(self, way: Way, given: Optional[httpx.AsyncClient]) -> None:
        self._given = given
        self._way = way

    async def read(self, url: str, headers: Dict[str, str]) -> AsyncGenerator[Arrived, None]:
        """Raises whatever ends it."""
        timeout = httpx.Timeout(_CONNECT_LIMIT, read=_READ_LIMIT)
        http = self._given or self._made()
        try:
            async with http.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=False) as response:
                if response.status_code != 200:
                    yield response.status_code, response.headers, await _refusal_of_async(response), False
                    return
                yield response.status_code, response.headers, b"", False
                pieces = _Pieces(response.headers)
                if response.is_stream_consumed:
                    for piece in pieces.of(response.content):
                        yield response.status_code, response.headers, piece, True
                    return
                async for chunk in response.aiter_raw():
                    for piece in pieces.of(chunk):
                        yield response.status_code, response.headers, piece, True
        finally:
            if self._given is None:
                await http.aclose()

    def _made(self) -> httpx.AsyncClient:
        pool = httpcore.AsyncConnectionPool(ssl_context=self._way.ssl_context, proxy=self._way.proxy, **_POOL)
        return httpx.AsyncClient(transport=_AsyncTransport(pool), trust_env=False)


class _Pieces:
    """Unpacks a body as it comes: each piece at once, and never much of it at a time."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        coding = headers.get("content-encoding", "identity").strip().lower()
        self._decoder = zlib.decompressobj(_ANY_WINDOW) if coding in ("gzip", "x-gzip", "deflate") else None
        if self._decoder is None and coding not in ("", "identity"):
            raise httpx.DecodingError("the response has an encoding that was not requested")

    def of(self, chunk: bytes) -> Iterator[bytes]:
        """Raises httpx.DecodingError."""
        if self._decoder is None:
            yield chunk
            return
        while chunk and not self._decoder.eof:
            try:
                piece = self._decoder.decompress(chunk, _LARGEST_PIECE)
            except zlib.error as error:
                raise httpx.DecodingError(f"the response cannot be decoded: {error}") from error
            chunk = self._decoder.unconsumed_tail
            if piece:
                yield piece


def _refusal_of(response: httpx.Response) -> bytes:
    """As much of a body as a refusal of px0 may have."""
    if response.is_stream_consumed:
        return response.content[:_LARGEST_REFUSAL]
    pieces, body = _Pieces(response.headers), b""
    for chunk in response.iter_raw():
        body += b"".join(pieces.of(chunk))
        if len(body) >= _LARGEST_REFUSAL:
            break
    return body[:_LARGEST_REFUSAL]


async def _refusal_of_async(response: httpx.Response) -> bytes:
    if response.is_stream_consumed:
        return response.content[:_LARGEST_REFUSAL]
    pieces, body = _Pieces(response.headers), b""
    async for chunk in response.aiter_raw():
        body += b"".join(pieces.of(chunk))
        if len(body) >= _LARGEST_REFUSAL:
            break
    return body[:_LARGEST_REFUSAL]


def check_given(
    http_client: Union[httpx.Client, httpx.AsyncClient, None],
    kind: Union[Type[httpx.Client], Type[httpx.AsyncClient]],
) -> None:
    """Raises UsageError for a client that could not send a single request."""
    if http_client is None:
        return
    if not isinstance(http_client, kind):
        raise UsageError(f"http_client must be an httpx.{kind.__name__}")
    if http_client.is_closed:
        raise UsageError("the http_client is closed")
    if isinstance(http_client.auth, (httpx.BasicAuth, httpx.DigestAuth)):
        raise UsageError("the http_client must not have an auth: it would replace the access token")
    for name, value in http_client.headers.raw:
        if value != value.strip() or any(character in value for character in b"\r\n\0"):
            raise UsageError(f"the http_client must not have blanks or line breaks around its header {name.decode()!r}")


class _Body:
    """Gathers the body of an answer; `accepts` ends with it, when it has become too large."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        coding = headers.get("content-encoding", "identity").strip().lower()
        self._decoder = zlib.decompressobj(_ANY_WINDOW) if coding in ("gzip", "x-gzip", "deflate") else None
        self._is_readable = self._decoder is not None or coding in ("", "identity")
        self._chunks: List[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        """Raises httpx.DecodingError for a body that is too large, or packed in a way that was not asked for."""
        if not self._is_readable:
            raise httpx.DecodingError("the response has an encoding that was not requested")
        if self._decoder is not None:
            try:
                # A small body may unpack to a very large one.
                chunk = self._decoder.decompress(chunk, LARGEST_BODY + 1)
            except zlib.error as error:
                raise httpx.DecodingError(f"the response cannot be decoded: {error}") from error
        self._size += len(chunk)
        if self._size > LARGEST_BODY:
            raise httpx.DecodingError(f"the response is larger than {LARGEST_BODY >> 20} MiB")
        self._chunks.append(chunk)

    def whole(self) -> bytes:
        return b"".join(self._chunks)


def _exchange(http: httpx.Client, step: Send) -> Outcome:
    deadline = Deadline(step.limit)
    with http.stream(**_request(step), extensions={"timeout": deadline}) as response:
        # A hook of a given client may have read it.
        if response.is_stream_consumed:
            return Answer(response.status_code, response.headers, response.content)
        body = _Body(response.headers)
        for chunk in response.iter_raw():
            body.add(chunk)
            if deadline.is_over:
                return _timed_out(step)
        return Answer(response.status_code, response.headers, body.whole())


async def _exchange_async(http: httpx.AsyncClient, step: Send) -> Outcome:
    async with http.stream(**_request(step), timeout=step.limit) as response:
        if response.is_stream_consumed:
            return Answer(response.status_code, response.headers, response.content)
        body = _Body(response.headers)
        async for chunk in response.aiter_raw():
            body.add(chunk)
        return Answer(response.status_code, response.headers, body.whole())


def _request(step: Send) -> Dict[str, Any]:
    return {
        "method": step.method,
        "url": step.url,
        "headers": step.headers,
        "content": step.body,
        "follow_redirects": False,
    }


def _sent(http: httpx.Client, step: Send, *, is_given: bool) -> Outcome:
    try:
        return _exchange(http, step)
    except Exception as error:
        return _failed(step, error, is_given)


def _in_time(step: Send, send: Callable[[], Outcome]) -> Outcome:
    """What `send` gives, or that the time is over."""
    ended = in_time(step.limit, send)
    return _timed_out(step) if ended is None else ended()


def _failed(step: Send, error: Exception, is_given: bool) -> Outcome:
    """What an exception means that a request has ended with: px0 is away, or a given client cannot send."""
    if isinstance(error, httpx.TimeoutException):
        return _timed_out(step)
    cannot_send = isinstance(error, (httpx.LocalProtocolError, httpx.UnsupportedProtocol))
    if is_given and (cannot_send or not isinstance(error, httpx.HTTPError)):
        # Neither its text nor itself as the cause: it may hold the value of a header.
        return Failure(UsageError(f"the http_client cannot send a request: {type(error).__name__}"))
    token = step.headers.get("authorization", "").partition(" ")[2]
    text = str(error) or type(error).__name__
    if isinstance(error, httpx.ProxyError) and text[:3].isdecimal():
        # The rest is the proxy's, which may repeat its password.
        text = f"the proxy answered {text[:3]}"
    failure = UnreachableError(
        f"{_origin(step)} cannot be reached: {without_token(token, text)}",
        status=error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None,
    )
    if isinstance(error, httpx.NetworkError):
        # Its text is the system's; that of another may repeat what was sent or received.
        failure.__cause__ = error
    return Failure(failure)


def _timed_out(step: Send) -> Failure:
    return Failure(UnreachableError(f"{_origin(step)} has not answered within {step.limit:.3g} s"))


def _origin(step: Send) -> str:
    url = httpx.URL(step.url)
    return f"px0 at {url.scheme}://{url.netloc.decode()}"
