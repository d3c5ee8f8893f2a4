"""The functions of the language, called with arguments that `check_argument` has accepted."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, NoReturn, Optional, Sequence, Tuple

from ..plan.plan import Site
from ..values.escaping import escape_html, escape_js, escape_query, rewritten
from ..values.go_string import byte_at, byte_length, byte_slice
from ..values.json_text import JsonFault, JsonOverflow, JsonWriter
from ..values.printer import Printer
from ..values.printf import FormatRun
from ..values.quote import escape_quoted
from ..values.sorted_keys import count_keys
from ..values.text_functions import indent, indented_length, lower, upper
from ..values.values import UNDEFINED, Uint8, adopt, capacity, is_dict, is_list, slice_list, type_name
from .comparison import compare, equals, equals_any
from .operations import MISSING
from .run import Run

# The site is where the function's own errors are reported.
TemplateFunction = Callable[[Run, Site, List[Any]], Any]


def _text_of(run: Run, value: Any) -> str:
    run.known.check(value)
    return str(value)


def _bounded(run: Run, site: Site, text: Optional[str]) -> str:
    """A result on its way out of a function: within the limit of the output, and paid for."""
    if text is None:
        run.fail_output(site)
    size = byte_length(text)
    if size > run.limits.max_output_bytes:
        run.fail_output(site)
    run.charge_made(site, size)
    return text


def _rewriting(rewrite: Callable[[str], str]) -> TemplateFunction:
    """A function that rewrites each character of its text."""

    def function(run: Run, site: Site, args: List[Any]) -> str:
        return _bounded(run, site, rewritten(_text_of(run, args[0]), rewrite, run.limits.max_output_bytes))

    return function


def _escaping(escape: Callable[[str], str]) -> TemplateFunction:
    """A function that escapes all its arguments."""

    def function(run: Run, site: Site, args: List[Any]) -> str:
        return _bounded(run, site, rewritten(_shown(run, site, args), escape, run.limits.max_output_bytes))

    return function


def _ordering(name: str) -> TemplateFunction:
    return lambda run, site, args: compare(run, site, name, args[0], args[1])


def _length(run: Run, site: Site, args: List[Any]) -> int:
    value = args[0]
    if type(value) is str:
        size = run.known.byte_length(value)
        run.charge_read(site, size)
        return size
    if is_list(value):
        return len(value)
    if is_dict(value):
        run.charge(site, len(value))
        return count_keys(value, run.is_exact)
    if value is None:
        run.fault(site, "len", "len of nil pointer")
    if value is UNDEFINED:
        run.fault(site, "len", "reflect: call of reflect.Value.Type on zero Value")
    run.fault(site, "len", f"len of type {type_name(value)}")


def _index(run: Run, site: Site, args: List[Any]) -> Any:
    item = args[0]
    if item is None or item is UNDEFINED:
        run.fault(site, "index", "index of untyped nil")
    for number in range(1, len(args)):
        key = args[number]
        if item is None or item is UNDEFINED:
            run.fault(site, "index", "index of nil pointer")
        if is_list(item):
            item = _element(run, site, item, key)
        elif type(item) is str:
            item = _byte(run, site, item, key)
        elif is_dict(item):
            item = _entry(run, site, item, key)
        else:
            run.fault(site, "index", f"can't index item of type {type_name(item)}")
    return item


def _element(run: Run, site: Site, items: Sequence[Any], key: Any) -> Any:
    at = _position(run, site, "index", UNDEFINED if key is None else key, len(items))
    if at == len(items):
        run.fault(site, "index", "reflect: slice index out of range")
    return adopt(items[at])


def _byte(run: Run, site: Site, text: str, key: Any) -> Uint8:
    size = run.known.byte_length(text)
    run.charge_read(site, size)
    at = _position(run, site, "index", UNDEFINED if key is None else key, size)
    if at == size:
        run.fault(site, "index", "reflect: string index out of range")
    return Uint8(byte_at(text, at))


def _entry(run: Run, site: Site, map_: Mapping[Any, Any], key: Any) -> Any:
    if key is None or key is UNDEFINED:
        run.fault(site, "index", "value is nil; should be of type string")
    if type(key) is not str:
        run.fault(site, "index", f"value has type {type_name(key)}; should be string")
    run.known.check(key)
    item = map_.get(key, MISSING)
    if item is MISSING and key[:1] in _STARTS_OF_NUMBERS and len(key) <= 20:
        item = _numbered_entry(map_, key)
    if item is not MISSING:
        return adopt(item)
    # A key with lone surrogates would be this one.
    if not run.is_exact and (len(key) > _SHORT_KEY or "\ufffd" in key):
        run.known.check_keys(map_)
    return None


# Longer keys are not searched for U+FFFD, as that would cost no steps.
_SHORT_KEY = 256

_STARTS_OF_NUMBERS = frozenset("-0123456789")


def _numbered_entry(map_: Mapping[Any, Any], key: str) -> Any:
    """The item of a whole number as a key, which JSON writes as text."""
    try:
        number = int(key)
    except ValueError:
        return MISSING
    return map_.get(number, MISSING) if str(number) == key else MISSING


def _position(run: Run, site: Site, name: str, value: Any, limit: int) -> int:
    """An index that Go accepts: an integer from 0 to the capacity."""
    if value is UNDEFINED:
        run.fault(site, name, "cannot index slice/array with nil")
    if value is None:
        run.fault(site, name, "cannot index slice/array with type interface {}")
    if type(value) is Uint8:
        value = value.value
    elif type(value) is not int:
        run.fault(site, name, f"cannot index slice/array with type {type_name(value)}")
    if not 0 <= value <= limit:
        run.fault(site, name, f"index out of range: {value}")
    return int(value)


def _slice(run: Run, site: Site, args: List[Any]) -> Any:
    sequence = args[0]
    indexes = args[1:]
    if sequence is None or sequence is UNDEFINED:
        run.fault(site, "slice", "slice of untyped nil")
    if len(indexes) > 3:
        run.fault(site, "slice", f"too many slice indexes: {len(indexes)}")
    if type(sequence) is str:
        if len(indexes) == 3:
            run.fault(site, "slice", "cannot 3-index slice a string")
        size = run.known.byte_length(sequence)
        run.charge_read(site, size)
        start, end, _ = _bounds(run, site, indexes, size, size)
        return byte_slice(sequence, start, end)
    if not is_list(sequence):
        run.fault(site, "slice", f"can't slice item of type {type_name(sequence)}")
    limit = capacity(sequence)
    start, end, last = _bounds(run, site, indexes, len(sequence), limit)
    run.charge_read(site, end - start)
    return slice_list(sequence, start, end, limit if len(indexes) < 3 else last)


def _bounds(run: Run, site: Site, indexes: List[Any], size: int, limit: int) -> Tuple[int, int, int]:
    given = [_position(run, site, "slice", value, limit) for value in indexes]
    start = given[0] if given else 0
    end = given[1] if len(given) > 1 else size
    last = given[2] if len(given) > 2 else 0
    if start > end:
        run.fault(site, "slice", f"invalid slice index: {start} > {end}")
    if len(given) == 3 and end > last:
        run.fault(site, "slice", f"invalid slice index: {end} > {last}")
    return start, end, last


def _call(run: Run, site: Site, args: List[Any]) -> NoReturn:
    """JSON has no functions, so all that is left of `call` is its errors. The first argument is the callee's text, if it was written."""
    callee, value = args[0], args[1]
    if value is None or value is UNDEFINED:
        run.fault(site, "call", "call of nil")
    type_ = type_name(value)
    if type(callee) is str:
        name = callee
    else:
        name = run.describe(value, "v") if type(value) is str else f"<{type_} Value>"
    run.fault(site, "call", f"non-function {name} of type {type_}")


