"""`fmt.Sprintf`: reads the format and lets the printer write each operand."""

from __future__ import annotations

import re
from typing import Any, Callable, Optional, Sequence, Tuple, TypeVar

from .go_string import rune_text
from .print_flags import Flags
from .printer import Printer
from .values import UNDEFINED, Uint8, type_name

# Go's bound for widths and precisions; what lies beyond counts as bad.
_MAX_NUMBER = 1_000_000

_FLAGS = re.compile(r"[#0+ -]*")
_ZEROS = re.compile(r"0*")
_DIGITS = frozenset("0123456789")

# A run of so many characters is read again rather than looked up.
_LONG_RUN = 256

_T = TypeVar("_T")


class FormatRun:
    def __init__(self, printer: Printer, format_: str, values: Sequence[Any]) -> None:
        self._printer = printer
        self._format = format_
        self._values = values
        # Where in the format we are, and which operand comes next.
        self._at = 0
        self._next = 0
        # An explicit index such as `%[1]d` has been used: surplus operands are then no fault.
        self._is_reordered = False
        self._is_index_good = True
        # The last thing read was an explicit index.
        self._after_index = False
        # No `]` lies ahead: not searched for again, or a format of brackets would take quadratic time.
        self._is_without_close = False
        self._is_long = printer.known.keep(format_)

    def run(self) -> None:
        format_ = self._format
        while self._at < len(format_):
            percent = format_.find("%", self._at)
            end = len(format_) if percent < 0 else percent
            if end > self._at:
                self._printer.write(format_[self._at : end])
            if percent < 0:
                break
            self._at = percent + 1
            if not self._directive():
                break
        if not self._is_reordered and self._next < len(self._values):
            self._surplus()

    def _directive(self) -> bool:
        """Reads and prints one directive; false at a format that ends too early."""
        self._is_index_good = True
        self._after_index = False
        self._read_flags()
        self._read_index()
        self._read_width()
        self._read_precision()
        if not self._after_index:
            self._read_index()
        if self._at >= len(self._format):
            self._printer.write("%!(NOVERB)")
            return False
        verb = rune_text(ord(self._format[self._at]))
        self._at += 1
        self._print_verb(verb)
        return True

    def _print_verb(self, verb: str) -> None:
        printer = self._printer
        if verb == "%":
            printer.write("%")
        elif not self._is_index_good:
            printer.write(f"%!{verb}(BADINDEX)")
        elif self._next >= len(self._values):
            printer.write(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                flags = printer.flags
                flags.sharp_v, flags.sharp = flags.sharp, False
                flags.plus_v, flags.plus = flags.plus, False
            printer.print_argument(self._values[self._next], verb)
            self._next += 1

    def _character(self) -> str:
        return self._format[self._at : self._at + 1]

    def _read_flags(self) -> None:
        flags = self._printer.flags = Flags()
        written, self._at = self._run_at(self._at, _flags_at)
        flags.sharp, flags.zero, flags.plus, flags.minus, flags.space = written

    def _run_at(self, start: int, read: Callable[[str, int], Tuple[_T, int]]) -> Tuple[_T, int]:
        """What is read at a place of the format. Of a long format it is read once, for a run may be long that prints nothing."""
        if not self._is_long:
            return read(self._format, start)
        runs = self._printer.known.runs
        key = (id(self._format), start)
        if key in runs:
            found: Tuple[_T, int] = runs[key]
            return found
        found = read(self._format, start)
        if found[1] - start > _LONG_RUN:
            runs[key] = found
        return found

    def _read_width(self) -> None:
        flags = self._printer.flags
        if self._character() != "*":
            flags.width, self._at = self._read_number(self._at, len(self._format))
            if self._after_index and flags.width is not None:
                self._is_index_good = False
            return
        self._at += 1
        width = self._integer_operand()
        if width is None:
            self._printer.write("%!(BADWIDTH)")
        elif width < 0:
            flags.width = -width
            flags.minus = True
            flags.zero = False
        else:
            flags.width = width
        self._after_index = False

    def _read_precision(self) -> None:
        if self._character() != "." or self._at + 1 >= len(self._format):
            return
        flags = self._printer.flags
        self._at += 1
        if self._after_index:
            self._is_index_good = False
        self._read_index()
        if self._character() != "*":
            value, self._at = self._read_number(self._at, len(self._format))
            flags.precision = value or 0
            return
        self._at += 1
        precision = self._integer_operand()
        if precision is None or precision < 0:
            self._printer.write("%!(BADPREC)")
        else:
            flags.precision = precision
        self._after_index = False

    def _read_number(self, start: int, limit: int) -> Tuple[Optional[int], int]:
        """A number, nothing when there is none or it is too large, and where the text goes on."""
        _, zeros_end = self._run_at(start, _zeros_at)
        at = min(zeros_end, limit)
        value = 0
        while at < limit and self._format[at] in _DIGITS:
            if value > _MAX_NUMBER:
                return None, limit
            value = value * 10 + int(self._format[at])
            at += 1
        return (None if at == start else value), at

    def _integer_operand(self) -> Optional[int]:
        """The next operand as a width or precision."""
        if self._next >= len(self._values):
            return None
        value = self._values[self._next]
        self._next += 1
        if type(value) is Uint8:
            value = value.value
        elif type(value) is not int:
            return None
        return None if abs(value) > _MAX_NUMBER else int(value)

    def _read_index(self) -> None:
        """An explicit operand index, `[3]`, if there is one."""
        self._after_index = False
        if self._character() != "[":
            return
        self._is_reordered = True
        start = self._at
        close = -1 if self._is_without_close else self._format.find("]", start + 1)
        self._is_without_close = close < 0
        if len(self._format) - start < 3 or close < 0:
            self._is_index_good = False
            self._at = start + 1
            return
        value, end = self._read_number(start + 1, close)
        self._at = close + 1
        if value is None or end != close:
            self._is_index_good = False
        elif 1 <= value <= len(self._values):
            self._next = value - 1
            self._after_index = True
        else:
            self._is_index_good = False
            self._after_index = True

    def _surplus(self) -> None:
        printer = self._printer
        printer.flags = Flags()
        printer.write("%!(EXTRA ")
        for index, value in enumerate(self._values[self._next :]):
            if index > 0:
                printer.write(", ")
            if value is not None and value is not UNDEFINED:
                printer.write(f"{type_name(value)}=")
            printer.print_argument(value, "v")
        printer.write(")")


def _flags_at(text: str, start: int) -> Tuple[Tuple[bool, bool, bool, bool, bool], int]:
    """Which of the flags `#`, `0`, `+`, `-` and space are written, and where the text goes on."""
    match = _FLAGS.match(text, start)
    written = "" if match is None else match[0]
    return ("#" in written, "0" in written, "+" in written, "-" in written, " " in written), start + len(written)


def _zeros_at(text: str, start: int) -> Tuple[None, int]:
    match = _ZEROS.match(text, start)
    return None, start if match is None else match.end()
