"""Renders in each process of an application until a promotion has come, and says how often and when."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

from px0 import Px0

# Until all processes have started, on a machine that does much else, and the promotion has come.
LIMIT = 150.0
SLUG = "greeting"


def until_promoted(client: Px0, first: int, folder: str) -> Dict[str, Any]:
    """Leaves a file in the folder once px0 delivers to this process, and ends with the first render of a version beyond `first`."""
    made: List[int] = []
    deadline = time.monotonic() + LIMIT
    ready = Path(folder) / f"ready-{os.getpid()}"
    while True:
        version = client.render(SLUG, name="Ada").version
        assert version is not None
        made.append(version)
        if version > first:
            # By the clock that all processes of a machine share.
            return {"pid": os.getpid(), "made": dict(Counter(map(str, made))), "at": time.time()}
        if not ready.exists() and client.status().state == "ready":
            ready.touch()
        if time.monotonic() > deadline:
            raise AssertionError("the promotion has not come")
        time.sleep(0.001)
