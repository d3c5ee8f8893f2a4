"""Variables as JSON. What JSON lacks is refused, and what `json` would change in silence: px0 renders what the caller wrote."""

from __future__ import annotations

import dataclasses
import inspect
import json
from typing import Any, Dict, List, Mapping, NoReturn, Optional

from .errors import UsageError

# For values that have an obvious form in JSON, which their owner has to choose.
_HINTS = {
    "datetime": "its isoformat()",
    "date": "its isoformat()",
    "time": "its isoformat()",
    "Decimal": "its str() or float()",
    "UUID": "its str()",
    "bytes": "its decode()",
    "bytearray": "its decode()",
    "set": "a list",
    "frozenset": "a list",
}


class _NotJson(Exception):
    pass


def json_of(variables: Mapping[str, Any]) -> bytes:
    """The variables as px0 gets to see them. Raises UsageError, which names the variable that cannot be written."""
    try:
        written = _written(variables)
        _check(variables)
        return _encoded(written)
    except Exception as error:
        raise UsageError(f"{_name_of_bad(variables)} cannot be written as JSON: {_reason(error)}") from None


def body_of(
    variables: bytes, missing_key: Optional[str], with_transcript: bool, contract: Optional[str] = None
) -> bytes:
    """The body of a render with variables of `json_of`."""
    options: Dict[str, Any] = {} if missing_key is None else {"missing_key": missing_key}
    # A px0 that knows no chats passes over it, and one that knows no contracts over the next.
    options["transcript"] = with_transcript
    if contract is not None:
        options["contract"] = contract
    return b'{"variables":%b,"options":%b}' % (variables, _written(options).encode())


def variables_in(variables: bytes) -> Dict[str, Any]:
    """What `json_of` has written. Raises UsageError for what only px0 can read."""
    try:
        read: Dict[str, Any] = json.loads(variables)
    except RecursionError as error:
        # There was a little more of the stack left when it was written.
        raise UsageError(f"the set of variables cannot be read: {_reason(error)}") from None
    return read


def variables_of(given: object, more: Mapping[str, Any]) -> Dict[str, Any]:
    """Both together. Raises UsageError for what is no mapping."""
    if given is None:
        return dict(more)
    if type(given) is dict:
        return {**given, **more}
    try:
        if isinstance(given, Mapping):
            return {**given, **more}
        described = _described(given)
    except Exception as error:
        raise UsageError(f"variables cannot be read: {error}") from error
    raise UsageError(f"variables must be a dictionary, not {described}")


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse)


def _encoded(text: str) -> bytes:
    """Half a surrogate pair becomes U+FFFD, as px0 prints it; two halves that fit are one character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _refuse(value: Any) -> NoReturn:
    raise _NotJson(f"it holds {_described(value)}")


def _described(value: Any) -> str:
    name = type(value).__name__
    if inspect.iscoroutine(value):
        return "a coroutine that was not awaited"
    hint = _HINTS.get(name)
    if hasattr(value, "model_dump"):
        hint = 'its model_dump(mode="json")'
    elif dataclasses.is_dataclass(value):
        hint = "dataclasses.asdict() of it"
    return f"a {name}{'' if hint is None else f' (pass {hint})'}"


def _check(value: Any) -> None:
    """Raises for what `json` writes as something else: keys that are no text, and numbers that nothing can read."""
    left: List[Any] = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            _check_keys(value)
            left.extend(value.values())
        elif isinstance(value, (list, tuple)):
            left.extend(value)
        elif isinstance(value, int):
            try:
                float(value)
            except OverflowError:
                raise _NotJson("it holds a number beyond the range of floats") from None


def _check_keys(value: Dict[Any, Any]) -> None:
    names = set()
    for key in value:
        # Whole numbers are common as keys, and there is but one way to write them.
        if not isinstance(key, (str, int)) or isinstance(key, bool):
            raise _NotJson(f"it has a key that is {_described(key)} and not text")
        names.add(str.__str__(key) if isinstance(key, str) else int.__repr__(key))
    if len(names) < len(value):
        raise _NotJson("it has the same key twice, as a number and as text")


def _name_of_bad(variables: Mapping[str, Any]) -> str:
    for name, value in list(variables.items()):
        try:
            _written(value)
            _check(value)
        except Exception:
            return f"the variable {name!r}"
    return "the set of variables"


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)
