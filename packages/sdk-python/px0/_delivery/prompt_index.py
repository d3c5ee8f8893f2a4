"""The prompts that a client holds, by slug: what a render looks up.

A render takes no lock: what a slug means is one tuple, never changed but replaced, so that a render sees all of a change or nothing
of it, with or without a global lock of the interpreter.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Dict, List, Optional, Tuple

from .frame import DeliveredPrompt
from .held_program import HeldProgram

_Rank = Tuple[bool, str, str]


class HeldPrompt:
    """A prompt and the team that it is in."""

    __slots__ = ("team_id", "prompt", "_programs")

    def __init__(self, team_id: str, prompt: DeliveredPrompt) -> None:
        self.team_id = team_id
        self.prompt = prompt
        # There may be many more prompts than are ever rendered.
        self._programs: Optional[Dict[int, HeldProgram]] = None

    @property
    def rank(self) -> _Rank:
        """Of the prompts of a slug the lowest is meant."""
        return _rank_of(self.prompt)

    def program(self, number: int) -> Optional[HeldProgram]:
        """Of one of its versions; None when that is not delivered. Made when it is first asked for."""
        programs = self._programs
        if programs is None:
            programs = self._programs = {}
        known = programs.get(number)
        if known is None:
            version = next((one for one in self.prompt["versions"] if one["version"] == number), None)
            if version is None:
                return None
            known = programs[number] = HeldProgram(self.team_id, self.prompt, version)
        return known


class PromptIndex:
    def __init__(self) -> None:
        # Those of a slug, the one that is meant first.
        self._by_slug: Dict[str, Tuple[HeldPrompt, ...]] = {}

    def edit(self, team_id: str, before: Optional[DeliveredPrompt], after: Optional[DeliveredPrompt]) -> None:
        """As a replica tells its edits."""
        if after is not None:
            self._change(after["slug"], team_id, before, HeldPrompt(team_id, after))
        if before is not None and (after is None or after["slug"] != before["slug"]):
            self._change(before["slug"], team_id, before, None)

    def find(self, slug: str, team_id: Optional[str] = None) -> Optional[HeldPrompt]:
        """The prompt that a slug means, in one team or in any."""
        of_slug = self._by_slug.get(slug)
        if of_slug is None or team_id is None:
            return None if of_slug is None else of_slug[0]
        for held in of_slug:
            if held.team_id == team_id:
                return held
        return None

    def all(self) -> List[HeldPrompt]:
        """All of them, in no particular order."""
        return [held for of_slug in list(self._by_slug.values()) for held in of_slug]

    def _change(
        self, slug: str, team_id: str, before: Optional[DeliveredPrompt], after: Optional[HeldPrompt]
    ) -> None:
        """Takes out `before` and puts in `after` in one step, so that the slug never means nothing in between."""
        others = self._by_slug.get(slug)
        if others is None and after is not None:
            self._by_slug[slug] = (after,)
            return
        held = list(others or ())
        if before is not None:
            held = [one for one in held if one.prompt["id"] != before["id"] or one.team_id != team_id]
        if after is not None:
            held.insert(bisect_left([one.rank for one in held], after.rank), after)
        if held:
            self._by_slug[slug] = tuple(held)
        else:
            self._by_slug.pop(slug, None)


def _rank_of(prompt: DeliveredPrompt) -> _Rank:
    """The lowest one is meant: an active prompt comes before an archived one, then the earliest created, then the lowest id."""
    # Timestamps drop trailing zeros of their fraction; without the `Z` they compare as texts in the order of time.
    created_at = prompt["created_at"]
    return (prompt["status"] == "archived", created_at[:-1] if created_at.endswith("Z") else created_at, prompt["id"])
