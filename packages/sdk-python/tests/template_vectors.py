"""The vectors of packages/template, which the published package does not contain, and how a template's result is written in them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from px0.template import TemplateExecutionError, TemplateSyntaxError, compile

FOLDER = Path(__file__).resolve().parents[2] / "template" / "test" / "vectors"

LIMITS = {"steps": "max_steps", "output": "max_output_bytes", "depth": "max_depth"}
RESULT_KEYS = ("output", "output_b64", "parse_error", "exec_error")


def read_vectors(name: str) -> Any:
    """The cases of a file. Skips the test outside of the repository."""
    if not FOLDER.exists():
        pytest.skip("the vectors are part of the repository")
    path = FOLDER / name
    # Every number of JSON is a float, as in Go: -0 is another number than 0.
    return json.loads(path.read_text(encoding="utf-8"), parse_int=float)


def result_of(vector: Dict[str, Any], **limits: int) -> Dict[str, Any]:
    """What a case gives, in the fields of the case. Raises TemplateExecutionError for a limit."""
    data, missing_key = vector["data"], vector.get("missing_key", "error")
    try:
        template = compile(vector["template"], **limits)
        result = {"output": template.render(data, missing_key=missing_key)}
        if "output_b64" in vector:
            result["output_b64"] = base64.b64encode(template.render_bytes(data, missing_key=missing_key)).decode()
        return result
    except TemplateSyntaxError as error:
        return {"parse_error": str(error)}
    except TemplateExecutionError as error:
        if error.limit is not None:
            raise
        return {"exec_error": str(error)}


def differences(vectors: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    wrong = []
    for vector in vectors:
        expected = {key: vector[key] for key in RESULT_KEYS if key in vector}
        actual = result_of(vector)
        if actual != expected:
            wrong.append({"id": vector["id"], "template": vector["template"], "expected": expected, "actual": actual})
    return wrong
