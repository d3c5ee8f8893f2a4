"""As `web`, with a client that holds prompts: the master has them before it forks its workers."""

from __future__ import annotations

import json
import sys
from typing import Any, List
from urllib.parse import parse_qs

from promoted import until_promoted

from px0 import Px0

client = Px0(
    mode="stream", retries=0, init_timeout=30, on_warning=lambda text: print(f"warning: {text}", file=sys.stderr, flush=True)
)
assert client.wait_ready(30)


def application(environ: Any, start_response: Any) -> List[bytes]:
    if environ["PATH_INFO"] == "/until-promoted":
        asked = parse_qs(environ["QUERY_STRING"])
        made = until_promoted(client, int(asked["first"][0]), asked["folder"][0])
        start_response("200 OK", [("content-type", "application/json"), ("source", "")])
        return [json.dumps(made).encode()]
    result = client.render("greeting", name=environ["PATH_INFO"][1:])
    start_response("200 OK", [("content-type", "text/plain"), ("source", result.source)])
    return [result.text.encode()]
