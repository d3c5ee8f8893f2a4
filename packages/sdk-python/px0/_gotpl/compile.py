"""From a template's text to something that renders, within limits."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from .backends.closures import compile_closures
from .backends.run import Limits, Run
from .plan.planner import plan_template
from .syntax.parser import parse
from .syntax.source import Source
from .values.go_string import canonical, is_well_formed, to_bytes, well_formed
from .values.ill_formed import IllFormedData, with_well_formed
from .values.values import NIL_MAP


class CompiledTemplate:
    """Never changes: threads may share it."""

    def __init__(self, name: str, text: str, limits: Limits) -> None:
        self._source = Source(name, text)
        self._limits = limits
        plan = plan_template(name, parse(self._source))
        self._main_site = plan.units[0].body.site
        self._has_stray_bytes = plan.has_stray_bytes
        self._renderer = compile_closures(plan)

    def render(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> str:
        output = None if self._has_stray_bytes else self._optimistic(variables, missing_key)
        return well_formed(self._exact(variables, missing_key)) if output is None else output

    def render_bytes(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> bytes:
        output = None if self._has_stray_bytes else self._optimistic(variables, missing_key)
        return to_bytes(self._exact(variables, missing_key) if output is None else output)

    def _optimistic(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> Optional[str]:
        """The output, unless the data or the template turn out to need the exact render (`ill_formed.py`)."""
        try:
            output = self._run(NIL_MAP if variables is None else variables, missing_key, False)
        except IllFormedData:
            return None
        return output if is_well_formed(output) else None

    def _exact(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> str:
        data = NIL_MAP if variables is None else with_well_formed(variables)
        return canonical(self._run(data, missing_key, True))

    def _run(self, data: Mapping[str, Any], missing_key: str, is_exact: bool) -> str:
        run = Run(self._source, self._limits, missing_key, is_exact)
        self._renderer(run, data)
        if run.chars > run.safe:
            run.grow(self._main_site)
        return "".join(run.out)
