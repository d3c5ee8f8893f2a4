"""Go's `fmt` for the values of a template: `Sprint`, `Sprintln` and `Sprintf` with every verb, flag, width and precision, and its
notations for formats that do not fit. What it writes is bounded while it is being written.
"""

from __future__ import annotations

import re
from io import StringIO
from math import isfinite, isnan
from typing import Any, Callable, Iterator, List, Sequence, Set, Tuple

from .escaping import rewritten
from .float_format import format_float, format_shortest
from .go_string import byte_length, canonical, rune_text, to_bytes
from .integer_format import format_integer, format_unicode
from .known import Known
from .print_flags import Flags
from .quote import can_backquote, escape_quoted, escape_to_ascii, quote_rune
from .sorted_keys import sorted_items
from .values import NIL_MAP, UNDEFINED, Uint8, adopt, is_dict, is_list, type_name

# Data nested deeper than this is refused, as everywhere.
_MAX_DATA_DEPTH = 1000

# A list or map under way: what is left of it, with the key of each item, and the text that closes it.
_Open = Tuple[Iterator[Tuple[Any, Any]], str]


class PrintOverflow(Exception):
    """A text has grown beyond what the printer was allowed."""


class DataTooDeep(Exception):
    def __init__(self) -> None:
        super().__init__(f"data nested more than {_MAX_DATA_DEPTH} deep")


