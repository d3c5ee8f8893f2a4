"""What was rendered here within one window, in rows of one prompt, version and source each."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

# Upper bounds of durations in milliseconds, as px0 has them; one more count is of everything slower.
LATENCY_BOUNDS_MS = (0.03125, 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
# px0 takes so many names in a row; further ones of the same version come in rows without a count.
_NAMES_OF_ROW = 64
# What is known of a version by name; one more name stands for all others.
_MOST_NAMES = 512
_MOST_SETS = 32
_MORE_NAMES = "…"
# Of UTF-16, as JavaScript counts.
_LONGEST_NAME = 128
# px0 refuses a report with NUL or half of a surrogate pair in any text, and lists are not for control characters.
_UNCLEAN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Made(NamedTuple):
    """One render. `names` are the keys at the top level of its variables, as the caller has them."""

    # None where px0 has not said it, and for a fallback.
    prompt_id: Optional[str]
    slug: str
    # None for a fallback.
    version: Optional[int]
    source: str
    # When it ended, in milliseconds since 1970, and how long it took.
    at: float
    duration_ms: float
    has_failed: bool
    names: Tuple[Any, ...]


# The same, and faster to make.
Quick = Tuple[Optional[str], str, Optional[int], str, float, float, bool, Tuple[Any, ...]]
_Key = Tuple[Any, ...]


class _Row:
    __slots__ = ("renders", "failures", "latencies", "names", "has_more_names", "known")

    def __init__(self) -> None:
        self.renders = 0
        self.failures = 0
        self.latencies = _no_latencies()
        self.names: Set[str] = set()
        self.has_more_names = False
        # Most renders of a version have the same names, or one of a few sets of them.
        self.known: Set[Tuple[Any, ...]] = set()

    @property
    def lines(self) -> int:
        """How many rows px0 is told."""
        return max(1, -(-(len(self.names) + self.has_more_names) // _NAMES_OF_ROW))


class Table:
    """The rows of one window, in the order of their first renders."""

    def __init__(self, started_at: float) -> None:
        self.started_at = started_at
        # As px0 counts them.
        self.lines = 0
        # Of the texts in it that have no other bound, as JSON.
        self.size = 0
        self._rows: Dict[_Key, _Row] = {}

    def lines_for(self, made: Made) -> int:
        """How many more lines there would be with it."""
        row = self._rows.get(made[:4])
        if row is None:
            names = {_name_of(key) for key in made.names}
            return max(1, -(-min(len(names), _MOST_NAMES + 1) // _NAMES_OF_ROW))
        names = row.names.union(map(_name_of, made.names))
        is_more = row.has_more_names or len(names) > _MOST_NAMES
        return max(1, -(-(min(len(names), _MOST_NAMES) + is_more) // _NAMES_OF_ROW)) - row.lines

    def count(self, made: Quick) -> bool:
        """Adds it if there is a row of it with its names, as there nearly always is. Whether it has."""
        prompt_id, slug, version, source, _, duration_ms, has_failed, names = made
        row = self._rows.get((prompt_id, slug, version, source))
        if row is None or names not in row.known:
            return False
        if has_failed:
            row.failures += 1
        else:
            row.renders += 1
        row.latencies[bisect_left(LATENCY_BOUNDS_MS, duration_ms)] += 1
        return True

    def add(self, made: Made) -> None:
        key = made[:4]
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _Row()
            self.lines += 1
            self.size += _size_of(made.slug)
        if len(row.known) >= _MOST_SETS:
            row.known.clear()
        row.known.add(made.names)
        self._name(row, made.names)
        self.count(made)

    def _name(self, row: _Row, keys: Tuple[Any, ...]) -> None:
        before = row.lines
        for name in map(_name_of, keys):
            if name in row.names:
                continue
            if len(row.names) >= _MOST_NAMES:
                row.has_more_names = True
                continue
            row.names.add(name)
            self.size += _size_of(name)
        self.lines += row.lines - before

    def written(self) -> List[Dict[str, Any]]:
        """As px0 is told of them."""
        told: List[Dict[str, Any]] = []
        for (prompt_id, slug, version, source), row in self._rows.items():
            of_what = {"prompt_id": prompt_id, "slug": slug, "version": version, "source": source}
            names = sorted(row.names) + [_MORE_NAMES] * row.has_more_names
            counts: Dict[str, Any] = {"renders": row.renders, "failures": row.failures, "latencies": row.latencies}
            told.append({**of_what, **counts, "variables": names[:_NAMES_OF_ROW]})
            for at in range(_NAMES_OF_ROW, len(names), _NAMES_OF_ROW):
                counts = {"renders": 0, "failures": 0, "latencies": _no_latencies()}
                told.append({**of_what, **counts, "variables": names[at : at + _NAMES_OF_ROW]})
        return told


def cleaned(text: str) -> str:
    """With a replacement character for each that px0 does not take."""
    return _UNCLEAN.sub("\ufffd", text)


def _no_latencies() -> List[int]:
    return [0] * (len(LATENCY_BOUNDS_MS) + 1)


def _size_of(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))


def _name_of(key: Any) -> str:
    # As it is written as JSON; keys of other kinds are refused where they are looked at.
    name = cleaned(str.__str__(key) if isinstance(key, str) else str(key))
    if len(name) * 2 <= _LONGEST_NAME:
        return name
    name, units = name[:_LONGEST_NAME], 0
    for at, character in enumerate(name):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > _LONGEST_NAME:
            return name[:at]
    return name
