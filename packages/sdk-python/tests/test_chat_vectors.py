"""Programs and their messages as Go and px0's other engines have them."""

from __future__ import annotations

from typing import Any, Callable, Dict

from template_vectors import read_vectors

from px0._chat import ChatVariablesError, Placeholder
from px0._compiled import compiled
from px0._fallback_chat import Parts, Text, TextPart, texts_of
from px0._program import Program, read_program
from px0.template import TemplateExecutionError, link_program


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
        actual = outcome(lambda: program_of(vector).run(variables, missing_key, False)[1])  # type: ignore[index] # noqa: B023
        expected = {"error": vector["error"]} if "error" in vector else {"output": vector["messages"]}
        if actual != expected:
            wrong.append((vector["id"], expected, actual))
    assert wrong == []
    assert len(vectors) > 300


def entry_of(entry: Dict[str, Any]) -> Any:
    """A vector's entry as a fallback is read; some have empty texts, which a fallback may not have."""
    if "placeholder" in entry:
        return Placeholder(entry["placeholder"], entry.get("required", False))
    if "template" in entry:
        return Text(entry["role"], entry["template"])
    parts = [TextPart(part["type"] == "media", part.get("url", part.get("template")), part.get("media_type")) for part in entry["parts"]]
    return Parts(entry["role"], tuple(parts))


def test_a_chat_is_linked_into_the_program_of_px0() -> None:
    vectors = [*read_vectors("programs.json"), *read_vectors("chats.json")]
    for vector in vectors:
        texts = texts_of([entry_of(entry) for entry in vector["entries"]])
        linked, program = link_program(texts.root, texts.units), program_of(vector)
        outline, stretches = program._read()
        assert (linked.template, linked.stretches, texts.outline) == (program.text, stretches, outline), vector["id"]
    assert len(vectors) > 1000
