"""The functions of the language and their parameters, which decide how arguments are checked before a call."""

from __future__ import annotations

from typing import Dict, NamedTuple, Optional, Tuple


class Signature(NamedTuple):
    """A parameter is "any", which takes every value, nil included, or "string" or "int", which take values of that Go type only.

    `rest` is the type of any number of further arguments.
    """

    fixed: Tuple[str, ...]
    rest: Optional[str] = None


_ONE_ANY = Signature(("any",))
_TWO_ANY = Signature(("any", "any"))
_ANY_NUMBER = Signature((), "any")
_AT_LEAST_ONE = Signature(("any",), "any")
_ONE_STRING = Signature(("string",))

SIGNATURES: Dict[str, Signature] = {
    "and": _AT_LEAST_ONE,
    "or": _AT_LEAST_ONE,
    "not": _ONE_ANY,
    "len": _ONE_ANY,
    "index": _AT_LEAST_ONE,
    "slice": _AT_LEAST_ONE,
    "call": _AT_LEAST_ONE,
    "print": _ANY_NUMBER,
    "println": _ANY_NUMBER,
    "printf": Signature(("string",), "any"),
    "html": _ANY_NUMBER,
    "js": _ANY_NUMBER,
    "urlquery": _ANY_NUMBER,
    "eq": _AT_LEAST_ONE,
    "ne": _TWO_ANY,
    "lt": _TWO_ANY,
    "le": _TWO_ANY,
    "gt": _TWO_ANY,
    "ge": _TWO_ANY,
    "default": _AT_LEAST_ONE,
    "toJson": _ONE_ANY,
    "toPrettyJson": _ONE_ANY,
    "join": Signature(("string", "any")),
    "upper": _ONE_STRING,
    "lower": _ONE_STRING,
    "trim": _ONE_STRING,
    "indent": Signature(("int", "string")),
    "nindent": Signature(("int", "string")),
    "quote": _ANY_NUMBER,
}
