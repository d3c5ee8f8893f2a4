"""How fast the template engine is, with Jinja2 beside it. `npm run bench:local` calls it.

Reads workloads from the standard input, a line of JSON each: `name`, `template`, `jinja2` (the same for Jinja2) and `data`. Both engines
are measured in turn, a slice of time each, so that what else the machine does meets both. `with result` is a render of what a client
holds. Prints a line of JSON for each workload and engine: the median and the 99th percentile of a render and of a compilation in
microseconds, and px0's ratio to Jinja2 by the medians.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple

import jinja2

from px0 import Px0
from px0.template import compile

class Workload(NamedTuple):
    name: str
    px0: str
    jinja2: str
    data: Dict[str, Any]


def workloads() -> Iterator[Workload]:
    for line in sys.stdin:
        read = json.loads(line)
        yield Workload(read["name"], read["template"], read["jinja2"], read["data"])


class Times:
    """Durations of single calls, in microseconds."""

    def __init__(self) -> None:
        self._all: List[float] = []

    def measure(self, call: Callable[[], object], seconds: float) -> None:
        clock = time.perf_counter
        end = clock() + seconds
        while True:
            start = clock()
            call()
            stop = clock()
            self._all.append((stop - start) * 1e6)
            if stop > end:
                return

    def at(self, share: float) -> float:
        ordered = sorted(self._all)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def compare(calls: Dict[str, Callable[[], object]], seconds: float) -> Dict[str, Dict[str, float]]:
    """The times of each call, measured in turn, the one that begins changing."""
    times = {engine: Times() for engine in calls}
    slices = 20
    for number in range(slices + 1):
        if number == 1:
            # The first round has warmed up.
            times = {engine: Times() for engine in calls}
        for engine in calls if number % 2 == 0 else reversed(list(calls)):
            times[engine].measure(calls[engine], seconds / slices)
    return {engine: {"p50_us": measured.at(0.5), "p99_us": measured.at(0.99)} for engine, measured in times.items()}


def report(name: str, measured: Dict[str, Dict[str, float]]) -> None:
    ratio = measured["px0"]["p50_us"] / measured["jinja2"]["p50_us"]
    for engine, times in measured.items():
        shown = {name_: round(value, 2) for name_, value in times.items()}
        print(json.dumps({"workload": name, "engine": engine, **shown, "ratio": round(ratio, 3)}), flush=True)


def run(workload: Workload, environment: jinja2.Environment, seconds: float) -> None:
    ours = compile(workload.px0)
    theirs = environment.from_string(workload.jinja2)
    if ours.render(workload.data) != theirs.render(workload.data):
        raise AssertionError(f"the engines print different texts for: {workload.name}")
    renders: Dict[str, Callable[[], object]] = {
        "px0": lambda: ours.render(workload.data),
        "jinja2": lambda: theirs.render(workload.data),
    }
    report(workload.name, compare(renders, seconds))
    with Px0.for_tests({"workload": workload.px0}) as client:
        renders["px0"] = lambda: client.render("workload", workload.data)
        report(f"{workload.name}, with result", compare(renders, seconds))
    compilations: Dict[str, Callable[[], object]] = {
        "px0": lambda: compile(workload.px0),
        "jinja2": lambda: environment.from_string(workload.jinja2),
    }
    report(f"{workload.name}, compile", compare(compilations, seconds))


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    environment = jinja2.Environment(autoescape=False, keep_trailing_newline=True)
    gc.freeze()
    for workload in workloads():
        run(workload, environment, seconds)


if __name__ == "__main__":
    main()
