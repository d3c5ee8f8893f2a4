"""A template's text and its name, with the positions that error messages speak of."""

from __future__ import annotations

from typing import NamedTuple, Tuple

from ..errors import TemplateSyntaxError
from ..values.go_string import byte_length, well_formed_data

# Of UTF-8.
MAX_SOURCE_BYTES = 524_288
_MOST_BYTES_OF_CHARACTER = 4


class Place(NamedTuple):
    """Where something is: in the text of this name, at a line, from 1, and a column, in bytes from 0."""

    name: str
    line: int
    column: int


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
        return location_in(self.text, position)

    def place(self, position: int) -> Place:
        """What an error in a render names; linear in the text, too."""
        return Place(self.name, *self.locate(position))


def location_in(text: str, position: int) -> Tuple[int, int]:
    line_start = text.rfind("\n", 0, position) + 1
    return 1 + text.count("\n", 0, position), byte_length(text[line_start:position])
