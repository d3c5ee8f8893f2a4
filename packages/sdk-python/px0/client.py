"""The two clients: `Px0` blocks, `AsyncPx0` awaits. What they decide is the same engine; here is only how it is carried out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from dataclasses import replace
from os import getpid
from types import TracebackType
from typing import Any, Callable, Dict, List, Mapping, NoReturn, Optional, Sequence, Type, TypeVar, Union

import httpx

from ._background import Background
from ._delivery.change_feed import ChangeListener
from ._delivery.delivery_client import DeliveryClient
from ._engine import Engine
from ._fallbacks import Fallback
from ._following import (
    AsyncFollowing,
    BlockingFollowing,
    Files,
    HeldPrompt,
    StateListener,
    Status,
    delivery_client,
    now_ms,
)
from ._for_tests import PromptForTests, PromptsForTests, settings_for_tests
from ._http import AsyncHttp, AsyncHttpMaker, BlockingHttp, check_given
from ._options import CacheOptions, Settings, duration, settings_of
from ._process import Home, never_free
from ._reference import delivered_slug
from ._state_file import Contents
from ._telemetry.telemetry import telemetry_of
from ._transport import AwaitRevision, AwaitState, Flow, Outcome, Send, Step, T
from ._usage.async_http import AsyncUsageHttp
from ._usage.usage import Usage
from .errors import Px0Error, UsageError
from .result import RenderResult


_NO_PROCESS = 0
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
    `attempt_timeout` one request, in seconds. `cache` says what is kept for an outage (False: nothing), `state_file` where it
    survives a restart (`snapshot_file` is its older name), `fallbacks` what is rendered when nothing else is there, by slug.
    `on_warning` gets what is wrong but stops nothing; it is logged unless given. A given `http_client` is used for all requests
    and not closed.

    `mode` says where texts are made: `remote` (PX0_MODE unless given, and the default) asks px0 for each; `stream` and `poll` hold
    every prompt that the key may render, or those of `slugs` and `team_id`, keep them as px0 has them, and render here without a
    request; `file` renders from a state file or a `bundle_file` signed by one of `bundle_keys`, without any network. The first
    renders wait `init_timeout` seconds for the prompts; what px0 has not confirmed for `max_stale` seconds is not rendered here.
    What cannot be rendered here is by px0, unless `remote_when_needed` is False.

    `usage` says what px0 is told of renders made here: `full`, `counts` (without the names of variables), or `off`. `service_name` is
    the name that px0 lists this application by: PX0_SERVICE, OTEL_SERVICE_NAME, or the `service.name` of OTEL_RESOURCE_ATTRIBUTES
    unless given. Where the application has OpenTelemetry, renders set attributes on the current span and there are metrics, unless
    `telemetry` is False; with `spans` each render has a span of its own.

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
        state_file: Union[str, "os.PathLike[str]", None] = None,
        snapshot_file: Union[str, "os.PathLike[str]", None] = None,
        fallbacks: Optional[Mapping[str, Fallback]] = None,
        team_id: Optional[str] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        mode: Optional[str] = None,
        slugs: Optional[Sequence[str]] = None,
        poll_interval: float = 30.0,
        init_timeout: float = 2.0,
        max_stale: Optional[float] = None,
        remote_when_needed: bool = True,
        bundle_file: Union[str, "os.PathLike[str]", None] = None,
        bundle_keys: Sequence[str] = (),
        usage: str = "full",
        service_name: Optional[str] = None,
        telemetry: bool = True,
        spans: bool = False,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        settings = settings_of(
            host=host,
            access_token=access_token,
            timeout=timeout,
            attempt_timeout=attempt_timeout,
            retries=retries,
            cache=cache,
            state_file=state_file,
            snapshot_file=snapshot_file,
            fallbacks=fallbacks,
            team_id=team_id,
            on_warning=on_warning,
            mode=mode,
            slugs=slugs,
            poll_interval=poll_interval,
            init_timeout=init_timeout,
            max_stale=max_stale,
            remote_when_needed=remote_when_needed,
            bundle_file=bundle_file,
            bundle_keys=bundle_keys,
            usage=usage,
            service_name=service_name,
            telemetry=telemetry,
            spans=spans,
        )
        settings = _with_threads(settings)
        self._set_up(settings, http_client, delivery_client(settings))

    @staticmethod
    def for_tests(prompts: Optional[Mapping[str, PromptForTests]] = None, **options: Any) -> Px0ForTests:
        """A client for your own tests, which renders the prompts given, by slug, and needs neither px0 nor keys, files and network.

        A prompt is a template, the messages of a chat, or a chat with `messages` and `config`, all in the form of a fallback.
        `fallbacks` and `on_warning` are the options that it may have.
        """
        return Px0ForTests(prompts, **options)

    def _set_up(
        self, settings: Settings, http_client: Optional[httpx.Client], delivered: Optional[DeliveryClient]
    ) -> None:
        self._settings = settings
        self._background = Background(settings.on_warning)
        check_given(http_client, httpx.Client)
        self._http = BlockingHttp(settings.host, http_client)
        self._files = Files(settings, delivered, self._contents)
        self._usage = None if _counts_nothing(settings) else Usage(settings, self._http.send)
        if self._usage is not None:
            self._usage.let_go_with(self)
        self._telemetry = telemetry_of(settings, self)
        self._engine = Engine(settings, self._spawn, self._files.changed, delivered, self._usage)
        self._following: Optional[BlockingFollowing] = None
        if delivered is not None:
            self._following = BlockingFollowing(
                settings,
                delivered,
                self._files,
                self._engine.forget,
                self._http.way,
                http_client,
                self._background_work,
            )
        self._engine.load(self._files.read().kept)
        self._closed = threading.Event()
        self._home = Home(self._begin_anew)
        # The process in which calls need no look at whether the client can be used.
        self._checked_in = _NO_PROCESS
        self._made_at = now_ms() / 1000
        if self._following is not None:
            self._following.ensure_started()

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
        with_contract: Optional[str] = None,
        **more_variables: Any,
    ) -> RenderResult:
        """The text or the messages of a prompt's live version, or of the one named by `version` or `tag`.

        Variables are given as a mapping, as keywords, or both. `fallback` wins over the client's; `missing_key` is what an
        absent key does, as Go's option of that name: `error` unless given, in a fallback `default`. `with_transcript` makes
        the text of a chat the one that px0 makes of all of its messages, which costs a second run of their templates. `with_contract`
        judges the variables where the prompt itself does not, or less: `warn` tells of what violates the contract of the version in
        the result, `enforce` refuses it.

        Raises UsageError for a call that cannot work, RefusedError when px0 refuses (NotFoundError when there is no such prompt
        or version), UnreachableError when px0 is away and there is nothing to fall back on, TemplateError when the fallback fails.
        """
        if self._checked_in != getpid():
            self._check()
        observed = None if self._telemetry is None else self._telemetry.begin(slug)
        try:
            result: Optional[RenderResult] = None
            is_plain = version is None and tag is None and team_id is None and fallback is None and missing_key is None
            if is_plain and with_contract is None and not with_transcript:
                result = self._engine.render_at_once(slug, variables, more_variables)
            if result is None:
                call = self._engine.call(
                    slug,
                    variables,
                    more_variables,
                    version,
                    tag,
                    fallback,
                    missing_key,
                    team_id,
                    with_transcript,
                    with_contract,
                )
                result = self._engine.render_held(call) or self._run(self._engine.render(call))
        except BaseException as error:
            if observed is not None:
                observed.failed(error)
            raise
        if observed is not None:
            observed.rendered(result)
        return result

    def status(self) -> Status:
        """How current what this process holds is. In the mode `remote` that is nothing, and `offline` says that px0 is not asked for a while."""
        self._home.check()
        if self._following is None:
            return _remote_status(self._engine, self._closed.is_set(), self._made_at)
        return self._following.status()

    def wait_ready(self, timeout: float) -> bool:
        """Whether px0 has delivered the prompts, for which this waits so many seconds at most. Raises RefusedError when px0 refuses.

        In the mode `file` it is whether there are any, and in `remote` there is nothing to wait for.
        """
        self._check()
        seconds = duration("timeout", timeout)
        return self._following is None or self._following.wait_ready(seconds)

    def prompts(self) -> List[HeldPrompt]:
        """The prompts that this process holds, by slug; none in the mode `remote`."""
        self._check()
        return [] if self._following is None else self._following.prompts()

    def on_change(self, slug: str, listener: ChangeListener) -> Callable[[], None]:
        """Calls `listener` with a `Change` whenever the prompt changes that this process holds; `*` is every prompt. What is returned ends it.

        It is called after the change took effect, one change at a time and in order, in a thread of its own. The first state is no change.
        """
        self._check()
        return _required(self._following).on_change(_listened(slug, listener), listener)

    def on_status(self, listener: StateListener) -> Callable[[], None]:
        """Calls `listener` with the `Status` once whenever its state changes. What is returned ends it."""
        self._check()
        return _required(self._following).on_status(_callable(listener))

    def reconnect(self) -> None:
        """Connects to px0 at once, whatever the client waits for, such as the time after px0 has refused the key."""
        self._check()
        if self._following is not None:
            self._following.do(self._following.client.reconnect)

    def close(self) -> None:
        """Waits for what goes on in the background, some seconds at most, writes the state file and closes the connections."""
        self._home.check()
        self._closed.set()
        self._checked_in = _NO_PROCESS
        patience = _patience(self._settings.timeout)
        if self._following is not None:
            self._following.close(patience)
        self._background.close(patience)
        if self._usage is not None:
            self._usage.close()
        self._files.flush()
        self._http.close()

    def _check(self) -> None:
        """Raises UsageError for a client that is closed, or cannot be used in this process."""
        self._home.check()
        _require_open(self._closed.is_set())
        self._http.require_usable()
        if self._following is not None:
            self._following.ensure_started()
        self._checked_in = getpid()
        if self._closed.is_set():
            # By another thread, meanwhile.
            self._checked_in = _NO_PROCESS

    def _contents(self) -> Contents:
        return _contents(self._engine, self._following)

    def _background_work(self, what: str, work: Callable[[], None]) -> None:
        self._background.spawn(what, work)

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
        self._checked_in = _NO_PROCESS
        was_closed = self._closed.is_set()
        self._closed = threading.Event()
        if was_closed:
            self._closed.set()
        self._background = Background(self._settings.on_warning)
        self._engine.begin_anew()
        self._files.begin_anew()
        self._http.begin_anew()
        if self._usage is not None:
            self._usage.begin_anew()
        if self._following is not None:
            self._following.begin_anew()

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
        if isinstance(step, AwaitState):
            if self._following is not None:
                self._following.await_state()
            return None
        if isinstance(step, AwaitRevision):
            if self._following is not None:
                self._following.await_revision(step.revision, step.seconds)
            return None
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
        state_file: Union[str, "os.PathLike[str]", None] = None,
        snapshot_file: Union[str, "os.PathLike[str]", None] = None,
        fallbacks: Optional[Mapping[str, Fallback]] = None,
        team_id: Optional[str] = None,
        on_warning: Optional[Callable[[str], None]] = None,
        mode: Optional[str] = None,
        slugs: Optional[Sequence[str]] = None,
        poll_interval: float = 30.0,
        init_timeout: float = 2.0,
        max_stale: Optional[float] = None,
        remote_when_needed: bool = True,
        bundle_file: Union[str, "os.PathLike[str]", None] = None,
        bundle_keys: Sequence[str] = (),
        usage: str = "full",
        service_name: Optional[str] = None,
        telemetry: bool = True,
        spans: bool = False,
        http_client: Optional[httpx.AsyncClient] = None,
    ) -> None:
        settings = settings_of(
            host=host,
            access_token=access_token,
            timeout=timeout,
            attempt_timeout=attempt_timeout,
            retries=retries,
            cache=cache,
            state_file=state_file,
            snapshot_file=snapshot_file,
            fallbacks=fallbacks,
            team_id=team_id,
            on_warning=on_warning,
            mode=mode,
            slugs=slugs,
            poll_interval=poll_interval,
            init_timeout=init_timeout,
            max_stale=max_stale,
            remote_when_needed=remote_when_needed,
            bundle_file=bundle_file,
            bundle_keys=bundle_keys,
            usage=usage,
            service_name=service_name,
            telemetry=telemetry,
            spans=spans,
        )
        self._set_up(settings, http_client, delivery_client(settings))

    @staticmethod
    def for_tests(prompts: Optional[Mapping[str, PromptForTests]] = None, **options: Any) -> AsyncPx0ForTests:
        """As `Px0.for_tests`."""
        return AsyncPx0ForTests(prompts, **options)

    def _set_up(
        self, settings: Settings, http_client: Optional[httpx.AsyncClient], delivered: Optional[DeliveryClient]
    ) -> None:
        self._settings = settings
        check_given(http_client, httpx.AsyncClient)
        self._make_http = AsyncHttpMaker(settings.host, http_client)
        self._files = Files(settings, delivered, self._contents)
        self._usage_http = AsyncUsageHttp(settings.host, self._make_http.way, http_client is not None)
        self._usage = None if _counts_nothing(settings) else Usage(settings, self._usage_http.send)
        if self._usage is not None:
            self._usage.let_go_with(self)
        self._telemetry = telemetry_of(settings, self)
        self._engine = Engine(settings, self._spawn, self._files.changed, delivered, self._usage)
        self._following: Optional[AsyncFollowing] = None
        if delivered is not None:
            self._following = AsyncFollowing(
                settings, delivered, self._files, self._engine.forget, self._make_http.way, http_client
            )
        self._engine.load(self._files.read().kept)
        self._made_at = now_ms() / 1000
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
        with_contract: Optional[str] = None,
        **more_variables: Any,
    ) -> RenderResult:
        """As `Px0.render`. When the task is cancelled, so is the request."""
        place = self._check()
        observed = None if self._telemetry is None else self._telemetry.begin(slug)
        try:
            call = self._engine.call(
                slug,
                variables,
                more_variables,
                version,
                tag,
                fallback,
                missing_key,
                team_id,
                with_transcript,
                with_contract,
            )
            held = self._engine.render_held(call)
            result = held if held is not None else await self._run(place, self._engine.render(call))
        except BaseException as error:
            if observed is not None:
                observed.failed(error)
            raise
        if observed is not None:
            observed.rendered(result)
        return result

    def status(self) -> Status:
        """As `Px0.status`."""
        self._home.check()
        if self._following is None:
            return _remote_status(self._engine, self._is_closed, self._made_at)
        return self._following.status()

    async def ready(self, timeout: float) -> bool:
        """As `Px0.wait_ready`."""
        self._check()
        seconds = duration("timeout", timeout)
        return self._following is None or await self._following.ready(seconds)

    def prompts(self) -> List[HeldPrompt]:
        """As `Px0.prompts`."""
        self._home.check()
        _require_open(self._is_closed)
        return [] if self._following is None else self._following.prompts()

    def on_change(self, slug: str, listener: ChangeListener) -> Callable[[], None]:
        """As `Px0.on_change`; the listener is called in the event loop, and what it returns is awaited if it can be."""
        self._home.check()
        _require_open(self._is_closed)
        return _required(self._following).on_change(_listened(slug, listener), listener)

    def on_status(self, listener: StateListener) -> Callable[[], None]:
        """As `Px0.on_status`, with listeners as those of `on_change`."""
        self._home.check()
        _require_open(self._is_closed)
        return _required(self._following).on_status(_callable(listener))

    async def reconnect(self) -> None:
        """As `Px0.reconnect`."""
        self._check()
        if self._following is not None:
            self._following.do(self._following.client.reconnect)

    async def aclose(self) -> None:
        """Waits for what goes on in the background, some seconds at most, writes the state file and closes the connections."""
        self._home.check()
        self._is_closed = True
        patience = _patience(self._settings.timeout)
        if self._following is not None:
            await self._following.close(patience)
        here = asyncio.get_running_loop()
        if self._usage is not None:
            await here.run_in_executor(None, self._usage.close)
        self._usage_http.close()
        places, self._places = self._places, {}
        for loop, place in places.items():
            if loop is not here and loop.is_running():
                # It has to be closed where it is; this loop cannot wait for that one.
                asyncio.run_coroutine_threadsafe(place.close(patience), loop)
        if here in places:
            await places[here].close(patience)
        await here.run_in_executor(None, self._files.flush)

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
        self._files.begin_anew()
        self._make_http.begin_anew()
        self._usage_http.begin_anew()
        if self._usage is not None:
            self._usage.begin_anew()
        if self._following is not None:
            self._following.begin_anew()

    def _check(self) -> _Place:
        """What belongs to the running loop, in which what is delivered is read unless it already is. Raises UsageError."""
        self._home.check()
        _require_open(self._is_closed)
        place = self._place()
        if self._following is not None:
            self._following.ensure_started()
        return place

    def _contents(self) -> Contents:
        return _contents(self._engine, self._following)

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
            place = self._places[loop] = _Place(self._make_http())
            self._usage_http.may_use(loop, place.http)
            return place

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
        if isinstance(step, AwaitState):
            if self._following is not None:
                await self._following.await_state()
            return None
        if isinstance(step, AwaitRevision):
            if self._following is not None:
                await self._following.await_revision(step.revision, step.seconds)
            return None
        await asyncio.sleep(step.seconds)
        return None


def _require_open(is_closed: bool) -> None:
    if is_closed:
        raise UsageError("the client is closed")


class Px0ForTests(Px0):
    """What `Px0.for_tests` gives: `set` and `remove` are the promotions and deletions of a test."""

    def __init__(self, prompts: Optional[Mapping[str, PromptForTests]] = None, **options: Any) -> None:
        self._prompts = PromptsForTests(prompts)
        self._set_up(settings_for_tests(options), None, self._prompts)

    def set(self, slug: str, prompt: PromptForTests) -> None:
        """Makes this the live version of the prompt. Listeners have been called when it returns."""
        self._change(lambda: self._prompts.set(slug, prompt))

    def remove(self, slug: str) -> None:
        """Deletes the prompt. Listeners have been called when it returns."""
        self._change(lambda: self._prompts.remove(slug))

    def _change(self, change: Callable[[], None]) -> None:
        self._check()
        following = _required(self._following)
        following.do(change)
        following.await_told(_LONGEST_CLOSE)


class AsyncPx0ForTests(AsyncPx0):
    """What `AsyncPx0.for_tests` gives."""

    def __init__(self, prompts: Optional[Mapping[str, PromptForTests]] = None, **options: Any) -> None:
        self._prompts = PromptsForTests(prompts)
        self._set_up(settings_for_tests(options), None, self._prompts)

    async def set(self, slug: str, prompt: PromptForTests) -> None:
        """As `Px0ForTests.set`."""
        await self._change(lambda: self._prompts.set(slug, prompt))

    async def remove(self, slug: str) -> None:
        """As `Px0ForTests.remove`."""
        await self._change(lambda: self._prompts.remove(slug))

    async def _change(self, change: Callable[[], None]) -> None:
        self._check()
        following = _required(self._following)
        following.do(change)
        await following.await_told(_LONGEST_CLOSE)


_F = TypeVar("_F")


def _required(following: Optional[_F]) -> _F:
    if following is None:
        raise UsageError("there is nothing to listen to in the mode remote: it holds no prompts")
    return following


def _listened(slug: object, listener: object) -> str:
    _callable(listener)
    return "*" if slug == "*" else delivered_slug(slug)


def _callable(listener: Any) -> Any:
    if not callable(listener):
        raise UsageError("the listener must be a function")
    return listener


def _counts_nothing(settings: Settings) -> bool:
    """Without a network nobody could be told."""
    return settings.usage == "off" or settings.mode == "file"


def _contents(engine: Engine, following: Union[BlockingFollowing, AsyncFollowing, None]) -> Contents:
    contents = Contents(()) if following is None else following.contents()
    return contents._replace(kept=engine.entries())


def _remote_status(engine: Engine, is_closed: bool, made_at: float) -> Status:
    cause = engine.outage_cause
    state: Any = "closed" if is_closed else "ready" if cause is None else "offline"
    return Status(state, made_at, None, None, 0, 0, 0, None if cause is None else str(cause))


def _with_threads(settings: Settings) -> Settings:
    """uWSGI starts no threads of Python unless it is told to, and says nothing about it."""
    uwsgi = sys.modules.get("uwsgi")
    options = getattr(uwsgi, "opt", None)
    if settings.mode == "remote" or not isinstance(options, dict) or options.keys() & {"enable-threads", "threads"}:
        return settings
    settings.on_warning(f"uWSGI needs enable-threads for the mode {settings.mode}: px0 is asked for each render instead")
    return replace(settings, mode="remote")
