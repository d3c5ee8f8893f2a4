"""What one connection has made of the frames that it was sent: teams, their prompts and revisions.

It decides what a client may believe: whatever does not add up is a repair, a new connection that asks for everything. The model of
`packages/delivery` proves these rules.
"""

from __future__ import annotations

from typing import Callable, Dict, Generator, List, Mapping, Optional

from .._revision import later_of
from .digest import Digest
from .frame import DeliveredPrompt, Frame

# Is told of each prompt that appears in a team (`before` None), changes, or leaves it (`after` None), once that has taken effect.
EditListener = Callable[[str, Optional[DeliveredPrompt], Optional[DeliveredPrompt]], None]


# Work that may be left for a while after each step, and what it comes to: what asks for a repair.
Steps = Generator[None, None, Optional[str]]


class Work:
    """Steps that are done one by one, or all that are left of them by whoever needs their end."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._is_done = False
        self.result: Optional[str] = None

    def goes_on(self) -> bool:
        """Does a step; whether it was not the last."""
        if not self._is_done:
            try:
                next(self._steps)
            except StopIteration as stop:
                self.result, self._is_done = stop.value, True
        return not self._is_done

    def finish(self) -> None:
        while self.goes_on():
            pass


def drained(steps: Steps) -> Optional[str]:
    """Does all of it."""
    try:
        while True:
            next(steps)
    except StopIteration as stop:
        result: Optional[str] = stop.value
        return result


class _Team:
    def __init__(self) -> None:
        # None until a `sync` has said it.
        self.revision: Optional[str] = None
        self.prompts: Dict[str, DeliveredPrompt] = {}
        self.digest = Digest()

    def put(self, prompt: DeliveredPrompt) -> None:
        before = self.prompts.get(prompt["id"])
        self.prompts[prompt["id"]] = prompt
        if before is not None:
            self.digest.remove(before["etag"])
        self.digest.add(prompt["etag"])

    def take(self, prompt_id: str) -> Optional[DeliveredPrompt]:
        prompt = self.prompts.pop(prompt_id, None)
        if prompt is not None:
            self.digest.remove(prompt["etag"])
        return prompt


def _ignore(team_id: str, before: Optional[DeliveredPrompt], after: Optional[DeliveredPrompt]) -> None:
    pass


class Replica:
    def __init__(self, on_edit: EditListener = _ignore) -> None:
        self._on_edit = on_edit
        self._teams: Dict[str, _Team] = {}
        # The team that each prompt is in.
        self._homes: Dict[str, str] = {}
        # Teams that have begun, with their new state (all of it), or None where changes are applied at once; None outside of a transfer.
        self._transfer: Optional[Dict[str, Optional[_Team]]] = None
        # The revision to resume from: all that was shown up to it is here.
        self.last: Optional[str] = None
        # The latest revision that anything here is from. What is older must not come after it.
        self.floor: Optional[str] = None
        # Whether a `sync` was applied, so that what is not here does not exist.
        self.is_synced = False

    @property
    def is_in_transfer(self) -> bool:
        return self._transfer is not None

    @property
    def team_ids(self) -> List[str]:
        return list(self._teams)

    @property
    def size(self) -> int:
        """How many prompts are here."""
        return len(self._homes)

    def has_team(self, team_id: str) -> bool:
        return team_id in self._teams

    def revision_of(self, team_id: str) -> Optional[str]:
        team = self._teams.get(team_id)
        return None if team is None else team.revision

    def prompts_of(self, team_id: str) -> Mapping[str, DeliveredPrompt]:
        team = self._teams.get(team_id)
        return {} if team is None else team.prompts

    def digest(self) -> Digest:
        """Of everything that is here."""
        whole = Digest()
        for team in self._teams.values():
            whole.add_all(team.digest)
        return whole

    def apply(self, frame: Frame) -> Optional[str]:
        """Applies a frame. What it returns asks for a repair."""
        if frame["type"] == "sync":
            return drained(self.sync(frame))
        return self._apply(frame)

    def sync(self, frame: Frame) -> Steps:
        """Applies a `sync`, prompt by prompt. Where it is left before its end, what is here does not fit together."""
        self._see(frame["revision"])
        transfer, self._transfer = self._transfer, None
        yield from self._replace({team_id: staged for team_id, staged in (transfer or {}).items() if staged is not None})
        listed = {team["team_id"] for team in frame["teams"]}
        for team_id in self.team_ids:
            if team_id not in listed:
                yield from self._dropping(team_id)
        for synced in frame["teams"]:
            team = self._teams.get(synced["team_id"])
            if team is None:
                return "missing team"
            team.revision = synced["revision"]
        if not self.digest().agrees(frame):
            return "digest differs"
        self.last = frame["revision"]
        self.is_synced = True
        return None

    def _apply(self, frame: Frame) -> Optional[str]:
        kind = frame["type"]
        if "revision" in frame:
            self._see(frame["revision"])
        if kind == "hello":
            self._transfer = {}
        elif kind == "begin":
            self._begin(frame["team_id"], frame["base"])
        elif kind == "put":
            return self._put(frame["team_id"], frame["prompt"])
        elif kind == "delete":
            self._delete(frame["team_id"], frame["prompt_id"])
        elif kind == "drop":
            if self._transfer is not None:
                self._transfer.pop(frame["team_id"], None)
            self._drop(frame["team_id"])
        elif kind == "mark":
            return self._mark(frame)
        elif kind == "heartbeat" and self._transfer is None:
            if not self.digest().agrees(frame):
                return "digest differs"
            self.last = frame["revision"]
        return None

    def confirm(self, revision: str) -> None:
        """px0 has said that what is here is all there is at a revision."""
        self._see(revision)
        self.last = later_of(self.last, revision)

    def forget_transfer(self) -> None:
        """A transfer that was broken off is forgotten; what it has changed at once stays."""
        self._transfer = None

    def forget_last(self) -> None:
        """From now on everything is asked for."""
        self.last = None

    def forget_revisions(self) -> None:
        """Another installation answers: no revision of the old one means anything there."""
        self.last = None
        self.floor = None

    def clear(self) -> None:
        """Nothing of what is here may be used any more."""
        self._transfer = None
        self.last = None
        self.is_synced = False
        for team_id in self.team_ids:
            self._drop(team_id)

    def fork(self) -> Replica:
        """The same state for another connection, which does not change this one."""
        fork = Replica()
        for team_id, team in self._teams.items():
            copy = fork._teams[team_id] = _Team()
            copy.revision = team.revision
            copy.prompts = team.prompts.copy()
            copy.digest.add_all(team.digest)
        fork._homes = self._homes.copy()
        fork.last, fork.floor, fork.is_synced = self.last, self.floor, self.is_synced
        return fork

    def counted_anew(self, on_edit: EditListener) -> Replica:
        """The same state, where a thread that is gone may have been at work on it."""
        fork = Replica(on_edit)
        for team_id, team in list(self._teams.items()):
            copy = _Team()
            copy.revision = team.revision
            for prompt in list(team.prompts.values()):
                copy.put(prompt)
                fork._homes[prompt["id"]] = team_id
            fork._teams[team_id] = copy
        fork.last, fork.floor, fork.is_synced = self.last, self.floor, self.is_synced
        return fork

    def adopt(self, other: Replica) -> Steps:
        """Takes over all of another replica, which must not be used after that, prompt by prompt as `sync`."""
        yield from self._replace(other._teams)
        for team_id in self.team_ids:
            if team_id not in other._teams:
                yield from self._dropping(team_id)
        self._transfer = other._transfer
        self.last = other.last
        if other.floor is not None:
            self._see(other.floor)
        self.is_synced = other.is_synced
        return None

    def adopt_team(self, team_id: str, other: Replica) -> None:
        """Lays one team of another replica, such as that of a bundle, over this one."""
        team = other._teams.get(team_id)
        if team is not None:
            drained(self._replace({team_id: team}))

    def _see(self, revision: str) -> None:
        self.floor = later_of(self.floor, revision)

    def _begin(self, team_id: str, base: Optional[str]) -> None:
        if self._transfer is None:
            self._transfer = {}
        self._transfer[team_id] = _Team() if base is None else None
        if base is not None and team_id not in self._teams:
            self._teams[team_id] = _Team()

    def _staged(self, team_id: str) -> Optional[_Team]:
        return None if self._transfer is None else self._transfer.get(team_id)

    def _put(self, team_id: str, prompt: DeliveredPrompt) -> Optional[str]:
        staged = self._staged(team_id)
        if staged is not None:
            staged.put(prompt)
        elif team_id in self._teams:
            self._set(team_id, prompt)
        else:
            return "unknown team"
        return None

    def _delete(self, team_id: str, prompt_id: str) -> None:
        staged = self._staged(team_id)
        if staged is not None:
            staged.take(prompt_id)
        elif self._homes.get(prompt_id) == team_id:
            self._remove(team_id, prompt_id)

    def _mark(self, frame: Frame) -> Optional[str]:
        for marked in frame["teams"]:
            if self._transfer is not None and marked["team_id"] in self._transfer:
                continue
            team = self._teams.get(marked["team_id"])
            if team is None or team.revision != marked["prev"]:
                return "missing change"
            team.revision = marked["revision"]
            if not team.digest.agrees(marked):
                return "digest differs"
        if self._transfer is None:
            self.last = frame["revision"]
        return None

    def _set(self, team_id: str, prompt: DeliveredPrompt) -> None:
        """A prompt is in one team only, so it leaves the one that it was in."""
        team = self._teams[team_id]
        before = team.prompts.get(prompt["id"])
        home = self._homes.get(prompt["id"])
        # What is compiled belongs to the object: one that says the same stays.
        if before is None or before["etag"] != prompt["etag"]:
            team.put(prompt)
            self._homes[prompt["id"]] = team_id
            self._on_edit(team_id, before, prompt)
        if home is not None and home != team_id:
            self._leave(home, prompt["id"])

    def _remove(self, team_id: str, prompt_id: str) -> None:
        self._homes.pop(prompt_id, None)
        self._leave(team_id, prompt_id)

    def _leave(self, team_id: str, prompt_id: str) -> None:
        team = self._teams.get(team_id)
        before = None if team is None else team.take(prompt_id)
        if before is not None:
            self._on_edit(team_id, before, None)

    def _drop(self, team_id: str) -> None:
        drained(self._dropping(team_id))

    def _dropping(self, team_id: str) -> Steps:
        for prompt_id in list(self.prompts_of(team_id)):
            self._remove(team_id, prompt_id)
            yield
        self._teams.pop(team_id, None)
        return None

    def _replace(self, teams: Mapping[str, _Team]) -> Steps:
        """What comes is there before anything leaves: a prompt that has moved is nowhere missing in between."""
        for team_id, new in teams.items():
            yield from self._enter(team_id, new)
        for team_id, new in teams.items():
            left = [prompt_id for prompt_id in self.prompts_of(team_id) if prompt_id not in new.prompts]
            for prompt_id in left:
                self._remove(team_id, prompt_id)
                yield
        return None

    def _enter(self, team_id: str, new: _Team) -> Steps:
        team = self._teams.setdefault(team_id, _Team())
        team.revision = new.revision
        if not team.prompts and self._homes.keys().isdisjoint(new.prompts):
            # Nothing to compare with: most of what is ever loaded comes like this.
            team.prompts = dict(new.prompts)
            team.digest.add_all(new.digest)
            self._homes.update(dict.fromkeys(new.prompts, team_id))
            if self._on_edit is not _ignore:
                for prompt in new.prompts.values():
                    self._on_edit(team_id, None, prompt)
                    yield
            return None
        for prompt in new.prompts.values():
            self._set(team_id, prompt)
            yield
        return None
