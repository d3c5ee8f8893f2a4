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
    started = time.perf_counter()
    try:
        result = client.render(**asked)
    except px0.Px0Error as error:
        return {"error": KINDS.get(type(error), "another"), "message": str(error)}
    took = (time.perf_counter() - started) * 1000
    answer = {"text": result.text, "source": result.source, "version": result.version or 0}
    if with_evidence:
        answer.update(stale=result.stale, ms=took)
    of_chat = {"messages": result.messages, "config": result.config}
    return {**answer, **{key: value for key, value in of_chat.items() if value is not None}}


with px0.Px0(snapshot_file=sys.argv[1]) as client:
    for line in sys.stdin:
        print(json.dumps(render(client, json.loads(line))), flush=True)
