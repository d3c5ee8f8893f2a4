"""Makes one program of the texts of a chat, as px0 does: `packages/template/src/program/link-chat.ts` in px0's repository."""

from __future__ import annotations

import re
from typing import List, NamedTuple, Sequence, Tuple

from .errors import TemplateSyntaxError
from .syntax.parser import Extent, Linkage, parse_linked
from .syntax.program_source import Stretch
from .syntax.source import MAX_SOURCE_BYTES, Source
from .values.go_string import byte_length, is_well_formed, well_formed_data


class Unit(NamedTuple):
    """A text that becomes a definition of the program."""

    name: str
    text: str


class Linked(NamedTuple):
    template: str
    stretches: Tuple[Stretch, ...]


def link(root: str, units: Sequence[Unit]) -> Linked:
    """The root calls the units. Raises TemplateSyntaxError that speaks of the text at fault."""
    return _Linker(root).link(units)


class _Linker:
    def __init__(self, root: str) -> None:
        self._pieces = [root]
        # In units of UTF-16, in which stretches count.
        self._length = _utf16_length(root)
        self._stretches: List[Stretch] = []

    def link(self, units: Sequence[Unit]) -> Linked:
        _check_size([unit.text for unit in units])
        linkage = Linkage({}, _is_reserved)
        for unit in units:
            source = Source(unit.name, unit.text)
            self._add_unit(source, parse_linked(source, linkage))
        _check_size(self._pieces)
        return Linked("".join(self._pieces), tuple(self._stretches))

    def _add_unit(self, source: Source, definitions: Sequence[Extent]) -> None:
        """Adds a text as a definition, and the definitions in it behind that: Go wants them at the top."""
        text = source.text
        # Once more as a text, this brace would join those that follow.
        end = len(text) - 1 if text.endswith("{") else len(text)
        self._add(f'{{{{define "{source.name}"}}}}')
        start = unit = 0
        moved: List[Tuple[str, int]] = []
        for definition in definitions:
            unit = self._add_stretch(source.name, text[start : definition.start], unit)
            cut = text[definition.start : definition.end]
            moved.append((cut, unit))
            unit += _utf16_length(cut)
            self._add(_comment_like(cut))
            start = definition.end
        self._add_stretch(source.name, text[start:end], unit)
        self._add('{{"{"}}{{end}}' if end < len(text) else "{{end}}")
        for cut, unit in moved:
            self._add_stretch(source.name, cut, unit)

    def _add_stretch(self, name: str, piece: str, start: int) -> int:
        """`start` is where the piece begins in its text; gives where it ends there."""
        length = _utf16_length(piece)
        self._stretches.append(Stretch(name, self._length, length, start))
        self._add(piece)
        return start + length

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += _utf16_length(piece)


_RESERVED = re.compile(r"prompt|message [0-9]+(?:\.[0-9]+)?")


def _is_reserved(name: str, is_definition: bool) -> bool:
    # Bytes that are not UTF-8 are lone surrogates here.
    return bool(_RESERVED.fullmatch(name)) or not is_well_formed(name) or (is_definition and name.startswith("@"))


def _check_size(texts: Sequence[str]) -> None:
    if sum(byte_length(well_formed_data(text)) for text in texts) > MAX_SOURCE_BYTES:
        raise TemplateSyntaxError(f"program must be at most {MAX_SOURCE_BYTES} bytes", 1, 0)


def _comment_like(definition: str) -> str:
    """A comment of as many bytes and lines as a definition, whose last line is as long if that is possible, and which trims the text
    around it as the definition's actions do.
    """
    opening = "{{- /*" if definition.startswith("{{-") else "{{/*"
    closing = "*/ -}}" if definition.endswith("-}}") else "*/}}"
    newlines = definition.count("\n")
    blanks = byte_length(definition) - len(opening) - newlines - len(closing)
    last_line = definition[definition.rfind("\n") + 1 :]
    last = min(max(byte_length(last_line) - len(closing), 0), blanks)
    return f"{opening}{' ' * (blanks - last)}{chr(10) * newlines}{' ' * last}{closing}"


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
