"""Renders templates line by line, for comparison with px0's other engines.

Each line of the input is a JSON object with `template`, `data`, and if need be `missing_key` and `limits` (`steps`, `output`, `depth`).
Each line of the output is one with `output`, `parse_error` or `exec_error`; `output_b64` stands beside an output that is not UTF-8,
`limit` beside an error that a limit caused. What Python's stack cannot hold gives `declined`.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any, Dict

from template_vectors import LIMITS

from px0.template import TemplateExecutionError, TemplateSyntaxError, TemplateTooDeep, compile


def answer(case: Dict[str, Any]) -> Dict[str, Any]:
    limits = {LIMITS[name]: int(limit) for name, limit in (case.get("limits") or {}).items()}
    missing_key = case.get("missing_key") or "error"
    try:
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


def main() -> None:
    for line in sys.stdin:
        # Every number of data is a float, as in Go: -0 is another number than 0.
        print(json.dumps(answer(json.loads(line, parse_int=float))), flush=True)


if __name__ == "__main__":
    main()
