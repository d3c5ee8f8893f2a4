"""The values that a template computes with, and how data becomes values.

Data is what an application has: strings, numbers, booleans, None, lists, tuples and mappings, looked at only where a template looks.
Values are the same, but for numbers, and of exactly these types: every number of data is Go's float64, here `float`; `int` is Go's int,
from literals, `len` and `range`; `complex` is Go's complex128. `UNDEFINED` is Go's invalid value (what an absent thing evaluates to),
None is a nil inside a list or map. The elements of lists and maps stay data: `adopt` makes each a value when it is taken out.
Go's truth of a value is Python's.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, Iterable, List, Mapping, Sequence, Tuple

from ..errors import TemplateDataError


class Undefined:
    __slots__ = ()

    def __bool__(self) -> bool:
        return False


UNDEFINED = Undefined()


class Uint8:
    """A byte, from indexing a string."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def __bool__(self) -> bool:
        return self.value != 0


class _NilMap(dict):  # type: ignore[type-arg]
    pass


# The data of a render without variables: a nil map, which differs from an empty one in `eq . nil` and `%#v`.
NIL_MAP: Mapping[str, Any] = _NilMap()


class ListPart(List[Any]):
    """A part of a list: Go can slice it again, past its end up to the capacity."""

    __slots__ = ("origin", "start", "capacity")

    def __init__(self, origin: Sequence[Any], start: int, end: int, capacity: int) -> None:
        super().__init__(origin[start:end])
        self.origin = origin
        self.start = start
        self.capacity = capacity


# What is a value as it stands.
SETTLED = frozenset({str, bool, type(None), dict, list, tuple})


def adopt(item: Any) -> Any:
    """An item of data as a value. Raises TemplateDataError for what JSON has no form for."""
    kind = type(item)
    if kind in SETTLED:
        return item
    if kind is float:
        return _finite(item)
    if kind is int:
        return _float_of(item)
    if isinstance(item, str):
        return str.__str__(item)
    if isinstance(item, int):
        return _float_of(int.__int__(item))
    if isinstance(item, float):
        return _finite(float.__float__(item))
    if isinstance(item, (list, tuple, Mapping)):
        return item
    raise TemplateDataError(f"the variables hold a {kind.__name__}, which JSON has no form for")


def _finite(number: float) -> float:
    if isfinite(number):
        return number
    raise TemplateDataError(f"the variables hold {number!r}, which JSON has no form for")


def _float_of(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        raise TemplateDataError("the variables hold a number beyond the range of floats") from None


def key_names(map_: Mapping[Any, Any]) -> Iterable[Tuple[str, Any]]:
    """The keys as JSON writes them, each with the key itself. Whole numbers are common as keys; what else is no text is refused."""
    names = [(_key_name(key), key) for key in list(map_)]
    if len({name for name, _ in names}) < len(names):
        raise TemplateDataError("the variables have the same key twice, as a number and as text")
    return names


def _key_name(key: Any) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, int) and not isinstance(key, bool):
        try:
            return int.__repr__(key)
        except ValueError:
            raise TemplateDataError("the variables have a key with too many digits") from None
    raise TemplateDataError(f"the variables have a key that is a {type(key).__name__} and not text")


def is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def is_dict(value: Any) -> bool:
    """A JSON object."""
    return isinstance(value, (dict, Mapping))


_TYPE_NAMES = {str: "string", float: "float64", bool: "bool", int: "int", Uint8: "uint8", complex: "complex128"}


def type_name(value: Any) -> str:
    """Go's name of the value's type."""
    name = _TYPE_NAMES.get(type(value))
    if name is not None:
        return name
    return "[]interface {}" if is_list(value) else "map[string]interface {}"


def capacity(items: Sequence[Any]) -> int:
    return items.capacity if type(items) is ListPart else len(items)


def slice_list(items: Sequence[Any], start: int, end: int, limit: int) -> ListPart:
    """`items[start:end:limit]`; the bounds are valid for the capacity."""
    if type(items) is ListPart:
        origin, offset = items.origin, items.start
    else:
        origin, offset = items, 0
    return ListPart(origin, offset + start, offset + end, limit - start)
