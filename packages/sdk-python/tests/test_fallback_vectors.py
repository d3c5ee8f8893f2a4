"""Chats as fallbacks, which the SDKs of all languages take, refuse and render alike."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Dict, List

import pytest
from template_vectors import FOLDER

import px0
from px0 import AsyncPx0, Px0

# Numbers as programs write them, whole ones as integers.
READ: List[Dict[str, Any]] = (
    json.loads((FOLDER / "fallbacks.json").read_text(encoding="utf-8")) if FOLDER.exists() else []
)
# Python's stack cannot hold some.
VECTORS = [vector for vector in READ if "python" not in vector.get("not_in", ())]
# Nothing listens there.
CLIENT: Dict[str, Any] = {"host": "http://127.0.0.1:1", "access_token": "ak_test", "retries": 0}


def outcome(make: Any) -> Dict[str, Any]:
    try:
        results = make()
    except px0.UsageError as error:
        return {"usage": str(error)}
    except px0.TemplateError as error:
        return {"fails": str(error)}
    first, whole = results
    assert (first.source, whole.messages) == ("fallback", first.messages)
    return {"messages": first.messages, "config": first.config, "text": first.text, "transcript": whole.text}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_fallback_of_messages(vector: Dict[str, Any]) -> None:
    fallback, variables = vector["fallback"], vector["variables"]
    more = {"missing_key": vector["missing_key"]} if "missing_key" in vector else {}
    expected = {key: vector[key] for key in ("usage", "fails", "messages", "config", "text", "transcript") if key in vector}

    def of_the_call() -> Any:
        with Px0(**CLIENT) as client:
            return [
                client.render("a", variables, fallback=fallback, with_transcript=whole, **more) for whole in (False, True)
            ]

    async def of_the_client() -> Any:
        async with AsyncPx0(**CLIENT, fallbacks={"a": fallback}) as client:
            return [await client.render("a", variables, with_transcript=whole, **more) for whole in (False, True)]

    assert outcome(of_the_call) == expected
    assert outcome(lambda: asyncio.run(of_the_client())) == expected


def test_there_are_cases_of_all_kinds() -> None:
    if not FOLDER.exists():
        pytest.skip("the vectors are part of the repository")
    assert len(VECTORS) > 100
    assert {vector["id"].split("/")[0] for vector in VECTORS} == {"result", "fails", "usage"}
