"""The keys of a JSON object in Go's order of maps: ascending by their UTF-8 bytes."""

from __future__ import annotations

from typing import Any, List, Mapping, Tuple

from .ill_formed import check_text
from .values import key_names


def sorted_items(map_: Mapping[Any, Any], is_exact: bool) -> List[Tuple[str, Any]]:
    """The names of the keys, each with its item of data. `is_exact`: see `ill_formed.py`."""
    keys = list(map_)
    try:
        # Keys that are `str`, no class made from it, and ASCII, which almost all are, need no more than sorting.
        if all(map(str.isascii, keys)) and set(map(type, keys)) <= {str}:
            return [(key, map_[key]) for key in sorted(keys)]
    except TypeError:
        pass
    names = sorted(key_names(map_), key=lambda pair: pair[0])
    for name, _ in names:
        check_text(name, is_exact)
    return [(name, map_[key]) for name, key in names]


def count_keys(map_: Mapping[Any, Any], is_exact: bool) -> int:
    """How many keys the map has, when all are well-formed; `is_exact`: see `ill_formed.py`."""
    try:
        if all(map(str.isascii, map_)):
            return len(map_)
    except TypeError:
        pass
    names = key_names(map_)
    for name, _ in names:
        check_text(name, is_exact)
    return len(map_)
