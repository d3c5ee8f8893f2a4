"""The rules of a client against a plain model of px0: random writes and moves, servers that lag, links that cut, lose and spoil.

The proof of the rules is that of `packages/delivery`; this holds their port in Python to the same promises.
"""

from __future__ import annotations

import random
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import pytest
from played_px0 import revision

from px0._delivery.prompt_index import PromptIndex
from px0._delivery.replica import Replica

TEAMS = ("a", "b", "c")
PROMPTS = tuple("pqrstu")


class Event(NamedTuple):
    """From this event on the prompt is in this team, or in none."""

    prompt: str
    team: Optional[str]


class World:
    def __init__(self) -> None:
        self.log: List[Event] = []

    def at(self, position: int) -> Dict[str, Tuple[str, int]]:
        """By prompt, its team and the event that it is from."""
        state: Dict[str, Tuple[str, int]] = {}
        for number, event in enumerate(self.log[:position], 1):
            if event.team is None:
                state.pop(event.prompt, None)
            else:
                state[event.prompt] = (event.team, number)
        return state


def delivered(prompt: str, number: int) -> Dict[str, Any]:
    etag = f"{random.Random(f'{prompt} {number}').getrandbits(64):016x}"
    ranked = {"status": "active", "created_at": "2026-01-01T00:00:00Z"}
    return {"id": prompt, "slug": f"slug {number % 3}", **ranked, "live": number, "tags": {}, "versions": [], "etag": etag}


def digest(prompts: List[Dict[str, Any]]) -> Dict[str, Any]:
    bits = 0
    for prompt in prompts:
        bits ^= int(prompt["etag"], 16)
    return {"digest": f"{bits:016x}", "count": len(prompts)}


def in_team(state: Dict[str, Tuple[str, int]], team: str) -> List[Dict[str, Any]]:
    return [delivered(prompt, number) for prompt, (home, number) in state.items() if home == team]


class Server:
    """Shows the log up to a position, and on a connection each event as it comes to it."""

    def __init__(self, world: World, position: int) -> None:
        self.world = world
        self.position = position
        # By team, the event that it was changed by last.
        self.revisions = {team: self._changed_at(team) for team in TEAMS}

    def _changed_at(self, team: str) -> int:
        before: Dict[str, Optional[str]] = {}
        latest = 0
        for number, event in enumerate(self.world.log[: self.position], 1):
            if team in (event.team, before.get(event.prompt)):
                latest = number
            before[event.prompt] = event.team
        return latest

    def _departures(self, since: int) -> List[Tuple[str, str]]:
        """The prompts that have left a team since an event, also those that came after it."""
        homes = {prompt: home for prompt, (home, _) in self.world.at(since).items()}
        left: List[Tuple[str, str]] = []
        for event in self.world.log[since : self.position]:
            home = homes.pop(event.prompt, None)
            if home is not None:
                left.append((event.prompt, home))
            if event.team is not None:
                homes[event.prompt] = event.team
        return left

    def greet(self, last: Optional[str]) -> List[Dict[str, Any]]:
        """A transfer: of all, or of what changed since."""
        state = self.world.at(self.position)
        frames: List[Dict[str, Any]] = [{"type": "hello"}]
        since = next((number for number in range(self.position + 1) if revision(number) == last), None)
        for team in TEAMS:
            now = revision(self.revisions[team])
            prompts = in_team(state, team)
            if since is None:
                frames.append({"type": "begin", "team_id": team, "base": None})
            elif self.revisions[team] <= since:
                continue
            else:
                frames.append({"type": "begin", "team_id": team, "base": last})
                prompts = [prompt for prompt in prompts if prompt["live"] > since]
            frames += [{"type": "put", "team_id": team, "revision": now, "prompt": prompt} for prompt in prompts]
        if since is not None:
            # After all puts, so that what moves does not disappear in between.
            for prompt, home in self._departures(since):
                if state.get(prompt, (None,))[0] != home:
                    now = revision(self.revisions[home])
                    frames.append({"type": "delete", "team_id": home, "revision": now, "prompt_id": prompt})
        teams = [{"team_id": team, "revision": revision(self.revisions[team])} for team in TEAMS]
        everything = [prompt for team in TEAMS for prompt in in_team(state, team)]
        frames.append({"type": "sync", "revision": revision(self.position), "teams": teams, **digest(everything)})
        return frames

    def advance(self) -> List[Dict[str, Any]]:
        """The frames of one more event, if there is one."""
        if self.position == len(self.world.log):
            return []
        before = self.world.at(self.position).get(self.world.log[self.position].prompt, (None, 0))[0]
        self.position += 1
        event = self.world.log[self.position - 1]
        now = revision(self.position)
        frames: List[Dict[str, Any]] = []
        if event.team is not None:
            prompt = delivered(event.prompt, self.position)
            frames.append({"type": "put", "team_id": event.team, "revision": now, "prompt": prompt})
        if before is not None and before != event.team:
            frames.append({"type": "delete", "team_id": before, "revision": now, "prompt_id": event.prompt})
        state = self.world.at(self.position)
        marks = []
        for team in sorted({team for team in (event.team, before) if team is not None}):
            prev = revision(self.revisions[team])
            marks.append({"team_id": team, "prev": prev, "revision": now, **digest(in_team(state, team))})
            self.revisions[team] = self.position
        return [*frames, {"type": "mark", "revision": now, "teams": marks}]

    def heartbeat(self) -> Dict[str, Any]:
        state = self.world.at(self.position)
        everything = [prompt for team in TEAMS for prompt in in_team(state, team)]
        return {"type": "heartbeat", "revision": revision(self.position), "stale": False, **digest(everything)}


