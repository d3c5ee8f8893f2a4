"""How an `AsyncPx0` sends what it has counted."""

from __future__ import annotations

import asyncio
from typing import Optional, Tuple

from .._environment import Way
from .._http import AsyncHttp, BlockingHttp
from .._transport import Failure, Outcome, Send
from ..errors import UnreachableError


class AsyncUsageHttp:
    """Sends what an `AsyncPx0` has counted, from a thread: it has to be sent also while no event loop runs.

    A given client is all that may be used, and only in its event loop.
    """

    def __init__(self, host: str, way: Way, is_given: bool) -> None:
        self._host = host
        self._way = way
        self._is_given = is_given
        self._own: Optional[BlockingHttp] = None
        self._given: Optional[Tuple[asyncio.AbstractEventLoop, AsyncHttp]] = None

    def may_use(self, loop: asyncio.AbstractEventLoop, http: AsyncHttp) -> None:
        if self._is_given:
            self._given = loop, http

    def send(self, step: Send) -> Outcome:
        if not self._is_given:
            if self._own is None:
                self._own = BlockingHttp(self._host, None, self._way)
            return self._own.send(step)
        if self._given is None or not self._given[0].is_running():
            return Failure(UnreachableError("the event loop of the http_client does not run"))
        loop, http = self._given
        sending = asyncio.run_coroutine_threadsafe(http.send(step), loop)
        try:
            return sending.result(step.limit)
        except BaseException as error:
            sending.cancel()
            return Failure(UnreachableError(f"the event loop of the http_client has not sent it: {type(error).__name__}"))

    def begin_anew(self) -> None:
        self._given = None
        if self._own is not None:
            self._own.begin_anew()

    def close(self) -> None:
        if self._own is not None:
            self._own.close()
