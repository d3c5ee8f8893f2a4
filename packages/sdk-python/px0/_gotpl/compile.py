"""From a template's text to something that renders, within limits."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, List, Mapping, Optional, Sequence

from .backends.closures import compile_closures
from .backends.run import Limits, Run, Task
from .errors import TemplateExecutionError
from .plan.plan import Site
from .plan.planner import plan_template
from .syntax.parser import parse
from .syntax.source import Source
from .values.go_string import canonical, is_well_formed, to_bytes, well_formed
from .values.ill_formed import IllFormedData, with_well_formed
from .values.quote import quote
from .values.values import NIL_MAP


class CompiledTemplate:
    """Never changes: threads may share it."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._task = Task(source, limits)
        plan = plan_template(source.name, parse(source))
        self._numbers: Dict[str, int] = {unit.name: number for number, unit in enumerate(plan.units)}
        self._sites: List[Site] = [unit.body.site for unit in plan.units]
        self._has_stray_bytes = plan.has_stray_bytes
        self._renderer = compile_closures(plan)

    def render(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> str:
        if not self._has_stray_bytes:
            try:
                output = self._run(NIL_MAP if variables is None else variables, missing_key, False)
                if output.isascii() or is_well_formed(output):
                    return output
            except IllFormedData:
                pass
        return well_formed(self._exact(variables, missing_key))

    def render_bytes(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> bytes:
        output = self._optimistic(variables, missing_key)
        return to_bytes(self._exact(variables, missing_key) if output is None else output)

    def render_units(
        self, names: Sequence[str], variables: Optional[Mapping[str, Any]], missing_key: str
    ) -> List[str]:
        """The outputs of the templates with these names, in order and within one budget for all of them."""
        numbers = [self._number_of(name) for name in names]
        if not self._has_stray_bytes:
            with contextlib.suppress(IllFormedData):
                outputs = self._run_units(numbers, _data_of(variables), missing_key, False)
                if all(map(is_well_formed, outputs)):
                    return outputs
        outputs = self._run_units(numbers, _exact_data_of(variables), missing_key, True)
        return [well_formed(canonical(output)) for output in outputs]

    def _number_of(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            of = quote(self._source.name)
            message = f"template: no template {quote(name)} associated with template {of}"
            raise TemplateExecutionError(well_formed(message), 1, 0)
        return number

    def _optimistic(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> Optional[str]:
        """The output, unless the data or the template turn out to need the exact render (`ill_formed.py`)."""
        if self._has_stray_bytes:
            return None
        try:
            output = self._run(_data_of(variables), missing_key, False)
        except IllFormedData:
            return None
        return output if is_well_formed(output) else None

    def _exact(self, variables: Optional[Mapping[str, Any]], missing_key: str) -> str:
        return canonical(self._run(_exact_data_of(variables), missing_key, True))

    def _run(self, data: Mapping[str, Any], missing_key: str, is_exact: bool) -> str:
        run = Run(self._task, missing_key, is_exact)
        self._renderer(run, 0, data)
        if run.chars > run.safe:
            run.grow(self._sites[0])
        return "".join(run.out)

    def _run_units(
        self, numbers: Sequence[int], data: Mapping[str, Any], missing_key: str, is_exact: bool
    ) -> List[str]:
        run = Run(self._task, missing_key, is_exact)
        ends: List[int] = []
        for number in numbers:
            self._renderer(run, number, data)
            if run.chars > run.safe:
                run.grow(self._sites[number])
            ends.append(run.chars)
        output = "".join(run.out)
        return [output[start:end] for start, end in zip([0, *ends], ends)]


def _data_of(variables: Optional[Mapping[str, Any]]) -> Mapping[str, Any]:
    return NIL_MAP if variables is None else variables


def _exact_data_of(variables: Optional[Mapping[str, Any]]) -> Mapping[str, Any]:
    return NIL_MAP if variables is None else with_well_formed(variables)
