from __future__ import annotations

from typing import Any, Dict

import pytest
from template_vectors import differences, read_vectors

from px0.template import TemplateExecutionError, compile


@pytest.mark.parametrize("name", ["templates-authored.json", "templates-random.json"])
def test_gives_what_go_gives(name: str) -> None:
    vectors = read_vectors(name)
    assert differences(vectors) == []
    assert len(vectors) > 1000


def test_gives_what_go_gives_for_missing_keys_and_the_further_functions() -> None:
    assert differences(read_vectors("templates-options.json")) == []


@pytest.mark.parametrize("name", ["upper", "lower"])
def test_maps_letter_case_as_unicode_15_does(name: str) -> None:
    mapping: Dict[str, str] = read_vectors("case.json")[name]
    template = compile(f"{{{{{name} .c}}}}")
    wrong = {
        code: mapped
        for code, mapped in mapping.items()
        if template.render({"c": chr(int(code, 16))}) != chr(int(mapped, 16))
    }
    assert wrong == {}


def test_keeps_limits_exactly() -> None:
    vectors = read_vectors("limits.json")
    wrong = [vector for vector in vectors if _limited(vector) != _expected(vector)]
    assert wrong == []


def _expected(vector: Dict[str, Any]) -> Dict[str, Any]:
    return {key: vector[key] for key in ("output", "limit") if key in vector}


def _limited(vector: Dict[str, Any]) -> Dict[str, Any]:
    names = {"steps": "max_steps", "output": "max_output_bytes", "depth": "max_depth"}
    limits = {names[name]: int(limit) for name, limit in vector["limits"].items()}
    try:
        return {"output": compile(vector["template"], **limits).render(vector["data"])}
    except TemplateExecutionError as error:
        return {"limit": error.limit}
