"""Number and character literals: which Go types a literal fits, as `text/template/parse` decides it."""

from __future__ import annotations

import re
from math import isfinite, ldexp
from typing import List, NamedTuple, Optional, Tuple, Union

from ..values.quote import quote, unquote_character


class NumberLiteral(NamedTuple):
    # As written.
    text: str
    # The value as an integer, when it fits one of 64 bits.
    int: Optional[int]
    float: Optional[float]
    complex: Optional[complex]


class LiteralError(NamedTuple):
    """A literal that Go rejects; the message is Go's."""

    error: str


_Result = Union[NumberLiteral, LiteralError]

_MAX_INT = (1 << 63) - 1
_MIN_INT = -(1 << 63)
_MAX_UINT = (1 << 64) - 1


def parse_number(text: str, kind: str) -> _Result:
    """`kind` is the token's type: "number", "character" or "complex"."""
    if kind == "character":
        return _character_literal(text)
    if kind == "complex":
        return _complex_literal(text)
    if text.endswith("i"):
        imaginary = _parse_float64(text[:-1])
        if isinstance(imaginary, float):
            return _from_complex(text, complex(0.0, imaginary))
    uint = _parse_uint(text)
    integer = _parse_int64(text, uint)
    if integer is not None:
        return NumberLiteral(text, integer, float(integer), None)
    if uint is not None:
        return NumberLiteral(text, None, float(uint), None)
    number = _parse_float64(text)
    if isinstance(number, str):
        return LiteralError(f"illegal number syntax: {quote(text)}")
    if not re.search(r"[.eEpP]", text):
        return LiteralError(f"integer overflow: {quote(text)}")
    return NumberLiteral(text, _integer_of(number), number, None)


def _character_literal(text: str) -> _Result:
    character = unquote_character(text, 1, "'")
    if character is None:
        return LiteralError("invalid syntax")
    if text[character.end :] != "'":
        return LiteralError(f"malformed character constant: {text}")
    return NumberLiteral(text, character.value, float(character.value), None)


def _from_complex(text: str, number: complex) -> NumberLiteral:
    if number.imag != 0:
        return NumberLiteral(text, None, None, number)
    return NumberLiteral(text, _integer_of(number.real), number.real, number)


def _integer_of(number: float) -> Optional[int]:
    if not number.is_integer():
        return None
    integer = int(number)
    return integer if _MIN_INT <= integer <= _MAX_INT else None


def _parse_int64(text: str, uint: Optional[int]) -> Optional[int]:
    """`strconv.ParseInt(text, 0, 64)`; `uint` is what ParseUint gives."""
    is_signed = text[:1] in ("-", "+")
    size = _parse_uint(text[1:]) if is_signed else uint
    if size is None:
        return None
    value = -size if text.startswith("-") else size
    return value if _MIN_INT <= value <= _MAX_INT else None


def _parse_uint(text: str) -> Optional[int]:
    """`strconv.ParseUint(text, 0, 64)`."""
    found = _integer_digits(text)
    if found is None or ("_" in text and not _underscores_allowed(text)):
        return None
    base, digits = found
    # 64 binary digits are the most that any number in range has, leading zeros apart.
    significant = digits.replace("_", "").lstrip("0")
    if len(significant) > 64:
        return None
    value = int(significant or "0", base)
    return value if value <= _MAX_UINT else None


_BASES = (
    (re.compile(r"0[xX]([0-9a-fA-F_]+)"), 16),
    (re.compile(r"0[oO]([0-7_]+)"), 8),
    (re.compile(r"0[bB]([01_]+)"), 2),
    (re.compile(r"(0[0-7_]*)"), 8),
    (re.compile(r"([1-9_][0-9_]*)"), 10),
)


def _integer_digits(text: str) -> Optional[Tuple[int, str]]:
    for pattern, base in _BASES:
        match = pattern.fullmatch(text)
        if match is not None:
            return base, match[1]
    return None


