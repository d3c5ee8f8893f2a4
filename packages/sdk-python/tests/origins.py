"""Where prompts come from in a test: a px0 that is played, or a real one of the environment."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from typing import Any, Counter as Counts, Dict, Optional, Tuple

import httpx
from counted import Counted
from played_delivery import PlayedDelivery, prompt_of
from promoted import SLUG

# The number of a prompt `greeting` of the real px0 at PX0_HOST that the token of the environment may promote.
REAL_PROMPT = os.environ.get("PX0_TEST_PROMPT")
TEMPLATES = ("Hello {{.name}}", "Hi {{.name}}")


class PlayedOrigin:
    def __init__(self) -> None:
        self._played = PlayedDelivery()
        self._counted = Counted(self._played)
        self.host = self._played.host
        self.token = "ak_test"
        self.first = 1

    def promote(self) -> int:
        """The next version, which is live when this returns."""
        self._played.put(prompt_of(SLUG, {self.first + 1: TEMPLATES[1]}, self.first + 1))
        return self.first + 1

    def renders_of(self, service: str) -> Counts[int]:
        """How often each version was rendered by the service's processes."""
        counts: Counts[int] = Counter()
        for report in self._counted.reports.values():
            if report["service"]["name"] == service:
                for row in report["rows"]:
                    assert row["failures"] == 0 and row["source"] == "stream"
                    counts[row["version"]] += row["renders"]
        return counts

    def processes_of(self, service: str) -> Optional[int]:
        """How many have told px0 of renders; None where that cannot be known."""
        told = [process for (process, _), report in self._counted.reports.items() if report["service"]["name"] == service]
        return len(set(told))

    def stop(self) -> None:
        self._played.stop()


class RealOrigin:
    def __init__(self) -> None:
        self.host = os.environ["PX0_HOST"]
        self.token = os.environ["PX0_ACCESS_TOKEN"]
        headers = {"authorization": f"Bearer {self.token}"}
        self._http = httpx.Client(base_url=f"{self.host}/v1/prompts/{REAL_PROMPT}", headers=headers, timeout=60)
        self._next = self._made(TEMPLATES[0])
        self.first = self.promote()
        self._next = self._made(TEMPLATES[1])

    def promote(self) -> int:
        # To a draft's review, and then live.
        for _ in range(2):
            self._http.post(f"/versions/{self._next}/promote").raise_for_status()
        return self._next

    def renders_of(self, service: str) -> Counts[int]:
        answer = self._http.get("/services", params={"days": 1}).raise_for_status()
        counts: Counts[int] = Counter()
        for row in answer.json()["services"]:
            if row["service"] == service and row["source"] != "live":
                counts[row["version"]] += row["renders"]
        return counts

    def processes_of(self, service: str) -> Optional[int]:
        return None

    def stop(self) -> None:
        self._http.close()

    def _made(self, template: str) -> int:
        made: Dict[str, Any] = self._http.post("/versions", json={"template": template}).raise_for_status().json()
        return int(made["version"]["version"])


def origin_and_service() -> Tuple[Any, str]:
    """With the name of a service that nobody else has."""
    return (PlayedOrigin() if REAL_PROMPT is None else RealOrigin()), f"checkout-{uuid.uuid4()}"
