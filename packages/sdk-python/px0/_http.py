"""Carries out the requests of both clients: the whole of an answer within its time, and no more of it than fits.

The user's own `httpx` client is used as it is, and only in the place that it was given in: its connections cannot be begun anew
here, and in another process or event loop they are somebody else's.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import Any, Callable, Dict, List, Mapping, Optional, Type, Union

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

    def __init__(self, host: str, given: Optional[httpx.Client]) -> None:
        self._given = given
        self._way = Way(None, None) if given is not None else way_to(host)
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
            self._http.close()

    def _make(self) -> None:
        self._network = BoundedNetwork()
        if self._given is not None:
            self._http = self._given
            return
        pool = httpcore.ConnectionPool(
            ssl_context=self._way.ssl_context, proxy=self._way.proxy, network_backend=self._network, **_POOL
        )
        self._http = httpx.Client(transport=_Transport(pool), trust_env=False)


class AsyncHttpMaker:
    """Of `AsyncPx0`: gives one `AsyncHttp` for each event loop. Raises UsageError as `BlockingHttp` does."""

    def __init__(self, host: str, given: Optional[httpx.AsyncClient]) -> None:
        self._given = given
        self._way = Way(None, None) if given is not None else way_to(host)
        self._is_foreign = False
        self._was_used = False

    def __call__(self) -> AsyncHttp:
        """Raises UsageError for a given client in a process or event loop that it does not belong to."""
        if self._given is not None and self._is_foreign:
            raise UsageError(_OF_ANOTHER_PROCESS)
        if self._given is not None and self._was_used:
            raise UsageError(_OF_ANOTHER_LOOP)
        self._was_used = True
        return AsyncHttp(self._given, self._way)

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
