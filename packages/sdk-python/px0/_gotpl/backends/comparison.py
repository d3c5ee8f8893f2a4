"""`eq`, `ne`, `lt`, `le`, `gt`, `ge`: kinds never mix, and each mismatch has its message."""

from __future__ import annotations

from typing import Any, Sequence

from ..plan.plan import Site
from ..values.go_string import compared_length, is_less
from ..values.values import NIL_MAP, UNDEFINED, Uint8, is_list, type_name
from .run import Run

_KINDS = {bool: "bool", int: "int", float: "float", str: "string", Uint8: "uint", complex: "complex"}

# Texts of so many bytes are compared without a charge.
_FREE_BYTES = 64


def _kind_of(value: Any) -> str:
    return _KINDS.get(type(value), "none")


def equals_any(run: Run, site: Site, name: str, values: Sequence[Any]) -> bool:
    """Whether the first value equals any of the others; those after the first match are not looked at."""
    if len(values) < 2:
        run.fault(site, name, "missing argument for comparison")
    first = values[0]
    for index in range(1, len(values)):
        if equals(run, site, name, first, values[index]):
            return True
    return False


def equals(run: Run, site: Site, name: str, a: Any, b: Any) -> bool:
    if type(a) is str and type(b) is str:
        return _equal_texts(run, site, a, b)
    left = _kind_of(a)
    right = _kind_of(b)
    if left != right:
        if _is_integer_kind(left) and _is_integer_kind(right):
            return _integer_of(a) == _integer_of(b)
        if _is_nothing(a) or _is_nothing(b):
            return False
        run.fault(site, name, f"incompatible types for comparison: {type_name(a)} and {type_name(b)}")
    if left == "none":
        return _equal_compounds(run, site, name, a, b)
    return bool(a.value == b.value if left == "uint" else a == b)


def _equal_texts(run: Run, site: Site, a: str, b: str) -> bool:
    size = run.known.byte_length(a)
    if size != run.known.byte_length(b):
        return False
    if size > _FREE_BYTES:
        run.charge_read(site, size)
    return a == b


def _equal_compounds(run: Run, site: Site, name: str, a: Any, b: Any) -> bool:
    """Lists, maps and nil: only nil compares with anything."""
    if not _is_nothing(a) and not _is_nothing(b) and is_list(a) != is_list(b):
        types = f"{run.describe(a, 's')}: {type_name(a)}, {type_name(b)}: {run.describe(b, 'v')}"
        run.fault(site, name, f"non-comparable types {types}")
    if _is_nil(a) or _is_nil(b):
        return _is_nil(a) == _is_nil(b)
    run.fault(site, name, f"non-comparable type {run.describe(b, 's')}: {type_name(b)}")


def _is_nothing(value: Any) -> bool:
    return value is None or value is UNDEFINED


def _is_nil(value: Any) -> bool:
    return value is None or value is UNDEFINED or value is NIL_MAP


def _is_less(run: Run, site: Site, name: str, a: Any, b: Any) -> bool:
    left = _kind_of(a)
    right = _kind_of(b)
    if left == "none" or right == "none":
        run.fault(site, name, "invalid type for comparison")
    if left != right:
        if _is_integer_kind(left) and _is_integer_kind(right):
            return _integer_of(a) < _integer_of(b)
        run.fault(site, name, f"incompatible types for comparison: {type_name(a)} and {type_name(b)}")
    if left == "string":
        run.charge_read(site, _bytes_of_shorter(run, a, b))
        return is_less(a, b)
    if left == "float":
        return bool(a < b)
    if _is_integer_kind(left):
        return _integer_of(a) < _integer_of(b)
    run.fault(site, name, "invalid type for comparison")


def _bytes_of_shorter(run: Run, a: str, b: str) -> int:
    """Reads no more of the longer text than the comparison will."""
    shorter, longer = (a, b) if len(a) < len(b) else (b, a)
    size = run.known.byte_length(shorter)
    if len(longer) < size:
        return min(size, run.known.byte_length(longer))
    run.known.check(longer[: compared_length(a, b)])
    return size


def _is_integer_kind(kind: str) -> bool:
    return kind == "int" or kind == "uint"


def _integer_of(value: Any) -> int:
    return int(value.value if type(value) is Uint8 else value)


def compare(run: Run, site: Site, name: str, a: Any, b: Any) -> bool:
    """An ordering of two values."""
    if name == "lt":
        return _is_less(run, site, name, a, b)
    if name == "le":
        return _is_less(run, site, name, a, b) or equals(run, site, name, a, b)
    if name == "gt":
        return not (_is_less(run, site, name, a, b) or equals(run, site, name, a, b))
    return not _is_less(run, site, name, a, b)
