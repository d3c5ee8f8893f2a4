"""The two clients: `Px0` blocks, `AsyncPx0` awaits. What they decide is the same engine; here is only how it is carried out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from types import TracebackType
from typing import Any, Callable, Dict, Mapping, NoReturn, Optional, Type, Union

import httpx

from ._background import Background
from ._engine import Engine
from ._fallbacks import Fallback
from ._http import AsyncHttp, AsyncHttpMaker, BlockingHttp, check_given
from ._options import CacheOptions, settings_of
from ._process import Home, never_free
from ._transport import Flow, Outcome, Send, Step, T
from .errors import Px0Error, UsageError
from .result import RenderResult


# Whatever a call may take, a program that ends does not wait for longer.
_LONGEST_CLOSE = 10.0


def _patience(timeout: float) -> float:
    return min(timeout, _LONGEST_CLOSE)


class _Unique:
    """Has connections, threads and locks, of which there is no copy."""

    def __reduce_ex__(self, _: Any) -> NoReturn:
        name = type(self).__name__
        raise UsageError(f"a {name} cannot be copied or sent to another process: create one there, with the same settings")


class Px0(_Unique):
    """Renders prompts, and keeps working while px0 is unreachable. Create one when the application starts; it serves any number of threads.

    After a fork it goes on in both processes: the child begins with connections of its own and with the templates that were kept.
    A given `http_client` cannot be begun anew; with one, make the client in the forked process, or calls raise UsageError there.

    `host` and `access_token` are PX0_HOST and PX0_ACCESS_TOKEN unless given. `timeout` bounds a whole call with its `retries`,
    `attempt_timeout` one request, in seconds. `cache` says what is kept for an outage (False: nothing), `snapshot_file` where it
    survives a restart, `fallbacks` what is rendered when nothing else is there, by slug. `on_warning` gets what is wrong but
    stops nothing; it is logged unless given. A given `http_client` is used for all requests and not closed.

    Raises UsageError for settings, and variables of the environment, with which it cannot work.
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
        check_given(http_client, httpx.Client)
        self._http = BlockingHttp(settings.host, http_client)
        self._engine = Engine(settings, self._spawn)
        self._closed = threading.Event()
        self._home = Home(self._begin_anew)

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
        with_transcript: bool = False,
        **more_variables: Any,
    ) -> RenderResult:
        """The text or the messages of a prompt's live version, or of the one named by `version` or `tag`.

        Variables are given as a mapping, as keywords, or both. `fallback` wins over the client's; `missing_key` is what an
        absent key does, as Go's option of that name: `error` unless given, in a fallback `default`. `with_transcript` makes
        the text of a chat the one that px0 makes of all of its messages, which costs a second run of their templates.

        Raises UsageError for a call that cannot work, RefusedError when px0 refuses (NotFoundError when there is no such prompt
        or version), UnreachableError when px0 is away and there is nothing to fall back on, TemplateError when the fallback fails.
        """
        self._home.check()
        _require_open(self._closed.is_set())
        self._http.require_usable()
        call = self._engine.call(
            slug, variables, more_variables, version, tag, fallback, missing_key, team_id, with_transcript
        )
        return self._run(self._engine.render(call))

    def close(self) -> None:
        """Waits for what goes on in the background, some seconds at most, writes the snapshot and closes the connections."""
        self._home.check()
        self._closed.set()
        self._background.close(_patience(self._settings.timeout))
        self._engine.flush()
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

    def _begin_anew(self) -> None:
        was_closed = self._closed.is_set()
        self._closed = threading.Event()
        if was_closed:
            self._closed.set()
        self._background = Background(self._settings.on_warning)
        self._engine.begin_anew()
        self._http.begin_anew()

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
            return self._http.send(step)
        self._closed.wait(step.seconds)
        return None


