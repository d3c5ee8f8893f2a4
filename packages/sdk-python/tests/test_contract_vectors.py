"""What the judges of all languages say of variables that are not as a version wants them."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest
from template_vectors import FOLDER

from px0._contract.judge import compile_judge

VECTORS: List[Dict[str, Any]] = (
    json.loads((FOLDER / "contracts.json").read_text(encoding="utf-8")) if FOLDER.exists() else []
)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_variables_are_judged(vector: Dict[str, Any]) -> None:
    violation = compile_judge(vector["schema"])(vector["variables"], vector.get("missing_key", "error"))
    if violation is None:
        assert vector["ok"]
        return
    assert f"invalid variables: {violation.detail}" == vector["error"]
    assert violation.header == vector["header"]
    assert json.loads(violation.header) == violation.problems


def test_what_is_accepted_is_what_another_validator_accepts() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for vector in VECTORS:
        if vector.get("missing_key", "error") != "error":
            continue
        # It compares integers with all their digits, and px0 floats.
        schema, variables = (json.loads(json.dumps(vector[name]), parse_int=float) for name in ("schema", "variables"))
        accepts = jsonschema.Draft202012Validator(schema).is_valid(variables)
        assert (vector["id"], accepts) == (vector["id"], "ok" in vector)


def test_there_are_cases_of_all_kinds() -> None:
    if not FOLDER.exists():
        pytest.skip("the vectors are part of the repository")
    assert len(VECTORS) >= 150
