"""Renders templates line by line, for comparison with px0's other engines.

Each line of the input is a JSON object with `template`, `data`, and if need be `missing_key`, `limits` (`steps`, `output`, `depth`), `sources`
of a program, and `units` to render instead of the whole. Each line of the output is one with `output` (or `outputs` of units), `parse_error` or
`exec_error`; `output_b64` stands beside an output that is not UTF-8,
`limit` beside an error that a limit caused. What Python's stack cannot hold gives `declined`. With a `schema` instead of a template the data is judged:
`accepted`, or else `detail` and `header`.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any, Dict, List

from template_vectors import LIMITS

from px0._contract.judge import compile_judge
from px0._gotpl.backends.run import Limits
from px0._gotpl.compile import CompiledTemplate
from px0._gotpl.syntax.program_source import ProgramSource, Stretch
from px0.template import Template, TemplateExecutionError, TemplateSyntaxError, TemplateTooDeep, compile


def answer(case: Dict[str, Any]) -> Dict[str, Any]:
    limits = {LIMITS[name]: int(limit) for name, limit in (case.get("limits") or {}).items()}
    missing_key = case.get("missing_key") or "error"
    try:
        if "sources" in case:
            program = _program(case["template"], case["sources"], **limits)
            if "units" in case:
                return {"outputs": program.render_units(case["units"], case["data"], missing_key=missing_key)}
            return {"output": program.render(case["data"], missing_key=missing_key)}
        template = compile(case["template"], **limits)
        output = template.render(case["data"], missing_key=missing_key)
        data = template.render_bytes(case["data"], missing_key=missing_key)
    except TemplateSyntaxError as error:
        return {"parse_error": str(error)}
    except TemplateExecutionError as error:
        answered = {"exec_error": str(error)}
        return answered if error.limit is None else {**answered, "limit": error.limit}
    except TemplateTooDeep:
        return {"declined": True}
    if data == output.encode():
        return {"output": output}
    return {"output": output, "output_b64": base64.b64encode(data).decode()}


def judged(case: Dict[str, Any]) -> Dict[str, Any]:
    violation = compile_judge(case["schema"])(case["data"], case["missing_key"])
    return {"accepted": True} if violation is None else {"detail": violation.detail, "header": violation.header}


def _program(text: str, sources: List[Any], max_steps: int, max_output_bytes: int, max_depth: int) -> Template:
    stretches = [Stretch(name, *map(int, numbers)) for name, *numbers in sources]
    source = ProgramSource("prompt", text, stretches)
    return Template(CompiledTemplate(source, Limits(max_output_bytes, max_depth, max_steps)))


def main() -> None:
    for line in sys.stdin:
        case = json.loads(line)
        # Every number of data is a float, as in Go: -0 is another number than 0.
        answered = judged(case) if "schema" in case else answer(json.loads(line, parse_int=float))
        print(json.dumps(answered), flush=True)


if __name__ == "__main__":
    main()