def _underscores_allowed(number: str) -> bool:
    """Whether each underscore stands between digits; a base prefix counts as a digit."""
    text = number[1:] if number[:1] in ("-", "+") else number
    is_prefixed = text[:1] == "0" and text[1:2] in tuple("xXoObB")
    digits = "0123456789abcdefABCDEF" if text[:2] in ("0x", "0X") else "0123456789"
    before = "digit" if is_prefixed else "start"
    for character in text[2:] if is_prefixed else text:
        if character in digits:
            before = "digit"
        elif character == "_":
            if before != "digit":
                return False
            before = "underscore"
        else:
            if before == "underscore":
                return False
            before = "other"
    return before != "underscore"


_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX = re.compile(r"([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)")


def _parse_float64(text: str) -> Union[float, str]:
    """`strconv.ParseFloat(text, 64)`; what is wrong with the text, if anything is."""
    if "_" in text and not _underscores_allowed(text):
        return "invalid syntax"
    digits = text.replace("_", "")
    value = float(digits) if _DECIMAL.fullmatch(digits) else _hex_float(digits)
    if value is None:
        return "invalid syntax"
    return value if isfinite(value) else "value out of range"


def _hex_float(text: str) -> Optional[float]:
    match = _HEX.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction, exponent = match.groups("")
    if not whole and not fraction:
        return None
    size = _scaled(int(whole + fraction, 16), _bounded_int(exponent) - 4 * len(fraction))
    return -size if sign == "-" else size


def _bounded_int(digits: str) -> int:
    """An exponent; beyond any that matters it is only large, for Python does not read numbers of any length."""
    size = digits.lstrip("+-").lstrip("0")
    value = int(size or "0") if len(size) < 16 else 10**16
    return -value if digits.startswith("-") else value


def _scaled(mantissa: int, exponent: int) -> float:
    """mantissa × 2^exponent, rounded to the nearest float, halves to even."""
    if mantissa == 0:
        return 0.0
    bits = mantissa.bit_length()
    magnitude = bits + exponent
    if magnitude > 1024:
        return float("inf")
    if magnitude < -1074:
        return 0.0
    # Fewer bits are kept below the normal range.
    drop = bits - min(53, magnitude + 1074)
    if drop > 0:
        half = 1 << (drop - 1)
        remainder = mantissa & ((1 << drop) - 1)
        mantissa >>= drop
        if remainder > half or (remainder == half and mantissa & 1):
            mantissa += 1
        exponent += drop
    try:
        return ldexp(mantissa, exponent)
    except OverflowError:
        return float("inf")


_COMPLEX_SYNTAX = LiteralError("syntax error scanning complex number")


def _complex_literal(text: str) -> _Result:
    """`1+2i`, which Go reads with `fmt.Sscan`, hence the wording of its errors."""
    real = _float_token(text, 0)
    sign = text[len(real) : len(real) + 1]
    if sign != "+" and sign != "-":
        return _COMPLEX_SYNTAX
    imaginary = _float_token(text, len(real) + 1)
    end = len(real) + 1 + len(imaginary)
    if text[end : end + 1] != "i":
        return _COMPLEX_SYNTAX
    values: List[float] = []
    for token in (real, sign + imaginary):
        value = _parse_float64(token)
        if isinstance(value, str):
            return LiteralError(f"strconv.ParseFloat: parsing {quote(token)}: {value}")
        values.append(value)
    return _from_complex(text, complex(values[0], values[1]))


_FLOAT_TOKEN = re.compile(
    r"[+-]?[iI]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eEpP][+-]?[0-9_]*)?)"
)


def _float_token(text: str, start: int) -> str:
    """The longest prefix that Go's scanner takes for a float; a leading `i` is tried as `Inf` and consumed."""
    match = _FLOAT_TOKEN.match(text, start)
    return "" if match is None else match[0]
