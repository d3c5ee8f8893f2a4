from __future__ import annotations

from typing import Any, Dict

import pytest
from template_vectors import LIMITS, RESULT_KEYS, differences, read_vectors, result_of

from px0.template import TemplateExecutionError, TemplateTooDeep, compile


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
    wrong = []
    for vector in vectors:
        try:
            actual = _limited(vector)
        except TemplateTooDeep:
            # What nests hundreds of levels deep is left to px0.
            assert vector["id"].startswith("nesting/")
            continue
        if actual != _expected(vector):
            wrong.append((vector, actual))
    assert wrong == []


def _expected(vector: Dict[str, Any]) -> Dict[str, Any]:
    return {key: vector[key] for key in ("limit", "error", *RESULT_KEYS) if key in vector}


def _limited(vector: Dict[str, Any]) -> Dict[str, Any]:
    limits = {LIMITS[name]: int(limit) for name, limit in vector["limits"].items()}
    try:
        return result_of({**vector, "data": _nested(vector["data"])}, **limits)
    except TemplateExecutionError as error:
        return {"limit": error.limit, "error": str(error)}


def _nested(data: Any) -> Any:
    """The data, with lists inside one another for `{"$nest": 3}`."""
    if isinstance(data, list):
        return [_nested(item) for item in data]
    if not isinstance(data, dict):
        return data
    if list(data) != ["$nest"]:
        return {key: _nested(item) for key, item in data.items()}
    nested: Any = []
    for _ in range(int(data["$nest"]) - 1):
        nested = [nested]
    return nested