class Printer:
    def __init__(self, limit: int, known: Known, measure: Callable[[str], int] = byte_length) -> None:
        """`limit` is in what `measure` counts."""
        self.flags = Flags()
        # How many keys of maps have been sorted, which is work that the text does not show.
        self.keys = 0
        self._text = StringIO()
        self.size = 0
        self._limit = limit
        self._measure = measure
        self.known = known

    @property
    def text(self) -> str:
        """What has been written, also when that was too long."""
        return canonical(self._text.getvalue())

    def write(self, text: str) -> None:
        self._text.write(text)
        self.size += self._measure(text)
        if self.size > self._limit:
            raise PrintOverflow

    def print(self, values: Sequence[Any]) -> None:
        """`fmt.Sprint`: a space between two operands when neither is a string."""
        after_string = True
        for value in values:
            is_string = type(value) is str
            if not is_string and not after_string:
                self.write(" ")
            self.print_argument(value, "v")
            after_string = is_string

    def print_line(self, values: Sequence[Any]) -> None:
        """`fmt.Sprintln`."""
        for index, value in enumerate(values):
            if index > 0:
                self.write(" ")
            self.print_argument(value, "v")
        self.write("\n")

    def print_argument(self, value: Any, verb: str) -> None:
        """One operand under one verb."""
        if value is None or value is UNDEFINED:
            if verb in "Tv":
                self._pad("<nil>")
            else:
                self._bad_verb(value, verb)
        elif verb == "T":
            self._format_string(type_name(value), "s")
        elif verb == "p":
            self._pointer(value)
        elif verb == "w":
            self._bad_verb(value, verb)
        else:
            self.print_value(value, verb)

    def print_value(self, value: Any, verb: str) -> None:
        """A value; of lists and maps all elements, kept in a list of our own, for data may be deeper than Python's stack."""
        opened: List[_Open] = []
        self._print_item(value, verb, opened)
        while opened:
            items, close = opened[-1]
            for key, item in items:
                if key is not None:
                    self._write_key(key, verb)
                elif item is _SEPARATOR:
                    self.write(", " if self.flags.sharp_v else " ")
                    continue
                elif type(item) is _Ready:
                    self.write(item.text)
                    continue
                before = len(opened)
                self._print_item(adopt(item), verb, opened)
                if len(opened) > before:
                    break
            else:
                opened.pop()
                self.write(close)

    def _write_key(self, key: str, verb: str) -> None:
        self._format_string(key, verb)
        self.write(":")

    def _print_item(self, value: Any, verb: str, opened: List[_Open]) -> None:
        kind = type(value)
        if kind is str:
            self._format_string(value, verb)
        elif kind is float:
            self._float(value, verb)
        elif kind is bool:
            if verb in "tv":
                self._pad("true" if value else "false")
            else:
                self._bad_verb(value, verb)
        elif kind is int:
            self._integer(value, verb, value)
        else:
            if len(opened) > _MAX_DATA_DEPTH:
                raise DataTooDeep
            if kind is Uint8:
                self._byte(value, verb)
            elif kind is complex:
                self._complex(value, verb)
            elif is_list(value):
                self._open_list(value, verb, opened)
            elif is_dict(value):
                self._open_map(value, opened)
            else:
                # A nil inside a list or map is written alike under every verb, and unpadded.
                self.write("interface {}(nil)" if self.flags.sharp_v else "<nil>")

    def _open_list(self, items: Sequence[Any], verb: str, opened: List[_Open]) -> None:
        sharp_v = self.flags.sharp_v
        self.write("[]interface {}{" if sharp_v else "[")
        opened.append((_separated(self._items(items, verb, len(opened))), "}" if sharp_v else "]"))

    def _items(self, items: Sequence[Any], verb: str, depth: int) -> Iterator[Tuple[Any, Any]]:
        """The items of a list; many scalars that stand side by side are made one text, where their format asks for no more."""
        flags = self.flags
        is_plain = (
            verb == "v"
            and flags.width is None
            and flags.precision is None
            and not (flags.plus or flags.sharp or flags.space or flags.sharp_v)
            and depth < _MAX_DATA_DEPTH
        )
        for start in range(0, len(items), _CHUNK):
            chunk = items[start : start + _CHUNK]
            kinds = set(map(type, chunk)) if is_plain else set()
            if not kinds or not kinds <= _SCALARS or _characters(chunk, kinds) > self._limit - self.size:
                for item in chunk:
                    yield None, item
            else:
                text = " ".join(chunk if kinds == {str} else [_scalar_text(item) for item in chunk])
                self.known.check(text)
                yield None, _Ready(text)

    def _open_map(self, map_: Any, opened: List[_Open]) -> None:
        sharp_v = self.flags.sharp_v
        if sharp_v and map_ is NIL_MAP:
            self.write("map[string]interface {}(nil)")
            return
        self.write("map[string]interface {}{" if sharp_v else "map[")
        items = sorted_items(map_, self.known.is_exact)
        self.keys += len(items)
        opened.append((_separated(iter(items)), "}" if sharp_v else "]"))

    def _bad_verb(self, value: Any, verb: str) -> None:
        if value is None or value is UNDEFINED:
            self.write(f"%!{verb}(<nil>)")
            return
        self.write(f"%!{verb}({type_name(value)}=")
        self.print_value(value, "v")
        self.write(")")

    def _pointer(self, value: Any) -> None:
        """Addresses mean nothing here: lists and maps are all at the same one."""
        if is_list(value) or is_dict(value):
            address = 0 if value is NIL_MAP else 0xC000000000
            flags = self.flags.for_integer(sharp=not self.flags.sharp, has_width=False)
            self._pad(format_integer(address, flags, 16, "v"), " ")
        else:
            self._bad_verb(value, "p")

    def _byte(self, value: Uint8, verb: str) -> None:
        if verb == "v" and self.flags.sharp_v:
            self._pad(format_integer(value.value, self.flags.for_integer(sharp=True), 16, "v"), " ")
        else:
            self._integer(value.value, verb, value)

    def _integer(self, number: int, verb: str, value: Any) -> None:
        base = _BASES.get(verb)
        if base is not None:
            self._pad(format_integer(number, self.flags, base, verb), " ")
        elif verb == "c":
            self._pad(rune_text(_to_rune(number)))
        elif verb == "q":
            self._pad(quote_rune(_to_rune(number), self.flags.plus))
        elif verb == "U":
            self._pad(format_unicode(number, self.flags), " ")
        else:
            self._bad_verb(value, verb)

    def _float(self, value: float, verb: str) -> None:
        flags = self.flags
        if verb == "v":
            if flags.width is None and flags.precision is None and not (flags.plus or flags.sharp or flags.space):
                self.write(format_shortest(value))
            else:
                self._format_float(value, "g", -1)
        elif verb in "bgGxX":
            self._format_float(value, verb, -1)
        elif verb in "feE":
            self._format_float(value, verb, 6)
        elif verb == "F":
            self._format_float(value, "f", 6)
        else:
            self._bad_verb(value, verb)

    def _format_float(self, value: float, format_: str, default_precision: int) -> None:
        flags = self.flags
        precision = default_precision if flags.precision is None else flags.precision
        number = format_float(value, format_, precision)
        if number[0] not in "-+":
            number = f"+{number}"
        if flags.space and number[0] == "+" and not flags.plus:
            number = f" {number[1:]}"
        is_sign_shown = flags.plus or number[0] != "+"
        if not isfinite(value):
            # Not a number like others: never padded with zeros.
            is_bare = not flags.space and not flags.plus if isnan(value) else not is_sign_shown and number[0] != "+"
            self._pad(number[1:] if is_bare else number, " ")
            return
        if flags.sharp and format_ != "b":
            number = _with_decimal_point(number, format_, precision)
        if not is_sign_shown:
            self._pad(number[1:])
            return
        if flags.zero and not flags.minus and flags.width is not None and flags.width > len(number):
            self.write(number[0] + number[1:].rjust(flags.width - 1, "0"))
            return
        self._pad(number)

    def _complex(self, value: complex, verb: str) -> None:
        if verb not in "vbgGxXfFeE":
            self._bad_verb(value, verb)
            return
        plus = self.flags.plus
        self.write("(")
        self._float(value.real, verb)
        self.flags.plus = True
        self._float(value.imag, verb)
        self.write("i)")
        self.flags.plus = plus

    def _format_string(self, text: str, verb: str) -> None:
        if verb == "v":
            if self.flags.sharp_v:
                self._quoted(self._truncated(text))
            else:
                self._pad(self._truncated(text))
        elif verb == "s":
            self._pad(self._truncated(text))
        elif verb == "q":
            self._quoted(self._truncated(text))
        elif verb in "xX":
            self._hex_bytes(text, verb)
        else:
            self._bad_verb(text, verb)

    def _truncated(self, text: str) -> str:
        """Nothing is read of a text but what is shown of it."""
        shown = text if self.flags.precision is None else text[: self.flags.precision]
        self.known.check(shown)
        return shown

    def _quoted(self, shown: str) -> None:
        if self.flags.sharp and can_backquote(shown):
            self._pad(f"`{shown}`")
            return
        escape = escape_to_ascii if self.flags.plus else escape_quoted
        escaped = rewritten(shown, escape, self._limit - self.size)
        if escaped is None:
            raise PrintOverflow
        self._pad(f'"{escaped}"')

    def _hex_bytes(self, text: str, verb: str) -> None:
        flags = self.flags
        # A character has at least one byte.
        read = text if flags.precision is None else text[: flags.precision]
        self.known.check(read)
        data = to_bytes(read)
        if flags.precision is not None:
            data = data[: flags.precision]
        prefix = "0x" if flags.sharp else ""
        separator = f" {prefix}" if flags.space else ""
        if (2 + len(separator)) * len(data) - len(separator) > self._limit - self.size:
            raise PrintOverflow
        shown = data.hex(" ").replace(" ", separator) if flags.space else data.hex()
        if data:
            shown = prefix + shown
        self._pad(shown.upper() if verb == "X" else shown)

    def _pad(self, text: str, zero_fill: str = "0") -> None:
        flags = self.flags
        missing = (flags.width or 0) - len(text)
        if missing <= 0:
            self.write(text)
        elif flags.minus:
            self.write(text + " " * missing)
        else:
            self.write((zero_fill if flags.zero else " ") * missing + text)