class _Place:
    """What a client has in one event loop, and can be used nowhere else: connections, and tasks by name."""

    def __init__(self, http: AsyncHttp) -> None:
        self.http = http
        self.tasks: Dict[str, asyncio.Task[None]] = {}

    async def close(self, patience: float) -> None:
        now = asyncio.get_running_loop().time
        until = now() + patience
        # What ends may have begun something else.
        while self.tasks and now() < until:
            await asyncio.wait(self.tasks.values(), timeout=until - now())
        late = list(self.tasks.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self.http.close()


class AsyncPx0(_Unique):
    """The same as `Px0` for asyncio: `await render(...)`, `await aclose()`, `async with`.

    It may be made anywhere and be used in several event loops, at once or one after the other, and after a fork: in each it has
    connections of its own. A given `http_client` is used in one event loop of one process; calls elsewhere raise UsageError.
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
        check_given(http_client, httpx.AsyncClient)
        self._make_http = AsyncHttpMaker(self._settings.host, http_client)
        self._engine = Engine(self._settings, self._spawn)
        self._places: Dict[asyncio.AbstractEventLoop, _Place] = {}
        self._arriving = threading.Lock()
        self._is_closed = False
        self._home = Home(self._begin_anew)

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
        with_transcript: bool = False,
        **more_variables: Any,
    ) -> RenderResult:
        """As `Px0.render`. When the task is cancelled, so is the request."""
        self._home.check()
        _require_open(self._is_closed)
        place = self._place()
        call = self._engine.call(
            slug, variables, more_variables, version, tag, fallback, missing_key, team_id, with_transcript
        )
        return await self._run(place, self._engine.render(call))

    async def aclose(self) -> None:
        """Waits for what goes on in the background, some seconds at most, writes the snapshot and closes the connections."""
        self._home.check()
        self._is_closed = True
        patience = _patience(self._settings.timeout)
        here = asyncio.get_running_loop()
        places, self._places = self._places, {}
        for loop, place in places.items():
            if loop is not here and loop.is_running():
                # It has to be closed where it is; this loop cannot wait for that one.
                asyncio.run_coroutine_threadsafe(place.close(patience), loop)
        if here in places:
            await places[here].close(patience)
        await here.run_in_executor(None, self._engine.flush)

    async def __aenter__(self) -> AsyncPx0:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.aclose()

    def _begin_anew(self) -> None:
        # The parent's connections stay as they are: to close one in an inherited loop would reach into the parent's.
        never_free(self._places)
        self._places = {}
        self._arriving = threading.Lock()
        self._engine.begin_anew()
        self._make_http.begin_anew()

    def _place(self) -> _Place:
        """What belongs to the running loop. Raises UsageError when that is none, or one that a given client cannot be used in."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if loop is None:
            raise UsageError("an AsyncPx0 needs a running asyncio event loop")
        place = self._places.get(loop)
        if place is not None:
            return place
        with self._arriving:
            for other in [other for other in self._places if other.is_closed()]:
                del self._places[other]
            self._places[loop] = _Place(self._make_http())
            return self._places[loop]

    def _spawn(self, what: str, flow: Callable[[], Flow[Any]]) -> None:
        if self._is_closed:
            return
        place = self._place()
        if what in place.tasks:
            return
        task = asyncio.get_running_loop().create_task(self._in_background(place, what, flow))
        place.tasks[what] = task
        task.add_done_callback(lambda _: place.tasks.pop(what, None))

    async def _in_background(self, place: _Place, what: str, flow: Callable[[], Flow[Any]]) -> None:
        try:
            await self._run(place, flow())
        except Px0Error:
            pass  # It has been dealt with where it was noticed.
        except Exception as error:  # a task in the background has nobody to raise to
            self._settings.on_warning(f"background work failed ({what}): {error!r}")

    async def _run(self, place: _Place, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                step = flow.send(await self._perform(place, step))
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    async def _perform(self, place: _Place, step: Step) -> Outcome:
        if isinstance(step, Send):
            return await place.http.send(step)
        await asyncio.sleep(step.seconds)
        return None


def _require_open(is_closed: bool) -> None:
    if is_closed:
        raise UsageError("the client is closed")
