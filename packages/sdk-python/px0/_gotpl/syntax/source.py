"""A template's text and its name, with the positions that error messages speak of."""

from __future__ import annotations

from typing import Tuple

from ..errors import TemplateSyntaxError
from ..values.go_string import byte_length, well_formed_data

# Of UTF-8.
MAX_SOURCE_BYTES = 524_288
_MOST_BYTES_OF_CHARACTER = 4


class Source:
    __slots__ = ("name", "text")

    def __init__(self, name: str, text: str) -> None:
        """Raises TemplateSyntaxError when the text is too large."""
        self.name = name
        # Go reads a lone surrogate of JSON as U+FFFD.
        self.text = well_formed_data(text)
        if len(text) * _MOST_BYTES_OF_CHARACTER > MAX_SOURCE_BYTES and byte_length(self.text) > MAX_SOURCE_BYTES:
            raise TemplateSyntaxError(f"template must be at most {MAX_SOURCE_BYTES} bytes", 1, 0)

    def line_of(self, position: int) -> int:
        """From 1."""
        return 1 + self.text.count("\n", 0, position)

    def locate(self, position: int) -> Tuple[int, int]:
        """The line, from 1, and the column, in bytes from 0. Linear in the text: for errors only."""
        line_start = self.text.rfind("\n", 0, position) + 1
        return self.line_of(position), byte_length(self.text[line_start:position])
