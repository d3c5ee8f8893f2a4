"""The keywords of an input schema that judge a value by itself, in the order in which they are judged, each with the phrase that says what it wants."""

from __future__ import annotations

import json
from math import inf
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple

from .._gotpl.values.json_text import number_text

# Whether a value is refused, and what it must be or have instead.
Check = Tuple[Callable[[Any], bool], str]

_NAMES = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "a boolean",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_MOST_LISTED = 10
# Twice that of schemas.
_MOST_DEPTH = 32


def checks_of(schema: Mapping[str, Any]) -> List[Check]:
    checks: List[Check] = []
    if "type" in schema:
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        tests = [_IS[name] for name in types]
        words = [_NAMES[name] for name in types]
        phrase = " or ".join([text for text in (", ".join(words[:-1]), words[-1]) if text])
        checks.append((_none_of(tests), f"be {phrase}"))
    if "enum" in schema:
        checks.append(_other_than(schema["enum"], f"one of {_listed(schema['enum'])}"))
    if "const" in schema:
        checks.append(_other_than([schema["const"]], json_text(schema["const"])))
    for keyword, phrase, refuses in _BOUNDS:
        if keyword in schema:
            checks.append(_bound(float(schema[keyword]), phrase, refuses))
    return checks


def _none_of(tests: Sequence[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    if len(tests) == 1:
        test = tests[0]
        return lambda value: not test(value)
    return lambda value: not any(test(value) for test in tests)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return is_number(value) and float(value).is_integer()


_IS: Dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": _is_integer,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def _bound(limit: float, phrase: str, refuses: Callable[[Any, float], bool]) -> Check:
    return (lambda value: refuses(value, limit)), phrase.replace("#", json_text(limit))


_BOUNDS: Sequence[Tuple[str, str, Callable[[Any, float], bool]]] = (
    ("minLength", "have at least # characters", lambda value, limit: isinstance(value, str) and len(value) < limit),
    ("maxLength", "have at most # characters", lambda value, limit: isinstance(value, str) and len(value) > limit),
    ("minimum", "be at least #", lambda value, limit: is_number(value) and float(value) < limit),
    ("maximum", "be at most #", lambda value, limit: is_number(value) and float(value) > limit),
    ("exclusiveMinimum", "be more than #", lambda value, limit: is_number(value) and float(value) <= limit),
    ("exclusiveMaximum", "be less than #", lambda value, limit: is_number(value) and float(value) >= limit),
    ("minItems", "have at least # items", lambda value, limit: isinstance(value, list) and len(value) < limit),
    ("maxItems", "have at most # items", lambda value, limit: isinstance(value, list) and len(value) > limit),
)


def _other_than(values: Sequence[Any], phrase: str) -> Check:
    """As JSON values. However many there are, one that is judged is looked at once."""
    scalars = frozenset(_key(value) for value in values if not isinstance(value, (list, dict)))
    others = frozenset(json_text(value) for value in values if isinstance(value, (list, dict)))
    longest = max(map(len, others), default=0)

    def refuses(value: Any) -> bool:
        if not isinstance(value, (list, dict)):
            return _key(value) not in scalars
        try:
            return not others or json_text(value, longest) not in others
        except _TooLong:
            return True

    return refuses, f"be {phrase}"


def _key(value: Any) -> Any:
    """Numbers are floats, and not equal to booleans."""
    return ("bool", value) if isinstance(value, bool) else float(value) if isinstance(value, (int, float)) else value


def _listed(values: Sequence[Any]) -> str:
    texts = [json_text(value) for value in values[:_MOST_LISTED]]
    return ", ".join([*texts, "…"] if len(values) > _MOST_LISTED else texts)


class _TooLong(Exception):
    pass


def json_text(value: Any, most: float = inf) -> str:
    """Compact, keys in the order of their bytes, numbers as ECMAScript prints them: one text for one value, however it was written.
    Raises _TooLong beyond `most` characters, and for what is deeper than a schema.
    """
    pieces: List[str] = []
    room = most

    def add(text: str) -> None:
        nonlocal room
        room -= len(text)
        if room < 0:
            raise _TooLong
        pieces.append(text)

    def write(value: Any, depth: int) -> None:
        if isinstance(value, (list, dict)):
            if depth > _MOST_DEPTH or len(value) > room:
                raise _TooLong
            is_list = isinstance(value, list)
            add("[" if is_list else "{")
            for index, item in enumerate(value if is_list else sorted(value)):
                if index > 0:
                    add(",")
                if not is_list:
                    add(f"{json.dumps(item, ensure_ascii=False)}:")
                write(item if is_list else value[item], depth + 1)
            add("]" if is_list else "}")
        else:
            # There is one zero.
            add(number_text(float(value) + 0.0) if is_number(value) else json.dumps(value, ensure_ascii=False))

    write(value, 0)
    return "".join(pieces)
