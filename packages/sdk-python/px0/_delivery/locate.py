"""What a local render would be made of, or who else must answer."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple, Union

from .._kept import Wanted
from .._reference import number_of
from .connection_state import ClientState
from .held_program import HeldProgram
from .prompt_index import HeldPrompt, PromptIndex
from .replica import Replica


class Gone(NamedTuple):
    """px0 would say the same: it does not exist."""

    error: str


class Elsewhere(NamedTuple):
    """Only px0 can answer."""

    reason: str
    # A number of this prompt that is not delivered.
    prompt: Optional[HeldPrompt] = None


class Audience(NamedTuple):
    """What was asked for: all that the key may render, or these slugs, or this team."""

    slugs: Optional[Tuple[str, ...]]
    team_id: Optional[str]

    def has(self, wanted: Wanted) -> bool:
        is_slug = self.slugs is None or wanted.slug in self.slugs
        return is_slug and (self.team_id is None or (wanted.team_id or "").lower() == self.team_id)


Location = Union[HeldProgram, Gone, Elsewhere]


def locate_in(index: PromptIndex, replica: Replica, wanted: Wanted, state: ClientState, audience: Audience) -> Location:
    team_id, ref = wanted.team_id, wanted.ref
    if team_id is not None:
        # px0 writes ids small, and reads them as they come.
        team_id = team_id.lower()
    found = index.find(wanted.slug, team_id)
    if found is None:
        # Of a team that is not held px0 may say that the caller must not see it.
        if team_id is not None and not replica.has_team(team_id):
            return Elsewhere("the team is not delivered")
        return _absent("prompt not found", wanted, state, audience)
    prompt = found.prompt
    number = prompt["live"] if ref is None else number_of(ref)
    if number is None:
        number = None if ref is None else prompt["tags"].get(ref)
    if number is None:
        error = "no live version found for this prompt" if ref is None else "version not found"
        return _absent(error, wanted, state, audience)
    program = found.program(number)
    return Elsewhere("the version is not delivered", found) if program is None else program


def _absent(error: str, wanted: Wanted, state: ClientState, audience: Audience) -> Location:
    """It does not exist only if all that may exist is held."""
    if state != "ready":
        return Elsewhere(f"the state is {state}")
    return Gone(error) if audience.has(wanted) else Elsewhere("the prompt is outside of what was asked for")
