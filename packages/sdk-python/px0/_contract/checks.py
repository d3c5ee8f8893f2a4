"""The keywords of an input schema that judge a value by itself, in the order in which they are judged, each with the phrase that says what it wants."""

from __future__ import annotations

import json
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


def checks_of(schema: Mapping[str, Any]) -> List[Check]:
    checks: List[Check] = []
    if "type" in schema:
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        tests = [_IS[name] for name in types]
        words = [_NAMES[name] for name in types]
        phrase = " or ".join([text for text in (", ".join(words[:-1]), words[-1]) if text])
        checks.append((lambda value: not any(test(value) for test in tests), f"be {phrase}"))
    if "enum" in schema:
        checks.append(_other_than(schema["enum"], f"one of {_listed(schema['enum'])}"))
    if "const" in schema:
        checks.append(_other_than([schema["const"]], json_text(schema["const"])))
    for keyword, phrase, refuses in _BOUNDS:
        if keyword in schema:
            checks.append(_bound(float(schema[keyword]), phrase, refuses))
    return checks


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
    """Values that are neither lists nor objects are found at once, however many there are."""
    scalars = frozenset(_key(value) for value in values if not isinstance(value, (list, dict)))
    others = [value for value in values if isinstance(value, (list, dict))]

    def refuses(value: Any) -> bool:
        if isinstance(value, (list, dict)):
            return not any(_is_same(other, value) for other in others)
        return _key(value) not in scalars

    return refuses, f"be {phrase}"


def _key(value: Any) -> Any:
    """Numbers are floats, and not equal to booleans."""
    return ("bool", value) if isinstance(value, bool) else float(value) if isinstance(value, (int, float)) else value


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(_is_same, left, right))
    if isinstance(left, dict):
        if not isinstance(right, dict) or len(left) != len(right):
            return False
        return all(key in right and _is_same(value, right[key]) for key, value in left.items())
    return not isinstance(right, (list, dict)) and bool(_key(left) == _key(right))


def _listed(values: Sequence[Any]) -> str:
    texts = [json_text(value) for value in values[:_MOST_LISTED]]
    return ", ".join([*texts, "…"] if len(values) > _MOST_LISTED else texts)


def json_text(value: Any) -> str:
    """Compact, keys in the order of their bytes, numbers as ECMAScript prints them."""
    if isinstance(value, list):
        return f"[{','.join(map(json_text, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{json_text(key)}:{json_text(value[key])}' for key in sorted(value))}}}"
    # There is one zero.
    return number_text(float(value) + 0.0) if is_number(value) else json.dumps(value, ensure_ascii=False)
