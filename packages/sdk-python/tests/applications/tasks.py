"""Tasks as a worker of Celery loads them once, before it forks its processes: their client has rendered by then."""

from __future__ import annotations

from typing import Any, Dict, List

from broker import app
from promoted import until_promoted

from px0 import Px0

client = Px0(timeout=30, attempt_timeout=30, init_timeout=30)
client.render("greeting", name="the worker's first process")


@app.task(name="render")
def render(name: str) -> List[str]:
    result = client.render("greeting", name=name)
    return [result.text, result.source]


@app.task(name="refuse")
def refuse() -> None:
    client.render("gone", name="Ada")


@app.task(name="promotion")
def promotion(first: int, folder: str) -> Dict[str, Any]:
    return until_promoted(client, first, folder)