def _shown(run: Run, site: Site, args: List[Any]) -> str:
    """The text that the escaping functions escape."""
    if len(args) == 1 and type(args[0]) is str:
        return _text_of(run, args[0])
    shown = ["<no value>" if value is None or value is UNDEFINED else value for value in args]
    return run.print(site, lambda printer: printer.print(shown))


def _json(name: str) -> TemplateFunction:
    def function(run: Run, site: Site, args: List[Any]) -> str:
        writer = JsonWriter(name == "toPrettyJson", run.limits.max_output_bytes, run.known)
        try:
            writer.write(args[0])
        except JsonOverflow:
            run.fail_output(site)
        except JsonFault as error:
            run.fault(site, name, str(error))
        run.charge(site, writer.keys)
        return _bounded(run, site, writer.text)

    return function


def _join(run: Run, site: Site, args: List[Any]) -> str:
    """Like Sprig's: nil elements are left out, and what is no list is joined as the only element."""
    separator, value = args
    if value is None or value is UNDEFINED:
        return ""

    # An only element is a value already: an integer of the template's own.
    items = run.known.joined(value, separator != "") if is_list(value) else [value]
    between = _text_of(run, separator) if len(items) > 1 else ""

    def write(printer: Printer) -> None:
        for number, item in enumerate(items):
            if number > 0:
                printer.write(between)
            printer.print_argument(adopt(item) if is_list(value) else item, "v")

    return run.print(site, write)


