"""What a render has found out about long texts. A template may ask about the same one a hundred thousand times, and many questions cost it
no steps, so they must not cost a walk through the text each time.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence, Tuple

from ..unicode.white_space import trim_space
from .go_string import byte_length
from .ill_formed import check_text
from .sorted_keys import count_keys

# Walking through a shorter text takes no longer than looking it up.
_LONG = 1024

# Beyond either of these everything is forgotten: as many texts as are worth it, and as much memory as they may hold.
_MAX_TEXTS = 512
_MAX_CHARACTERS = 8 * 1024 * 1024

# The same for lists.
_LONG_LIST = 64
_MAX_ITEMS = 1024 * 1024

# And for maps: no template makes one, so those of the data are all there are.
_LARGE_MAP = 64


class Known:
    def __init__(self, is_exact: bool) -> None:
        """`is_exact`: see `ill_formed.py`."""
        self.is_exact = is_exact
        # By the text's id, which no other has as long as the text itself is kept here.
        self._bytes: Dict[int, Tuple[str, int]] = {}
        self._trimmed: Dict[int, str] = {}
        self._characters = 0
        # What a long run of flags or digits of a format says, by the format's id and where the run begins.
        self.runs: Dict[Tuple[int, int], Any] = {}
        # By the list's id, with the list itself, and whether there is a separator.
        self._joined: Dict[Tuple[int, bool], Tuple[Sequence[Any], Sequence[Any]]] = {}
        self._items = 0
        # Maps whose keys were all well-formed, by their id.
        self._checked_maps: Dict[int, Mapping[Any, Any]] = {}

    def byte_length(self, text: str) -> int:
        """The length of a text in bytes."""
        if text.isascii():
            return len(text)
        if len(text) >= _LONG:
            return self._learnt(text)
        check_text(text, self.is_exact)
        return byte_length(text)

    def trimmed(self, text: str) -> str:
        """The text without white space around it."""
        if len(text) < _LONG:
            check_text(text, self.is_exact)
            return trim_space(text)
        self._learnt(text)
        trimmed = self._trimmed.get(id(text))
        if trimmed is None:
            trimmed = self._trimmed[id(text)] = trim_space(text)
        return trimmed

    def check(self, text: str) -> None:
        """`check_text` for a text of which perhaps nothing is read."""
        if not text.isascii():
            self.byte_length(text)

    def keep(self, text: str) -> bool:
        """Whether the text is so long that what is found out about it is remembered."""
        if len(text) < _LONG:
            return False
        self._learnt(text)
        return True

    def joined(self, items: Sequence[Any], is_separated: bool) -> Sequence[Any]:
        """The items of a list that `join` prints: those that are not nil, and without a separator those that are not empty texts."""
        if len(items) < _LONG_LIST:
            return _printed(items, is_separated)
        key = id(items), is_separated
        known = self._joined.get(key)
        if known is None:
            self._items += len(items)
            if self._items > _MAX_ITEMS:
                self._joined.clear()
                self._items = len(items)
            known = self._joined[key] = items, _printed(items, is_separated)
        return known[1]

    def check_keys(self, map_: Mapping[Any, Any]) -> None:
        """`check_text` for all keys."""
        if len(map_) < _LARGE_MAP:
            count_keys(map_, self.is_exact)
        elif id(map_) not in self._checked_maps:
            count_keys(map_, self.is_exact)
            self._checked_maps[id(map_)] = map_

    def _learnt(self, text: str) -> int:
        known = self._bytes.get(id(text))
        if known is not None:
            return known[1]
        check_text(text, self.is_exact)
        size = byte_length(text)
        self._characters += len(text)
        if len(self._bytes) >= _MAX_TEXTS or self._characters > _MAX_CHARACTERS:
            self._bytes.clear()
            self._trimmed.clear()
            self.runs.clear()
            self._characters = len(text)
        self._bytes[id(text)] = (text, size)
        return size


def _printed(items: Sequence[Any], is_separated: bool) -> Sequence[Any]:
    if is_separated:
        return [item for item in items if item is not None]
    return [item for item in items if item is not None and not (type(item) is str and item == "")]
