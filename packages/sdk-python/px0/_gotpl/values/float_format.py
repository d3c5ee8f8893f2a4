"""`strconv.FormatFloat` for 64-bit floats: every format letter, shortest or with a precision, rounded exactly."""

from __future__ import annotations

import struct
from math import copysign, isfinite, isnan
from typing import NamedTuple, Tuple

_MANTISSA_BITS = 52
_EXPONENT_BIAS = 1023


class Decimal(NamedTuple):
    """Decimal digits d1 d2 d3 … of the number 0.d1d2d3… × 10^point; without digits it is zero."""

    digits: str
    point: int


def format_shortest(value: float) -> str:
    """Go's default notation, `%v`: shortest digits, with an exponent below -4 and above 5."""
    size = abs(value)
    if 1e-4 <= size < 1e6:
        text = repr(value)
        return text[:-2] if text.endswith(".0") else text
    if value == 0:
        return "-0" if copysign(1.0, value) < 0 else "0"
    return format_float(value, "g", -1)


def format_float(value: float, format_: str, precision: int) -> str:
    """A negative precision asks for the fewest digits that read back as the same number."""
    if not isfinite(value):
        return _not_finite(value)
    sign = "-" if copysign(1.0, value) < 0 else ""
    size = abs(value)
    if format_ == "b":
        return sign + _binary(size)
    if format_ in "xX":
        return sign + _hexadecimal(size, format_, precision)
    if format_ in "eE":
        decimal = shortest(size) if precision < 0 else _rounded(_exact(size), precision + 1)
        return sign + _scientific(decimal, len(decimal.digits) - 1 if precision < 0 else precision, format_)
    if format_ == "f":
        decimal = shortest(size) if precision < 0 else _exact(size)
        places = max(len(decimal.digits) - decimal.point, 0) if precision < 0 else precision
        return sign + _plain(_rounded(decimal, decimal.point + places), places)
    return sign + _general(size, "E" if format_ == "G" else "e", precision)


def _not_finite(value: float) -> str:
    if isnan(value):
        return "NaN"
    return "-Inf" if value < 0 else "+Inf"


def _general(size: float, letter: str, wanted: int) -> str:
    is_shortest = wanted < 0
    precision = 1 if wanted == 0 else wanted
    decimal = shortest(size) if is_shortest else _rounded(_exact(size), precision)
    count = len(decimal.digits)
    if is_shortest:
        precision = count
    threshold = precision
    if threshold > count and count >= decimal.point:
        threshold = count
    if is_shortest:
        threshold = 6
    exponent = decimal.point - 1
    if exponent < -4 or exponent >= threshold:
        return _scientific(decimal, min(precision, count) - 1, letter)
    if precision > decimal.point:
        precision = count
    return _plain(decimal, max(precision - decimal.point, 0))


def _scientific(decimal: Decimal, precision: int, letter: str) -> str:
    digits, point = decimal
    fraction = "." + digits[1 : precision + 1].ljust(precision, "0") if precision > 0 else ""
    exponent = point - 1 if digits else 0
    return f"{digits[:1] or '0'}{fraction}{letter}{_signed_exponent(exponent)}"


def _signed_exponent(exponent: int) -> str:
    return f"{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _plain(decimal: Decimal, places: int) -> str:
    digits, point = decimal
    whole = digits[:point].ljust(point, "0") if point > 0 else "0"
    if places <= 0:
        return whole
    fraction = digits[point:] if point >= 0 else "0" * min(-point, places) + digits
    return f"{whole}.{fraction[:places].ljust(places, '0')}"


def shortest(size: float) -> Decimal:
    """The fewest digits that read back as the number, which is not negative."""
    if size == 0:
        return Decimal("", 0)
    mantissa, _, exponent = repr(size).partition("e")
    whole, _, fraction = mantissa.partition(".")
    written = whole + fraction
    digits = written.lstrip("0")
    point = len(whole) + int(exponent or "0") - (len(written) - len(digits))
    return Decimal(digits.rstrip("0"), point)


def _exact(size: float) -> Decimal:
    """All decimal digits of the number: a 64-bit float has at most 767."""
    if size == 0:
        return Decimal("", 0)
    mantissa, exponent = _parts(size)
    shift = exponent - _MANTISSA_BITS
    digits = str(mantissa << shift if shift >= 0 else mantissa * 5**-shift)
    return Decimal(digits.rstrip("0"), len(digits) - max(-shift, 0))


def _rounded(decimal: Decimal, count: int) -> Decimal:
    """To a number of digits, halves to even."""
    digits, point = decimal
    if count < 0:
        return Decimal("", 0)
    if count >= len(digits):
        return decimal
    if not _rounds_up(digits, count):
        kept = digits[:count].rstrip("0")
        return Decimal(kept, point) if kept else Decimal("", 0)
    kept = digits[:count].rstrip("9")
    if not kept:
        return Decimal("1", point + 1)
    return Decimal(kept[:-1] + str(int(kept[-1]) + 1), point)


def _rounds_up(digits: str, count: int) -> bool:
    following = digits[count]
    if following == "5" and count + 1 == len(digits):
        return count > 0 and int(digits[count - 1]) % 2 == 1
    return following >= "5"


def _parts(size: float) -> Tuple[int, int]:
    """The number as mantissa × 2^(exponent - 52)."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", size))
    fraction = bits & ((1 << 52) - 1)
    biased = (bits >> 52) & 0x7FF
    if biased == 0:
        return fraction, 1 - _EXPONENT_BIAS
    return fraction | (1 << 52), biased - _EXPONENT_BIAS


def _binary(size: float) -> str:
    mantissa, exponent = _parts(size)
    return f"{mantissa}p{exponent - _MANTISSA_BITS:+d}"


def _hexadecimal(size: float, format_: str, precision: int) -> str:
    mantissa, exponent = _parts(size)
    if mantissa == 0:
        exponent = 0
    top = 1 << 60
    mantissa <<= 8
    while mantissa != 0 and mantissa & top == 0:
        mantissa <<= 1
        exponent -= 1
    if 0 <= precision < 15:
        shift = precision * 4
        extra = (mantissa << shift) & (top - 1)
        mantissa >>= 60 - shift
        if extra | (mantissa & 1) > 1 << 59:
            mantissa += 1
        mantissa <<= 60 - shift
        if mantissa & (1 << 61) != 0:
            mantissa >>= 1
            exponent += 1
    digits = f"{mantissa & (top - 1):015x}".rstrip("0")
    shown = digits if precision < 0 else digits[:precision].ljust(precision, "0")
    text = f"0x{mantissa >> 60}{'.' + shown if shown else ''}p{_signed_exponent(exponent)}"
    return text.upper() if format_ == "X" else text
