"""What the SDK raises: one small hierarchy, told apart by who has to act.

The server's own words and status are kept, because they are part of the contract.
"""

from __future__ import annotations

import sys
from typing import Dict, List, Optional, Type

from .contract import ContractProblems, NameProblem, ValueProblem


class Px0Error(Exception):
    """Everything that this package raises on its own account; cancellation and interrupts pass through as they are."""


class UsageError(Px0Error, ValueError):
    """The client was made or called in a way that cannot work: no token, a broken fallback, variables that are no JSON."""


class TemplateError(Px0Error):
    """A fallback could not be rendered with the variables given."""


class UnreachableError(Px0Error):
    """px0 could not be asked, or its answer decides nothing: connection failures, timeouts, 5xx, 429, answers of somebody else.

    `status` is that of the last answer, None when there was none; `retry_after` what it asked to wait, in seconds.
    """

    def __init__(self, message: str, *, status: Optional[int] = None, retry_after: Optional[float] = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class RefusedError(Px0Error):
    """px0 has refused the request. `message` is the server's text, which is part of its contract.

    `hint` is what may help, such as "did you mean tone_check?", and None when px0 says nothing; its words may change. From Python 3.11 on
    it is a note of the error as well, so that tracebacks show it.
    """

    # Errors of the generated client are made by other means.
    message: str = ""
    hint: Optional[str] = None

    def __init__(self, status: int, message: str) -> None:
        # Pools of processes make an error again from its arguments, and then give it its attributes; with others their callers would wait for ever.
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return self.message


class UnauthorizedError(RefusedError):
    """401: the access token is missing, unknown, expired or revoked."""


class ForbiddenError(RefusedError):
    """403: the caller may not do this."""


class NotFoundError(RefusedError):
    """404: there is no such prompt or version, or no live version, as far as the caller may see."""


class ConflictError(RefusedError):
    """409 and 412: something else stands in the way."""


class InvalidRequestError(RefusedError):
    """400, 413 and 422: the request, or what it asks to be rendered, is not right.

    Of variables that violate the contract of the version, `missing` and `unknown` are the names, `invalid` the values, each a dictionary
    with its `path`; `more` is how many problems there are beside these. All of them are empty for other errors.
    """

    def __init__(self, status: int, message: str, problems: Optional[ContractProblems] = None) -> None:
        super().__init__(status, message)
        self.missing: List[NameProblem] = [] if problems is None else problems["missing"]
        self.unknown: List[NameProblem] = [] if problems is None else problems["unknown"]
        self.invalid: List[ValueProblem] = [] if problems is None else problems["invalid"]
        self.more: int = 0 if problems is None else problems.get("more", 0)


_BY_STATUS: Dict[int, Type[RefusedError]] = {
    400: InvalidRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    412: ConflictError,
    413: InvalidRequestError,
    422: InvalidRequestError,
}


def refusal(
    status: int, message: str, problems: Optional[ContractProblems] = None, hint: Optional[str] = None
) -> RefusedError:
    """The error of a 4xx answer by its status; with what it says of a contract, and what may help, if it does."""
    kind = _BY_STATUS.get(status, RefusedError)
    error = kind(status, message, problems) if issubclass(kind, InvalidRequestError) else kind(status, message)
    add_hint(error, hint)
    return error


def add_hint(error: RefusedError, hint: Optional[str]) -> None:
    """Tells what may help, in tracebacks too. Once for an error, since notes add up."""
    error.hint = hint
    if sys.version_info >= (3, 11) and hint is not None:
        error.add_note(hint)
