"""Upper and lower case of Unicode 15, one code point for one code point: Go's `unicode.ToUpper` and `unicode.ToLower`. Python's own
mapping grows with its releases, and makes several letters of some.
"""

from __future__ import annotations

import re
from typing import Dict, Optional

from ..unicode_tables import LOWER, UPPER

_RANGE = re.compile(r"([0-9a-z]+)(?:([.:])([0-9a-z]+))?([+-][0-9a-z]+)")


class CaseTable:
    def __init__(self, encoded: str) -> None:
        self._encoded = encoded
        self._mapped: Optional[Dict[str, str]] = None

    def map(self, character: str) -> str:
        """The other letter, or the character itself; U+FFFD for a byte that is no UTF-8."""
        mapped = self._mapped
        if mapped is None:
            mapped = self._mapped = decode_case(self._encoded)
        if "\udc80" <= character <= "\udcff":
            return "\ufffd"
        return mapped.get(character, character)


def decode_case(encoded: str) -> Dict[str, str]:
    """The letters that a table maps, each with the other one."""
    mapped: Dict[str, str] = {}
    end = 0
    for text in encoded.split(" "):
        match = _RANGE.fullmatch(text)
        assert match is not None
        gap, separator, extra, distance = match.groups()
        code_point = end + int(gap, 36)
        for _ in range(int(extra or "0", 36) + 1):
            mapped[chr(code_point)] = chr(code_point + int(distance, 36))
            end = code_point + 1
            code_point += 2 if separator == ":" else 1
    return mapped


upper_table = CaseTable(UPPER)
lower_table = CaseTable(LOWER)
