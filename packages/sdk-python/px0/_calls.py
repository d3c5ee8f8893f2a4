"""What the generated client is given by hand, so that it raises errors of this package only: the generator writes these functions
in place of what raises errors of pydantic and of the language.
"""

from __future__ import annotations

import functools
import json
from inspect import signature
from typing import Any, Callable, Sequence, TypeVar, Union, cast

import pydantic

from .errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def validate_call(function: F) -> F:
    """Like pydantic's, but arguments of other types than declared raise UsageError, which does not repeat them."""
    validated = pydantic.validate_call(function)
    names = list(signature(function).parameters)

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return validated(*arguments, **options)
        except pydantic.ValidationError as error:
            reason = _reason(names, error)
        # Not as the cause: pydantic's text has the values.
        raise UsageError(f"{function.__name__} cannot be called like this: {reason}")

    return cast(F, call)


def body_text(body: Any) -> str:
    """The JSON of a body. Raises UsageError for what JSON cannot hold."""
    try:
        return json.dumps(body, allow_nan=False)
    except Exception as error:
        failed = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    raise UsageError(f"the body cannot be written as JSON: {failed}")


def _reason(names: Sequence[str], error: pydantic.ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{_place(names, *one['loc'])}: {one['msg']}" for one in found)


def _place(names: Sequence[str], first: Union[int, str], *more: Union[int, str]) -> str:
    """By name also for what is given by position."""
    named = names[first] if isinstance(first, int) and first < len(names) else first
    return ".".join(map(str, (named, *more)))
