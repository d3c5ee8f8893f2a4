"""A web application as gunicorn loads it once, before it forks its workers: its client has rendered by then."""

from __future__ import annotations

from typing import Any, List

from px0 import Px0

client = Px0(timeout=30, attempt_timeout=30)
client.render("greeting", name="the master")


def application(environ: Any, start_response: Any) -> List[bytes]:
    result = client.render("greeting", name=environ["PATH_INFO"][1:])
    start_response("200 OK", [("content-type", "text/plain"), ("source", result.source)])
    return [result.text.encode()]
