"""The two clients: `Px0` blocks, `AsyncPx0` awaits. What they decide is the same engine; here is only how it is carried out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from types import TracebackType
from typing import Any, Callable, Dict, Mapping, Optional, Type, Union

import httpx

from ._background import Background
from ._engine import Call, Engine
from ._fallbacks import Fallback
from ._options import CacheOptions, settings_of
from ._transport import Answer, Failure, Flow, Outcome, Send, Step, T
from .errors import Px0Error, UnreachableError, UsageError
from .result import RenderResult


class Px0:
    """Renders prompts, also while px0 is away. One client serves any number of threads; make it once, after a fork.

    `host` and `access_token` are PX0_HOST and PX0_ACCESS_TOKEN unless given. `timeout` bounds a whole call with its `retries`,
    `attempt_timeout` one request, in seconds. `cache` says what is kept for an outage (False: nothing), `snapshot_file` where it
    survives a restart, `fallbacks` what is rendered when nothing else is there, by slug. `on_warning` gets what is wrong but
    stops nothing; it is logged unless given. A given `http_client` is used for all requests and not closed.

    Raises UsageError for settings with which it cannot work.
    """

    def __init__(
        self,
        host: Optional[str] = None,
        access_token: Optional[str] = None,
        *,
        timeout: float = 5.0,
        attempt_timeout: float = 2.0,
        retries: int = 2,
        cache: Union[CacheOptions, bool] = True,
        snapshot_file: Union[str, "os.PathLike[str]", None] = None,
        fallbacks: Optional[Mapping[str, Fallback]] = None,
        team_id: Optional[str] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        settings = settings_of(
            host=host,
            access_token=access_token,
            timeout=timeout,
            attempt_timeout=attempt_timeout,
            retries=retries,
            cache=cache,
            snapshot_file=snapshot_file,
            fallbacks=fallbacks,
            team_id=team_id,
            on_warning=on_warning,
        )
        self._settings = settings
        self._background = Background(settings.on_warning)
        self._engine = Engine(settings, self._spawn)
        self._owns_http = http_client is None
        self._http = httpx.Client() if http_client is None else http_client
        self._closed = threading.Event()

    def render(
        self,
        slug: str,
        variables: Optional[Mapping[str, Any]] = None,
        *,
        version: Optional[int] = None,
        tag: Optional[str] = None,
        fallback: Optional[Fallback] = None,
        missing_key: Optional[str] = None,
        team_id: Optional[str] = None,
        **more_variables: Any,
    ) -> RenderResult:
        """The text of a prompt's live version, or of the one named by `version` or `tag`.

        Variables are given as a mapping, as keywords, or both. `fallback` wins over the client's; `missing_key` is what an
        absent key does, as Go's option of that name: `error` unless given, in a fallback `default`.

        Raises UsageError for a call that cannot work, RefusedError when px0 refuses (NotFoundError when there is no such prompt
        or version), UnreachableError when px0 is away and there is nothing to fall back on, TemplateError when the fallback fails.
        """
        _require_open(self._closed.is_set())
        call = _call(
            self._engine, slug, variables, more_variables, version, tag, fallback, missing_key, team_id
        )
        return self._run(self._engine.render(call))

    def close(self) -> None:
        """Waits for what goes on in the background, writes the snapshot and closes the connections."""
        self._closed.set()
        self._background.close(self._settings.timeout)
        self._engine.flush()
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Px0:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _spawn(self, what: str, flow: Callable[[], Flow[Any]]) -> None:
        def work() -> None:
            # A failure has been dealt with where it was noticed.
            with contextlib.suppress(Px0Error):
                self._run(flow())

        self._background.spawn(what, work)

    def _run(self, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                step = flow.send(self._perform(step))
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    def _perform(self, step: Step) -> Outcome:
        if isinstance(step, Send):
            return _send(self._http, step)
        self._closed.wait(step.seconds)
        return None


class AsyncPx0:
    """The same as `Px0` for asyncio: `await render(...)`, `await aclose()`, `async with`. One client serves one event loop."""

    def __init__(
        self,
        host: Optional[str] = None,
        access_token: Optional[str] = None,
        *,
        timeout: float = 5.0,
        attempt_timeout: float = 2.0,
        retries: int = 2,
        cache: Union[CacheOptions, bool] = True,
        snapshot_file: Union[str, "os.PathLike[str]", None] = None,
        fallbacks: Optional[Mapping[str, Fallback]] = None,
        team_id: Optional[str] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        http_client: Optional[httpx.AsyncClient] = None,
    ) -> None:
        self._settings = settings_of(
            host=host,
            access_token=access_token,
            timeout=timeout,
            attempt_timeout=attempt_timeout,
            retries=retries,
            cache=cache,
            snapshot_file=snapshot_file,
            fallbacks=fallbacks,
            team_id=team_id,
            on_warning=on_warning,
        )
        self._engine = Engine(self._settings, self._spawn)
        self._owns_http = http_client is None
        self._http = httpx.AsyncClient() if http_client is None else http_client
        self._tasks: Dict[str, "asyncio.Task[None]"] = {}
        self._is_closed = False

    async def render(
        self,
        slug: str,
        variables: Optional[Mapping[str, Any]] = None,
        *,
        version: Optional[int] = None,
        tag: Optional[str] = None,
        fallback: Optional[Fallback] = None,
        missing_key: Optional[str] = None,
        team_id: Optional[str] = None,
        **more_variables: Any,
    ) -> RenderResult:
        """As `Px0.render`. When the task is cancelled, so is the request."""
        _require_open(self._is_closed)
        call = _call(
            self._engine, slug, variables, more_variables, version, tag, fallback, missing_key, team_id
        )
        return await self._run(self._engine.render(call))

    async def aclose(self) -> None:
        """Waits for what goes on in the background, writes the snapshot and closes the connections."""
        self._is_closed = True
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, self._engine.flush)
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> AsyncPx0:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.aclose()

    def _spawn(self, what: str, flow: Callable[[], Flow[Any]]) -> None:
        if self._is_closed or what in self._tasks:
            return
        task = asyncio.get_running_loop().create_task(self._in_background(what, flow))
        self._tasks[what] = task
        task.add_done_callback(lambda _: self._tasks.pop(what, None))

    async def _in_background(self, what: str, flow: Callable[[], Flow[Any]]) -> None:
        try:
            await self._run(flow())
        except Px0Error:
            pass  # It has been dealt with where it was noticed.
        except Exception as error:  # a task in the background has nobody to raise to
            self._settings.on_warning(f"work in the background has failed ({what}): {error!r}")

    async def _run(self, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                step = flow.send(await self._perform(step))
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    async def _perform(self, step: Step) -> Outcome:
        if isinstance(step, Send):
            return await _send_async(self._http, step)
        await asyncio.sleep(step.seconds)
        return None


def _call(
    engine: Engine,
    slug: str,
    variables: Optional[Mapping[str, Any]],
    more_variables: Dict[str, Any],
    version: Optional[int],
    tag: Optional[str],
    fallback: Optional[Fallback],
    missing_key: Optional[str],
    team_id: Optional[str],
) -> Call:
    return engine.call(
        slug,
        {**(variables or {}), **more_variables},
        version=version,
        tag=tag,
        fallback=fallback,
        missing_key=missing_key,
        team_id=team_id,
    )


def _require_open(is_closed: bool) -> None:
    if is_closed:
        raise UsageError("the client is closed")


class _Deadline(Dict[str, float]):
    """httpx asks for its limit at each step of a request; each gets what is left of the whole."""

    def __init__(self, limit: float) -> None:
        super().__init__(dict.fromkeys(("connect", "read", "write", "pool"), limit))
        self._end = time.monotonic() + limit

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    def get(self, key: str, default: Any = None) -> float:
        return max(0.001, self.left)


def _send(http: httpx.Client, step: Send) -> Outcome:
    deadline = _Deadline(step.limit)
    try:
        with http.stream(
            step.method,
            step.url,
            headers=step.headers,
            content=step.body,
            follow_redirects=False,
            extensions={"timeout": deadline},
        ) as response:
            chunks = []
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                if deadline.left <= 0:
                    return _timed_out(step)
            return Answer(response.status_code, response.headers, b"".join(chunks))
    except httpx.TimeoutException:
        return _timed_out(step)
    except httpx.HTTPError as error:
        return _not_reached(step, error)


async def _send_async(http: httpx.AsyncClient, step: Send) -> Outcome:
    try:
        response = await asyncio.wait_for(
            http.request(
                step.method,
                step.url,
                headers=step.headers,
                content=step.body,
                follow_redirects=False,
                timeout=step.limit,
            ),
            step.limit,
        )
        return Answer(response.status_code, response.headers, response.content)
    except (httpx.TimeoutException, asyncio.TimeoutError):
        return _timed_out(step)
    except httpx.HTTPError as error:
        return _not_reached(step, error)


def _timed_out(step: Send) -> Failure:
    return Failure(UnreachableError(f"{_origin(step)} has not answered within {step.limit:.3g} s"))


def _not_reached(step: Send, error: Exception) -> Failure:
    failure = UnreachableError(f"{_origin(step)} cannot be reached: {error}")
    failure.__cause__ = error
    return Failure(failure)


def _origin(step: Send) -> str:
    url = httpx.URL(step.url)
    return f"px0 at {url.scheme}://{url.netloc.decode()}"
