"""Reads a state file: `parse` only as JSON, line by line; `file` and `stream` as a client of that mode, until its first render.

Prints the processor time and the time by the clock after the imports, in milliseconds. `npm run bench:delivery` calls it.
"""

from __future__ import annotations

import json
import os
import sys
import time

from px0 import Px0


def parse(path: str) -> object:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def render(mode: str, path: str, host: str) -> object:
    px0 = Px0(host, "px0_bench", mode=mode, state_file=path)
    text = px0.render("p7", {"name": "Ada", "place": "London"}).text
    if not text.startswith("Prompt 7. Ada asks from London."):
        raise AssertionError(f"rendered {text}")
    return px0


def main() -> None:
    way, path, host = sys.argv[1:]
    cpu, began = time.process_time(), time.perf_counter()
    kept = parse(path) if way == "parse" else render(way, path, host)
    times = {"cpu_ms": (time.process_time() - cpu) * 1e3, "wall_ms": (time.perf_counter() - began) * 1e3}
    print(json.dumps(times), flush=True)
    # What is held is not taken apart.
    os._exit(0 if kept else 1)


main()
