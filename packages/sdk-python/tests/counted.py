"""What a played px0 was told of renders that were made in processes of an application."""

from __future__ import annotations

from collections import Counter
from typing import Any, Counter as Counts, Dict, List, Optional, Tuple

from played_px0 import USAGE, PlayedPx0, Reply, refused


class Counted:
    """What px0 was told; each window once, as it counts them."""

    def __init__(self, played: PlayedPx0, status: int = 204) -> None:
        self.status = status
        self.attempts: List[List[Tuple[str, int]]] = []
        self.reports: Dict[Tuple[str, int], Dict[str, Any]] = {}
        self._answer = played.answer
        played.answer = self._reply

    def _reply(self, request: Dict[str, Any]) -> Optional[Reply]:
        if request["path"] != USAGE:
            return self._answer(request)
        reports = {(report["process"], report["window"]): report for report in request["body"]["reports"]}
        self.attempts.append(list(reports))
        if self.status == 204:
            for key, report in reports.items():
                self.reports.setdefault(key, report)
        return Reply(self.status, "") if self.status == 204 else refused(self.status, "not now")

    @property
    def rows(self) -> List[Dict[str, Any]]:
        return [row for report in self.reports.values() for row in report["rows"]]

    @property
    def renders(self) -> Counts[Tuple[Any, ...]]:
        """By version and source."""
        counts: Counts[Tuple[Any, ...]] = Counter()
        for row in self.rows:
            counts[row["version"], row["source"]] += row["renders"]
        return counts
