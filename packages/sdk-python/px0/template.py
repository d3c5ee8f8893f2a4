"""px0's template language, Go's `text/template`, in this process: byte for byte what px0 renders, within the same limits.

    from px0.template import compile

    compile("Hello {{.name}}!").render({"name": "Ada"})
"""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence

from ._gotpl.backends.run import Limits
from ._gotpl.compile import CompiledTemplate
from ._gotpl.errors import TemplateDataError, TemplateExecutionError, TemplateSyntaxError, TemplateTooDeep
from ._gotpl.link import Linked, Unit, link
from ._gotpl.syntax.program_source import ProgramSource, Stretch
from ._gotpl.syntax.source import Source
from ._gotpl.values.values import is_dict
from .errors import UsageError

__all__ = [
    "Template",
    "TemplateDataError",
    "TemplateExecutionError",
    "TemplateSyntaxError",
    "TemplateTooDeep",
    "compile",
]

_TOO_DEEP = "the template nests too deeply for what is left of Python's stack"
_MISSING_KEYS = ("error", "default", "zero")


class Template:
    """A compiled template. It never changes, and threads may render it at the same time."""

    def __init__(self, compiled: CompiledTemplate) -> None:
        self._compiled = compiled

    def render(self, variables: Optional[Mapping[str, Any]], *, missing_key: str = "error") -> str:
        """The template's output. `variables` are looked at where the template looks; None is a nil map, which has no keys and prints
        as `map[]`. Bytes that are not UTF-8, which only cutting characters or escapes such as `"\\xff"` make, come out as U+FFFD.

        `missing_key` says what a key does that a map lacks, as Go's option of that name: "error", "default" or "zero".

        Raises TemplateExecutionError, TemplateTooDeep, and UsageError: for variables that JSON has no form for it is a TemplateDataError.
        """
        try:
            _check(variables, missing_key)
            return self._compiled.render(variables, missing_key)
        except RecursionError:
            pass
        raise TemplateTooDeep(_TOO_DEEP)

    def render_bytes(self, variables: Optional[Mapping[str, Any]], *, missing_key: str = "error") -> bytes:
        """The same output as UTF-8, byte for byte what Go writes. Raises what `render` raises."""
        try:
            _check(variables, missing_key)
            return self._compiled.render_bytes(variables, missing_key)
        except RecursionError:
            pass
        raise TemplateTooDeep(_TOO_DEEP)

    def render_units(
        self, names: Sequence[str], variables: Optional[Mapping[str, Any]], *, missing_key: str = "error"
    ) -> List[str]:
        """The outputs of the templates with these names, in this order: of the main one and of those that it defines, each run with
        the variables as its data. Steps and output of all of them together are bounded as those of one render.

        Raises what `render` raises.
        """
        try:
            _check(variables, missing_key)
            return self._compiled.render_units(names, variables, missing_key)
        except RecursionError:
            pass
        raise TemplateTooDeep(_TOO_DEEP)


_MAX_STEPS = 1_000_000
_MAX_OUTPUT_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 100


def compile(  # noqa: A001
    text: str,
    *,
    name: str = "prompt",
    max_steps: int = _MAX_STEPS,
    max_output_bytes: int = _MAX_OUTPUT_BYTES,
    max_depth: int = _MAX_DEPTH,
) -> Template:
    """Compiles a template; `name` is its name in error messages.

    `max_steps` bounds nodes executed, loop passes and larger pieces of work inside functions, `max_depth` template calls inside one
    another. Raises TemplateSyntaxError and TemplateTooDeep.
    """
    limits = Limits(max_output_bytes, max_depth, max_steps)
    try:
        return Template(CompiledTemplate(Source(name, text), limits))
    except RecursionError:
        pass
    raise TemplateTooDeep(_TOO_DEEP)


def compile_program(text: str, stretches: Sequence[Stretch]) -> Template:
    """Compiles what px0 has linked of several texts; errors of its renders speak of these. Raises what `compile` raises."""
    limits = Limits(_MAX_OUTPUT_BYTES, _MAX_DEPTH, _MAX_STEPS)
    try:
        return Template(CompiledTemplate(ProgramSource("prompt", text, stretches), limits))
    except RecursionError:
        pass
    raise TemplateTooDeep(_TOO_DEEP)


def link_program(root: str, units: Sequence[Unit]) -> Linked:
    """Links several texts into a program that `compile_program` takes. Raises what `compile` raises."""
    try:
        return link(root, units)
    except RecursionError:
        pass
    raise TemplateTooDeep(_TOO_DEEP)


def _check(variables: Optional[Mapping[str, Any]], missing_key: str) -> None:
    if type(variables) is not dict and variables is not None and not is_dict(variables):
        raise TemplateDataError(f"variables must be a mapping, not a {type(variables).__name__}")
    if missing_key not in _MISSING_KEYS:
        raise UsageError(f'missing_key must be "error", "default" or "zero", not {missing_key!r}')
