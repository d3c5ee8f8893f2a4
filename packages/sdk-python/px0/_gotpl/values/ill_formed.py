"""Lone surrogates in data. JSON can carry them; Go reads each as U+FFFD. They hardly ever occur, so a render first runs without looking
for them where it need not. When one turns up, the render starts again, exactly: with data in which they have been replaced, so that
every lone surrogate met from then on stands for a byte (`go_string.py`).
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Set, Tuple

from .go_string import is_well_formed, well_formed_data
from .values import is_dict, is_list, key_names


class IllFormedData(Exception):
    """Asks for the exact render."""


def check_text(text: str, is_exact: bool) -> None:
    if not is_exact and not text.isascii() and not is_well_formed(text):
        raise IllFormedData


def with_well_formed(value: Any) -> Any:
    """The value itself if all its strings and keys are well-formed, and else a copy in which they are; of keys that become equal the
    last one counts.

    Works off a list instead of calling itself, and copies what occurs in several places once: data may be deep, and is no tree.
    """
    if not _has_ill_formed(value):
        return value
    copies: Dict[int, Any] = {}
    pending: List[Tuple[Any, Any]] = []

    def copy_of(item: Any) -> Any:
        if isinstance(item, str):
            return well_formed_data(str.__str__(item))
        if not is_list(item) and not is_dict(item):
            return item
        copy = copies.get(id(item))
        if copy is None:
            copy = copies[id(item)] = [] if is_list(item) else {}
            pending.append((item, copy))
        return copy

    whole = copy_of(value)
    while pending:
        original, copy = pending.pop()
        if is_list(original):
            copy.extend([copy_of(item) for item in original])
        else:
            for name, key in key_names(original):
                copy[well_formed_data(name)] = copy_of(original[key])
    return whole


def _has_ill_formed(value: Any) -> bool:
    seen: Set[int] = set()
    pending: List[Any] = [value]
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if is_list(item):
            inner: Iterable[Any] = item
        else:
            names = key_names(item)
            if not all([is_well_formed(name) for name, _ in names]):
                return True
            inner = [item[key] for _, key in names]
        for element in inner:
            if type(element) in _SCALARS:
                continue
            if isinstance(element, str):
                if not is_well_formed(element):
                    return True
            elif is_list(element) or is_dict(element):
                pending.append(element)
    return False


_SCALARS = frozenset({int, float, bool, type(None)})
