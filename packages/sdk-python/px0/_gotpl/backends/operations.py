"""What is done at run time to values: look up fields, print, and check arguments."""

from __future__ import annotations

from typing import Any, NoReturn

from ..plan.plan import Site
from ..values.float_format import format_shortest
from ..values.quote import quote
from ..values.values import UNDEFINED, Uint8, adopt, is_dict, type_name
from .run import Run

MISSING = object()


def field(run: Run, receiver: Any, key: str, is_element: bool, is_lenient: bool, site: Site) -> Any:
    """A field of a value. `is_element`: the value is in an interface, which is what a message then calls its type."""
    if receiver is UNDEFINED:
        if run.missing_key == "error" and not is_lenient:
            run.fail(site, f"nil data; no entry for key {quote(key)}")
        return UNDEFINED
    if receiver is None:
        run.fail(site, f"nil pointer evaluating interface {{}}.{key}")
    if not is_dict(receiver):
        _no_field(run, receiver, key, is_element, site)
    item = receiver.get(key, MISSING)
    if item is not MISSING:
        return adopt(item)
    if is_lenient or run.missing_key == "default":
        return UNDEFINED
    if run.missing_key == "zero":
        return None
    run.fail(site, f"map has no entry for key {quote(key)}")


def _no_field(run: Run, receiver: Any, key: str, is_element: bool, site: Site) -> NoReturn:
    # Integers never stand in an interface: they come from literals, len and range.
    type_ = "interface {}" if is_element and not _is_integer(receiver) else type_name(receiver)
    run.fail(site, f"can't evaluate field {key} in type {type_}")


def field_with_arguments(run: Run, receiver: Any, key: str, is_element: bool, site: Site) -> Any:
    """A field with arguments after it, which is always an error, unless there is nothing to have fields."""
    if not is_dict(receiver):
        return field(run, receiver, key, is_element, False, site)
    run.fail(site, f"{key} is not a method but has arguments")


def element_index(value: Any, is_element: bool) -> Any:
    """An element as `slice` sees it: in an interface, unless it is an integer."""
    return value if value is UNDEFINED or not is_element or _is_integer(value) else None


def _is_integer(value: Any) -> bool:
    return type(value) is int or type(value) is Uint8


def show(run: Run, value: Any, site: Site) -> str:
    """What `{{value}}` prints."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is int:
        return str(value)
    if kind is float:
        return format_shortest(value)
    if kind is bool:
        return "true" if value else "false"
    if value is None or value is UNDEFINED:
        return "<no value>"
    # Scalars as well, if rare ones: they are short, and cost nothing.
    if kind is Uint8 or kind is complex:
        return run.describe(value, "v")
    return run.print(site, lambda printer: printer.print_argument(value, "v"))


def check_argument(run: Run, value: Any, type_: str, site: Site) -> None:
    """The check of an argument for a parameter of one type."""
    if type(value) is (str if type_ == "string" else int):
        return
    if value is UNDEFINED:
        run.fail(site, f"invalid value; expected {type_}")
    actual = "interface {}" if value is None else type_name(value)
    run.fail(site, f"wrong type for value; expected {type_}; got {actual}")
