"""Renders all the time and reports each result that differs from the one before: JSON, line by line.

The first line of input says by which clients and what; it ends with its input. For tests that break everything else meanwhile. Other
languages have the same program.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any, Dict, List, Mapping

import px0

KINDS = {
    px0.NotFoundError: "not found",
    px0.UnauthorizedError: "unauthorized",
    px0.UnreachableError: "unreachable",
}
# A program that runs this much later than it meant to says so.
LATE = 0.02

over = threading.Event()
printing = threading.Lock()


def now() -> float:
    return time.time() * 1000


def show(**line: Any) -> None:
    with printing:
        print(json.dumps(line), flush=True)


def watch_delays() -> None:
    while not over.is_set():
        began = time.monotonic()
        time.sleep(LATE)
        late = time.monotonic() - began - LATE
        if late >= LATE:
            show(late=late * 1000, at=now())


def outcome_of(client: px0.Px0, target: Mapping[str, str]) -> Dict[str, Any]:
    try:
        result = client.render(target["slug"], {"input": "x"}, tag=target["tag"] or None)
    except px0.Px0Error as error:
        return {"kind": KINDS.get(type(error), "another error"), "text": str(error)}
    return {
        "kind": "text",
        "text": result.text,
        "version": result.version,
        "revision": result.revision,
        "source": result.source,
        "stale": result.stale,
    }


def render_all(number: int, made: Mapping[str, str], task: Mapping[str, Any]) -> None:
    targets: List[Mapping[str, str]] = task["targets"]
    latest: List[Any] = [(None, None, 0)] * len(targets)
    with px0.Px0(
        made["host"],
        made["token"],
        mode=made["mode"],
        team_id=made["team"] or None,
        state_file=made["file"],
        poll_interval=5.0,
        remote_when_needed=False,
        on_warning=lambda warning: show(client=number, warning=warning, at=now()),
    ) as client:
        while not over.is_set():
            for target, wanted in enumerate(targets):
                at = now()
                outcome = outcome_of(client, wanted)
                shown, until, count = latest[target]
                if outcome != shown:
                    show(client=number, target=target, at=at, until=until, count=count, **outcome)
                    count = 0
                latest[target] = (outcome, at, count + 1)
            over.wait(task["everyMs"] / 1000)
        for target, (_, until, count) in enumerate(latest):
            show(client=number, target=target, at=now(), until=until, count=count, kind="end")


def main() -> None:
    task = json.loads(sys.stdin.readline())
    threads = [threading.Thread(target=watch_delays)]
    threads += [
        threading.Thread(target=render_all, args=(number, made, task)) for number, made in enumerate(task["clients"])
    ]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
