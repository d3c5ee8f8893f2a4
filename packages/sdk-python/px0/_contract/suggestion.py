"""Which name somebody may have meant who wrote another one."""

from __future__ import annotations

from typing import Optional, Sequence, Tuple

from .._gotpl.unicode.case import lower_table

# Beside more names nothing is suggested, nor for longer ones: each problem is compared with each of them.
_MOST_CANDIDATES = 256
_MOST_CHARACTERS = 128


def suggestion(name: str, candidates: Sequence[str]) -> Optional[str]:
    """The candidate that is nearest to the name; of several the first by bytes. None where none is near enough."""
    if len(name) > _MOST_CHARACTERS or len(candidates) > _MOST_CANDIDATES:
        return None
    wanted = _lower(name)
    most = min(1 if len(name) <= 3 else 2 if len(name) <= 7 else 3, len(name) - 1)
    best: Optional[Tuple[int, str]] = None
    for candidate in candidates:
        distance = _distance(wanted, candidate, most if best is None else best[0])
        if distance is not None and (best is None or (distance, candidate) < best):
            best = (distance, candidate)
    return None if best is None else best[1]


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(map(lower_table.map, text))


def _distance(wanted: str, candidate: str, most: int) -> Optional[int]:
    """Optimal string alignment: how many characters are inserted, deleted, replaced or swapped with their neighbours, none of them twice.
    None beyond `most`: so only a band of the table is needed, which reaches `most` to both sides.
    """
    if most < 0 or abs(len(wanted) - len(candidate)) > most:
        return None
    given = _lower(candidate)
    beyond = most + 1
    width = len(given) + 1
    two_above, above = [beyond] * width, [min(column, beyond) for column in range(width)]
    least_above = 0
    for row in range(1, len(wanted) + 1):
        present = [beyond] * width
        if row <= most:
            present[0] = row
        least = present[0]
        for column in range(max(row - most, 1), min(row + most, len(given)) + 1):
            is_same = wanted[row - 1] == given[column - 1]
            distance = min(above[column] + 1, present[column - 1] + 1, above[column - 1] + (not is_same), beyond)
            if row > 1 and column > 1 and wanted[row - 1] == given[column - 2] and wanted[row - 2] == given[column - 1]:
                distance = min(distance, two_above[column - 2] + 1)
            present[column] = distance
            least = min(least, distance)
        # A swap reaches over one line.
        if least > most and least_above > most:
            return None
        two_above, above, least_above = above, present, least
    return above[-1] if above[-1] <= most else None
