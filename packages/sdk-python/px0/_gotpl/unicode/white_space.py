"""White space as Go's `unicode.IsSpace` has it, which is not that of Python's `str.isspace`."""

from __future__ import annotations

SPACE = "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def is_blank(text: str) -> bool:
    return not text.strip(SPACE)


def trim_space(text: str) -> str:
    """`strings.TrimSpace`."""
    return text.strip(SPACE)
