"""Lone surrogates in data. JSON can carry them; Go reads each as U+FFFD. They hardly ever occur, so a render first runs without looking
for them where it need not. When one turns up, the render starts again, exactly: with data in which they have been replaced, so that
every lone surrogate met from then on stands for a byte (`go_string.py`).
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from .go_string import is_well_formed, well_formed_data
from .values import is_dict, is_list, key_names


class IllFormedData(Exception):
    """Asks for the exact render."""


def check_text(text: str, is_exact: bool) -> None:
    if not is_exact and not text.isascii() and not is_well_formed(text):
        raise IllFormedData


def well_formed_copy(value: Any) -> Any:
    """A copy in which every string and key is well-formed; of keys that become equal the last one counts.

    Works off a list instead of calling itself, and copies what occurs in several places once: data may be deep, and is no tree.
    """
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