_BASES = {"v": 10, "d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_SEPARATOR = object()

# So many items of a list are looked at together.
_CHUNK = 1024
_SCALARS = frozenset({str, int, float, bool, type(None)})


class _Ready:
    """Items that have been made a text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _characters(items: Sequence[Any], kinds: Set[type]) -> int:
    """How long the texts among the items are."""
    if str not in kinds:
        return 0
    return sum(map(len, items)) if len(kinds) == 1 else sum([len(item) for item in items if type(item) is str])


def _scalar_text(item: Any) -> str:
    kind = type(item)
    if kind is str:
        return str(item)
    if kind is int and -1_000_000 < item < 1_000_000:
        # As the float that it is.
        return str(item)
    if kind is bool:
        return "true" if item else "false"
    return "<nil>" if item is None else format_shortest(adopt(item))


def _separated(items: Iterator[Tuple[Any, Any]]) -> Iterator[Tuple[Any, Any]]:
    is_first = True
    for item in items:
        if not is_first:
            yield None, _SEPARATOR
        is_first = False
        yield item


def _to_rune(number: int) -> int:
    return number if 0 <= number <= 0x10FFFF else 0xFFFD


_EXPONENT = re.compile(r"[eE]")
_HEX_EXPONENT = re.compile(r"[pP]")


def _with_decimal_point(number: str, format_: str, precision: int) -> str:
    """`#` keeps the decimal point, and the trailing zeros of %g."""
    # Of the formats that count significant digits %X alone restores none.
    digits = (6 if precision == -1 else precision) if format_ in "gGx" else 0
    exponent = (_HEX_EXPONENT if format_ in "xX" else _EXPONENT).search(number)
    mantissa = number if exponent is None else number[: exponent.start()]
    end = len(mantissa)
    digits -= len(mantissa[1:].replace(".", "").lstrip("0"))
    if "." not in mantissa:
        if len(mantissa) == 2 and mantissa.endswith("0"):
            digits -= 1
        mantissa += "."
    return mantissa + "0" * max(digits, 0) + number[end:]
