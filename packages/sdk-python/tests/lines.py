"""Renders what it is asked for, line by line, as a long-running application would: JSON in, JSON out. For tests that stop px0."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Dict

import px0

KINDS = {
    px0.NotFoundError: "not found",
    px0.UnauthorizedError: "unauthorized",
    px0.InvalidRequestError: "invalid request",
    px0.UnreachableError: "unreachable",
}


def render(client: px0.Px0, asked: Dict[str, Any]) -> Dict[str, Any]:
    with_evidence = asked.pop("evidence", False)
    if "contract" in asked:
        asked["with_contract"] = asked.pop("contract")
    started = time.perf_counter()
    try:
        result = client.render(**asked)
    except px0.Px0Error as error:
        return {"error": KINDS.get(type(error), "another"), "message": str(error), **problems_of(error)}
    took = (time.perf_counter() - started) * 1000
    answer = {"text": result.text, "source": result.source, "version": result.version or 0}
    if with_evidence:
        answer.update(stale=result.stale, ms=took)
    of_some = {"messages": result.messages, "config": result.config, "contract": result.contract}
    return {**answer, **{key: value for key, value in of_some.items() if value is not None}}


def problems_of(error: px0.Px0Error) -> Dict[str, Any]:
    """What a refusal says of a contract, if it does, in the form of the header."""
    if not isinstance(error, px0.InvalidRequestError) or not (error.missing or error.unknown or error.invalid):
        return {}
    problems: Dict[str, Any] = {"missing": error.missing, "unknown": error.unknown, "invalid": error.invalid}
    if error.more:
        problems["more"] = error.more
    return {"contract": problems}


with px0.Px0(snapshot_file=sys.argv[1]) as client:
    for line in sys.stdin:
        print(json.dumps(render(client, json.loads(line))), flush=True)
