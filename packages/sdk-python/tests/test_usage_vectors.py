"""Plays the cases of usage that the SDKs share: packages/delivery/test/vectors/usage.json and services.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest

from px0._usage.ledger import Batch, Ledger
from px0._usage.service import named_service, service_of
from px0._usage.table import Made

FOLDER = Path(__file__).parents[3] / "packages" / "delivery" / "test" / "vectors"
START = 1_767_225_600_000.0
LONGEST_CLOSE_MS = 2_000

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the cases are in the repository only")


def cases(name: str) -> List[Dict[str, Any]]:
    file = FOLDER / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else []


def numbered(value: Any, number: int) -> Any:
    """With the number in place of `{n}`."""
    if isinstance(value, str):
        return value.replace("{n}", f"{number:05}")
    if isinstance(value, list):
        return [numbered(one, number) for one in value]
    return {key: numbered(one, number) for key, one in value.items()} if isinstance(value, dict) else value


def texts(given: List[Any]) -> List[str]:
    found: List[str] = []
    for one in given:
        if isinstance(one, str):
            found.append(one)
        else:
            found += [numbered(one["text"], number) for number in range(one["from"], one["to"] + 1)]
    return found


def rows(given: List[Dict[str, Any]]) -> Iterator[Dict[str, Any]]:
    for one in given:
        each = range(one["from"], one["to"] + 1) if "row" in one else [0]
        for number in each:
            row = numbered(one["row"], number) if "row" in one else one
            yield {**row, "variables": texts(row["variables"])}


class Player:
    """Does what the thread of a client does, in the time of a case."""

    def __init__(self, options: Dict[str, Any]) -> None:
        service = named_service(options["service"]["name"], options["service"]["version"])
        self.usage = options["usage"]
        self.ledger = Ledger(service, "px0-python/0", lambda: 0.5)
        self.now = 0.0
        self.waiting: Optional[Batch] = None
        self.warnings = 0
        self.closing_since: Optional[float] = None
        self.processes: set[str] = set()

    @property
    def is_closed(self) -> bool:
        if self.closing_since is None:
            return False
        return self.waiting is None or self.now >= self.closing_since + LONGEST_CLOSE_MS

    def go_to(self, at: float) -> None:
        while self.waiting is None and self.closing_since is None:
            due_at = self.ledger.due_at
            if due_at is None or due_at > START + at:
                break
            self.now = max(self.now, due_at - START)
            self.flush(everything=False)
            if self.waiting is not None:
                assert self.now == at, "a request that no step names"
        self.now = at

    def flush(self, everything: bool) -> None:
        self.ledger.begin(START + self.now, everything)
        self.waiting = self.ledger.next()

    def render(self, step: Dict[str, Any]) -> None:
        numbers = range(step["from"], step["to"] + 1) if "from" in step else [0] * step.get("times", 1)
        for number in numbers:
            render = numbered(step["render"], number) if "from" in step else step["render"]
            if render["source"] == "live" or self.usage == "off":
                continue
            names = tuple(texts(render["variables"])) if self.usage == "full" else ()
            of_what = (render["prompt_id"], render["slug"], render["version"], render["source"])
            self.ledger.add(
                Made(*of_what, START + self.now, render["duration_ms"], render.get("failed", False), names)
            )

    def request(self, expected: Dict[str, Any], answer: Any) -> None:
        assert self.waiting is not None
        batch = self.waiting
        sent = json.loads(batch.body)["reports"]
        self.processes.update(f"{report.pop('process')} {report.pop('sdk')}" for report in sent)
        if "windows" in expected:
            assert [report["window"] for report in sent] == expected["windows"]
        else:
            assert sent == [{**report, "rows": list(rows(report["rows"]))} for report in expected["reports"]]
        if answer == "never":
            return
        status = 0 if answer == "unreachable" else answer["status"]
        self.waiting = None
        if status in (204, 400, 413):
            self.warnings += status != 204
            self.ledger.done(batch)
            self.waiting = self.ledger.next()
        else:
            self.ledger.failed(START + self.now)


@pytest.mark.parametrize("case", cases("usage"), ids=lambda case: str(case["id"]))
def test_usage(case: Dict[str, Any]) -> None:
    player = Player(case["options"])
    for step in case["steps"]:
        player.go_to(step["at"])
        if "render" in step:
            player.render(step)
        elif "request" in step:
            player.request(step["request"], step["answer"])
        elif "warning" in step:
            assert player.warnings == step["warning"]
            player.warnings = 0
        elif "close" in step:
            player.closing_since = player.now
            if player.waiting is None:
                player.flush(everything=True)
        else:
            assert player.is_closed == step["closed"]
    assert player.closing_since is not None or player.waiting is None or case["steps"][-1].get("warning") == 0
    assert len(player.processes) <= 1


@pytest.mark.parametrize("case", cases("services"), ids=lambda case: str(case["id"]))
def test_service(case: Dict[str, Any]) -> None:
    assert service_of(case["option"], case["environment"])._asdict() == case["service"]