def _indented(run: Run, site: Site, name: str, args: List[Any]) -> str:
    spaces: int = args[0]
    text = _text_of(run, args[1])
    if spaces < 0:
        run.fault(site, name, "strings: negative Repeat count")
    if indented_length(byte_length(text), text, spaces) > run.limits.max_output_bytes:
        run.fail_output(site)
    return _bounded(run, site, indent(text, spaces))


def _quoted(run: Run, site: Site, args: List[Any]) -> str:
    """Like Sprig's: each value that is not nil, as text, in double quotes."""
    limit = run.limits.max_output_bytes
    parts: List[str] = []
    size = -1
    for value in args:
        if value is None or value is UNDEFINED:
            continue
        if type(value) is str:
            text = _text_of(run, value)
        else:
            text = _printed(run, site, value)
        # What is too long already is not made any longer; the others are still looked at, for they may fail in another way.
        escaped = rewritten(text, escape_quoted, limit - size) if size <= limit else None
        if escaped is None:
            parts.clear()
            size = limit + 1
            continue
        parts.append(f'"{escaped}"')
        size += 3 + byte_length(escaped)
    return _bounded(run, site, " ".join(parts) if size <= limit else None)


def _printed(run: Run, site: Site, value: Any) -> str:
    return run.print(site, lambda printer: printer.print([value]))


def _default(run: Run, site: Site, args: List[Any]) -> Any:
    return args[1] if len(args) > 1 and args[1] else args[0]


FUNCTIONS: Dict[str, TemplateFunction] = {
    "not": lambda run, site, args: not args[0],
    "len": _length,
    "index": _index,
    "slice": _slice,
    "call": _call,
    "print": lambda run, site, args: run.print(site, lambda printer: printer.print(args)),
    "println": lambda run, site, args: run.print(site, lambda printer: printer.print_line(args)),
    "printf": lambda run, site, args: run.print(
        site, lambda printer: FormatRun(printer, _text_of(run, args[0]), args[1:]).run()
    ),
    "html": _escaping(escape_html),
    "js": _escaping(escape_js),
    "urlquery": _escaping(escape_query),
    "eq": lambda run, site, args: equals_any(run, site, "eq", args),
    "ne": lambda run, site, args: not equals(run, site, "ne", args[0], args[1]),
    "lt": _ordering("lt"),
    "le": _ordering("le"),
    "gt": _ordering("gt"),
    "ge": _ordering("ge"),
    "default": _default,
    "toJson": _json("toJson"),
    "toPrettyJson": _json("toPrettyJson"),
    "join": _join,
    "upper": _rewriting(upper),
    "lower": _rewriting(lower),
    "trim": lambda run, site, args: _bounded(run, site, run.known.trimmed(args[0])),
    "indent": lambda run, site, args: _indented(run, site, "indent", args),
    "nindent": lambda run, site, args: "\n" + _indented(run, site, "nindent", args),
    "quote": _quoted,
}
