"""The text of a program that knows which author's text each part of it comes from."""

from __future__ import annotations

from typing import List, NamedTuple, Sequence, Tuple

from .source import Place, Source, location_in


class Stretch(NamedTuple):
    """A part of a program, and where it stands in its author's text. Offsets and lengths are in units of UTF-16."""

    name: str
    at: int
    length: int
    start: int


class ProgramSource(Source):
    __slots__ = ("_stretches",)

    def __init__(self, name: str, text: str, stretches: Sequence[Stretch]) -> None:
        """Raises TemplateSyntaxError when the program is too large."""
        super().__init__(name, text)
        self._stretches = stretches

    def place(self, position: int) -> Place:
        program = _utf16(self.text)
        unit = len(_utf16(self.text[:position])) // 2
        # The end of a text belongs to it: that is where an empty one begins.
        for name, at, length, start in reversed(self._stretches):
            if at <= unit <= at + length:
                before = self._text_of(name, program)[: 2 * (start + unit - at)].decode("utf-16-le", "surrogatepass")
                return Place(name, *location_in(before, len(before)))
        return super().place(position)

    def _text_of(self, source: str, program: bytes) -> bytearray:
        """An author's text, put together from its stretches. What was exchanged between two of them becomes spaces."""
        own: List[Stretch] = [stretch for stretch in self._stretches if stretch.name == source]
        text = bytearray()
        for _, at, length, start in sorted(own, key=lambda stretch: stretch.start):
            blanks = max(0, start - len(text) // 2)
            text += _utf16(" " * blanks) + program[2 * at : 2 * (at + length)]
        return text


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
