"""Programs and their messages as Go and px0's other engines have them."""

from __future__ import annotations

from typing import Any, Callable, Dict

from template_vectors import read_vectors

from px0._chat import ChatVariablesError
from px0._compiled import compiled
from px0._program import Program, read_program
from px0.template import TemplateExecutionError


def program_of(vector: Dict[str, Any]) -> Program:
    given = vector["program"]
    # The offsets are whole numbers; all others of a vector are floats.
    sources = [[name, *map(int, numbers)] for name, *numbers in given.get("sources", [])]
    program = read_program({**given, "sources": sources})
    assert program is not None
    return program


def outcome(give: Callable[[], Any]) -> Dict[str, Any]:
    try:
        return {"output": give()}
    except (TemplateExecutionError, ChatVariablesError) as error:
        return {"error": str(error)}


def test_templates_of_a_program_give_what_go_gives() -> None:
    wrong = []
    vectors = read_vectors("programs.json")
    for vector in vectors:
        variables, missing_key = vector["variables"], vector.get("missing_key", "error")
        template = compiled(vector["program"]["template"], program_of(vector)._read()[1])
        for unit in vector["units"]:
            name, expected = unit["name"], {key: value for key, value in unit.items() if key != "name"}
            actual = outcome(lambda: template.render_units([name], variables, missing_key=missing_key)[0])  # noqa: B023
            if actual != expected:
                wrong.append((vector["id"], name, expected, actual))
        transcript = outcome(lambda: template.render(variables, missing_key=missing_key))  # noqa: B023
        if transcript != vector["transcript"]:
            wrong.append((vector["id"], "transcript", vector["transcript"], transcript))
    assert wrong == []
    assert len(vectors) > 500


def test_chats_have_the_messages_and_errors_of_px0() -> None:
    wrong = []
    vectors = read_vectors("chats.json")
    for vector in vectors:
        variables, missing_key = vector["variables"] or {}, vector.get("missing_key", "error")
        actual = outcome(lambda: program_of(vector).run(variables, missing_key, False).messages)  # type: ignore[union-attr] # noqa: B023
        expected = {"error": vector["error"]} if "error" in vector else {"output": vector["messages"]}
        if actual != expected:
            wrong.append((vector["id"], expected, actual))
    assert wrong == []
    assert len(vectors) > 300
