"""The part of px0's template language that this SDK runs itself: text and plain fields, exactly as px0 would.

`parse` gives None for every other template: a text that might differ from px0's by a byte is not made at all.
"""

from __future__ import annotations

import re
from typing import Any, List, Mapping, Optional, Tuple, Union

# Go's white space of trim markers.
_SPACE = " \t\r\n"
_ACTION = re.compile(r"\{\{(-[ \t\r\n])?(.*?)([ \t\r\n]-)?\}\}", re.DOTALL)
_FIELD = re.compile(r"[ \t\r\n]*((?:\.[A-Za-z_][A-Za-z0-9_]*)+)[ \t\r\n]*")
_COMMENT = re.compile(r"/\*(?:(?!\*/).)*\*/", re.DOTALL)
_NO_VALUE = "<no value>"

_Part = Union[str, Tuple[str, ...]]


class CannotRender(Exception):
    """px0 would refuse these variables, or print something that this module does not."""


class Template:
    """Texts, and paths of fields."""

    def __init__(self, parts: List[_Part]) -> None:
        self._parts = parts

    def render(self, variables: Mapping[str, Any], missing_key: str) -> str:
        """Raises CannotRender. `variables` is data as it comes from JSON."""
        return "".join(
            part if isinstance(part, str) else _print(_look_up(variables, part, missing_key)) for part in self._parts
        )


def parse(source: str) -> Optional[Template]:
    """The template, or None when it has more than text and plain fields."""
    parts: List[_Part] = []
    position = 0
    trim_next = False
    while True:
        start = source.find("{{", position)
        text = source[position:] if start < 0 else source[position:start]
        if trim_next:
            text = text.lstrip(_SPACE)
        if start < 0:
            parts.append(text)
            return Template(parts)
        action = _ACTION.match(source, start)
        if action is None:
            return None
        parts.append(text.rstrip(_SPACE) if action[1] else text)
        trim_next = action[3] is not None
        field = _FIELD.fullmatch(action[2])
        if field is not None:
            parts.append(tuple(field[1].split(".")[1:]))
        elif not _COMMENT.fullmatch(action[2]):
            return None
        position = action.end()


def _look_up(variables: Mapping[str, Any], path: Tuple[str, ...], missing_key: str) -> Any:
    value: Any = variables
    for key in path:
        if not isinstance(value, dict):
            raise CannotRender(f"there is no field {key} in a value that is not an object")
        if key not in value and missing_key == "error":
            raise CannotRender(f'the variables have no "{key}"')
        value = value.get(key)
    return value


def _print(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return _NO_VALUE
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _print_number(value)
    raise CannotRender("this SDK cannot print lists and objects")


def _print_number(number: Union[int, float]) -> str:
    """As Go prints a 64-bit float: the shortest digits, plain when the exponent is from -4 to 5."""
    try:
        value = float(number)
    except OverflowError:
        raise CannotRender("a number is too large") from None
    mantissa, exponent = f"{value!r}e0".split("e")[:2]
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return f"{sign}0"
    power = point - 1
    if power < -4 or power >= 6:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    return f"{sign}{digits[:point]}.{digits[point:]}"
