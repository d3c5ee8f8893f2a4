"""The errors of the engine. The messages of the first two are those of Go's `text/template`, byte for byte."""

from __future__ import annotations

from typing import Optional

from ..errors import UsageError

# "output", "depth" or "steps": which bound a render went over.
Limit = str


class TemplateSyntaxError(Exception):
    """The template's text is not a template. `line` counts from 1, `column` in bytes of UTF-8 from 0."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column

    def __reduce__(self) -> "tuple[type, tuple[str, int, int]]":
        return type(self), (str(self), self.line, self.column)


class TemplateExecutionError(Exception):
    """The template cannot be rendered with these variables, or not within the limits.

    `limit` is "output", "depth" or "steps" when a bound was reached rather than a fault met.
    """

    def __init__(self, message: str, line: int, column: int, limit: Optional[Limit] = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.limit = limit

    def __reduce__(self) -> "tuple[type, tuple[str, int, int, Optional[str]]]":
        return type(self), (str(self), self.line, self.column, self.limit)


class TemplateTooDeep(Exception):
    """The template nests deeper than what is left of Python's stack: render it somewhere else."""


class TemplateDataError(UsageError):
    """The variables hold something that JSON has no form for, or a number beyond the range of floats."""
