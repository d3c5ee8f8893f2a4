"""Requests to px0: the token, the revision, time limits and retries, without doing any input or output itself.

What has to be done is yielded as a step, and its outcome is sent back, so that the blocking and the async client share all of
this. It judges no status beyond whether to send the request again; a call without an answer raises UnreachableError.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Dict, Generator, Mapping, Optional, TypeVar, Union

from ._options import Settings
from ._retries import RetryBudget, parse_retry_after, wait_before_retry
from ._revision import HighestRevision
from ._version import VERSION
from .errors import UnreachableError, UsageError

T = TypeVar("T")

# Answers that tell of a passing state.
_PASSING = frozenset((429, 502, 503, 504))
_SHORTEST_LIMIT = 0.001
# A text of px0 has 8 MiB at most, which are 48 MiB in JSON when each character is a control character.
LARGEST_BODY = 64 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    method: str
    # With the query.
    path: str
    body: Optional[bytes] = None


@dataclass(frozen=True)
class Answer:
    status: int
    # By lower-case name.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Failure:
    """Why an attempt got no answer: a UsageError when none ever would."""

    error: Union[UnreachableError, UsageError]


@dataclass(frozen=True)
class Send:
    """A step: send this request and wait for the whole answer, `limit` seconds at most."""

    method: str
    url: str
    # With the access token.
    headers: Dict[str, str] = field(repr=False)
    body: Optional[bytes]
    limit: float


@dataclass(frozen=True)
class Wait:
    """A step: let these seconds pass."""

    seconds: float


@dataclass(frozen=True)
class AwaitState:
    """A step: wait for a first state of what is delivered, as long as the client waits for it."""


@dataclass(frozen=True)
class AwaitRevision:
    """A step: wait until what is delivered has come so far, or these seconds have passed."""

    revision: str
    seconds: float


Step = Union[Send, Wait, AwaitState, AwaitRevision]
Outcome = Union[Answer, Failure, None]
Flow = Generator[Step, Outcome, T]


def caller_headers(settings: Settings) -> Dict[str, str]:
    """What px0 is to know of the caller of any request."""
    return {
        # What is unpacked here, and no further than a limit.
        "accept-encoding": "gzip",
        "authorization": f"Bearer {settings.access_token}",
        "user-agent": f"px0-python/{VERSION}",
    }


class Transport:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._revision = HighestRevision()
        self._budget = RetryBudget()

    def begin_anew(self) -> None:
        """In a forked process: with locks of its own, and still knowing the highest revision."""
        self._revision.begin_anew()
        self._budget = RetryBudget()

    def forget_revision(self) -> None:
        """Another px0 answers."""
        self._revision.forget()

    def see(self, revision: Optional[str]) -> None:
        """No answer shall be of an earlier state."""
        self._revision.see(revision)

    def send(self, request: Request) -> Flow[Answer]:
        """The answer, whatever its status. Raises UnreachableError, and UsageError when no request can be sent."""
        settings = self._settings
        deadline = time.monotonic() + settings.timeout
        retry = 0
        while True:
            outcome = yield self._attempt(request, deadline - time.monotonic())
            if isinstance(outcome, Failure) and isinstance(outcome.error, UsageError):
                raise outcome.error
            if isinstance(outcome, Answer):
                self._revision.see(outcome.headers.get("px0-revision"))
            wait = self._wait_after(outcome, retry) if retry < settings.retries else None
            if wait is None or time.monotonic() + wait >= deadline or not self._budget.take():
                return _answer_of(outcome)
            yield Wait(wait)
            retry += 1

    def _attempt(self, request: Request, left: float) -> Send:
        settings = self._settings
        headers = {"accept": "application/json", **caller_headers(settings)}
        if request.body is not None:
            headers["content-type"] = "application/json"
            if settings.service.name:
                # Of renders, which are all that has a body.
                headers["px0-service"] = settings.service.name
        revision = self._revision.text
        if revision is not None:
            headers["px0-min-revision"] = revision
        limit = max(_SHORTEST_LIMIT, min(settings.attempt_timeout, left))
        return Send(request.method, f"{settings.host}{request.path}", headers, request.body, limit)

    def _wait_after(self, outcome: Outcome, retry: int) -> Optional[float]:
        """How long to wait before the request is sent again; None when it is not."""
        if not isinstance(outcome, Answer):
            return wait_before_retry(retry, None)
        if outcome.status in _PASSING:
            return wait_before_retry(retry, parse_retry_after(outcome.headers.get("retry-after")))
        self._budget.succeeded()
        return None


def _answer_of(outcome: Outcome) -> Answer:
    if isinstance(outcome, Answer):
        return outcome
    if isinstance(outcome, Failure):
        raise outcome.error
    raise TypeError("a request was sent without an outcome")