class Run:
    def __init__(self, seed: int, is_faithful: bool) -> None:
        self.draw = random.Random(seed)
        self.is_faithful = is_faithful
        self.world = World()
        self.servers = [Server(self.world, 0) for _ in range(2)]
        self.index = PromptIndex()
        self.seen: Dict[str, int] = {}
        self.replica = Replica(self.edited)
        self.connected: Optional[Server] = None
        self.link: List[Dict[str, Any]] = []
        self.repairs = 0

    def edited(self, team_id: str, before: Any, after: Any) -> None:
        self.index.edit(team_id, before, after)
        if after is not None:
            if self.is_faithful:
                assert after["live"] >= self.seen.get(after["id"], 0), "went back in time"
            self.seen[after["id"]] = after["live"]

    def step(self) -> None:
        draw = self.draw
        what = draw.randrange(10)
        if what < 3:
            self.world.log.append(Event(draw.choice(PROMPTS), draw.choice((*TEAMS, *TEAMS, None))))
        elif what < 5:
            self.advance(draw.choice(self.servers))
        elif what == 5:
            self.connect(draw.choice(self.servers))
        elif what == 6 and self.connected is not None:
            self.link.append(self.connected.heartbeat())
        elif what == 7:
            server = draw.randrange(len(self.servers))
            if self.servers[server] is self.connected:
                self.cut()
            # A restart, which may know less than before.
            position = draw.randint(max(0, self.servers[server].position - 2), len(self.world.log))
            self.servers[server] = Server(self.world, position)
        elif what == 8 and not self.is_faithful and self.link:
            at = draw.randrange(len(self.link))
            if self.link[at]["type"] in ("put", "delete", "mark"):
                del self.link[at]
            elif "digest" in self.link[at]:
                self.link[at] = {**self.link[at], "digest": "f" * 16}
        else:
            self.read(draw.randint(1, 6))

    def advance(self, server: Server) -> None:
        frames = server.advance()
        if server is self.connected:
            self.link += frames

    def cut(self) -> None:
        self.connected, self.link = None, []

    def connect(self, server: Server) -> None:
        self.cut()
        positions = [number for number in range(server.position + 1) if revision(number) == self.replica.floor]
        if self.replica.floor is not None and not positions:
            return  # It is behind what was shown, and says so.
        self.connected = server
        self.link = server.greet(self.replica.last)

    def read(self, most: int) -> None:
        for frame in self.link[:most]:
            reason = self.replica.apply(frame)
            if reason is not None:
                assert not self.is_faithful, f"a repair without a cause: {reason}"
                self.repairs += 1
                self.replica.forget_last()
                self.cut()
                return
            self.compare_index()
        del self.link[:most]

    def compare_index(self) -> None:
        """What renders see is what the replica holds."""
        held = {
            (team, prompt["id"], prompt["etag"])
            for team in self.replica.team_ids
            for prompt in self.replica.prompts_of(team).values()
        }
        assert {(one.team_id, one.prompt["id"], one.prompt["etag"]) for one in self.index.all()} == held

    def calm_down(self) -> None:
        for server in self.servers:
            while server.position < len(self.world.log):
                self.advance(server)
        for _ in range(6):
            if self.connected is None:
                self.connect(self.servers[0])
            assert self.connected is not None
            self.link.append(self.connected.heartbeat())
            self.read(len(self.link))
        expected = {(home, prompt, number) for prompt, (home, number) in self.world.at(len(self.world.log)).items()}
        held = {(one.team_id, one.prompt["id"], one.prompt["live"]) for one in self.index.all()}
        assert held == expected
        assert self.replica.last == revision(len(self.world.log))


@pytest.mark.parametrize("is_faithful", [True, False])
def test_a_client_ends_with_exactly_what_there_is_and_never_goes_back(is_faithful: bool) -> None:
    repairs = 0
    for seed in range(150):
        run = Run(seed, is_faithful)
        for _ in range(80):
            run.step()
        run.calm_down()
        repairs += run.repairs
    assert (repairs > 0) == (not is_faithful)


def test_a_fork_at_any_moment_holds_the_same_and_adds_up() -> None:
    run = Run(7, True)
    for _ in range(200):
        run.step()
        fork = run.replica.fork()
        assert (fork.digest().text, fork.digest().count, fork.size) == (
            run.replica.digest().text,
            run.replica.digest().count,
            run.replica.size,
        )
