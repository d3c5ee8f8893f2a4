"""A set of code points, encoded as `unicode_tables.py` describes and decoded on first use."""

from __future__ import annotations

from bisect import bisect_right
from typing import List, Optional


class RangeTable:
    def __init__(self, encoded: str) -> None:
        self._encoded = encoded
        self._bounds: Optional[List[int]] = None

    def has(self, code_point: int) -> bool:
        bounds = self._bounds
        if bounds is None:
            bounds = self._bounds = _decode(self._encoded)
        # An odd number of bounds at or below the code point: it lies inside a range.
        return bisect_right(bounds, code_point) & 1 == 1


def _decode(encoded: str) -> List[int]:
    """Starts and exclusive ends of the ranges, in turn."""
    bounds: List[int] = []
    end = 0
    for text in encoded.split(" "):
        distance, _, extra = text.partition(".")
        start = end + int(distance, 36)
        end = start + (int(extra, 36) if extra else 0) + 1
        bounds += (start, end)
    return bounds
