"""Plays the scenarios that the SDKs share: packages/delivery/test/vectors/delivery."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest
from played_delivery import event_of

from px0._delivery.answer import STREAM
from px0._delivery.connection import Connection
from px0._delivery.delivery_client import Close, DeliveryClient
from px0._engine import Engine
from px0._following import Files, Following, delivery_client
from px0._kept import Wanted
from px0._options import Settings, settings_of
from px0._revision import HighestRevision
from px0._state_file import Contents, read_state, write_state
from px0._transport import AwaitRevision, AwaitState, Flow, Step
from px0.errors import RefusedError, UnreachableError, UsageError
from px0.result import RenderResult

FOLDER = Path(__file__).parents[3] / "packages" / "delivery" / "test" / "vectors" / "delivery"
SCENARIOS: List[Dict[str, Any]] = (
    [scenario for file in sorted(FOLDER.glob("*.json")) for scenario in json.loads(file.read_text("utf-8"))]
    if FOLDER.exists()
    else []
)
HOST = "https://px0.example.com"
# Every scenario begins then: 1 January 2026.
START = 1_767_225_600_000.0
DELIVERY_HEADERS = ("last-event-id", "if-none-match", "px0-min-revision", "px0-consistency")

pytestmark = pytest.mark.skipif(not SCENARIOS, reason="the scenarios are in the repository only")


class PlayedFollowing(Following):
    """Opens and closes nothing but notes it, and tells listeners at once."""

    def _renew(self) -> None:
        super()._renew()
        self.waiting: List[Any] = []
        self.closed: List[Connection] = []

    def _open(self, connection: Connection) -> None:
        self.waiting.append((self.client.options.now() - START, connection))

    def _close(self, action: Close) -> None:
        self.closed.append(action.connection)
        self.waiting = [one for one in self.waiting if one[1] is not action.connection]

    def _tell(self) -> None:
        for listener, news in iter(self._next_news, None):
            listener(news)

    def _woken(self) -> None:
        pass


class Pending:
    """A render that goes on as far as it can each time that something has happened."""

    def __init__(self, step: Dict[str, Any], flow: Flow[RenderResult]) -> None:
        self.step = step
        self.until = step["at"] + step.get("takes", 0)
        self.outcome: Optional[Dict[str, Any]] = None
        self._flow = flow
        self._awaited: Optional[Step] = None
        self._began = 0.0

    def go_on(self, following: Following) -> None:
        """Up to what it has to wait for."""
        while self.outcome is None and not self._waits(following):
            self._go_on(following)

    def _waits(self, following: Following) -> bool:
        if isinstance(self._awaited, AwaitRevision):
            is_over = following.client.options.now() - self._began >= self._awaited.seconds * 1000
            return not is_over and not following._has_reached(self._awaited.revision)
        return isinstance(self._awaited, AwaitState) and not following._is_initialized()

    def _go_on(self, following: Following) -> None:
        self._began = following.client.options.now()
        try:
            self._awaited = next(self._flow)
            if not isinstance(self._awaited, (AwaitState, AwaitRevision)):
                self.outcome = {"remote": True}
        except StopIteration as stop:
            age = stop.value.age
            age_ms = None if age is None else round(age * 1000)
            # Of a chat the text is made when it is asked for.
            self.outcome = {"result": {**vars(stop.value), "text": stop.value.text, "age_ms": age_ms}}
        except RefusedError as error:
            told = {"class": type(error).__name__, "message": str(error), **vars(error)}
            self.outcome = {"error": told}
        except UsageError:
            self.outcome = {"error": {"class": "UsageError"}}
        except UnreachableError:
            # In the mode `file` px0 is not asked.
            self.outcome = {"remote": True}


def settings_for(options: Dict[str, Any], warn: Any) -> Settings:
    return settings_of(
        host=HOST,
        access_token="ak_test",
        timeout=5.0,
        attempt_timeout=2.0,
        retries=0,
        cache=True,
        state_file=None if options["mode"] != "file" else "state",
        snapshot_file=None,
        fallbacks=None,
        team_id=options.get("team_id"),
        on_warning=warn,
        mode=options["mode"],
        slugs=options.get("slugs"),
        poll_interval=options.get("poll_interval_ms", 30_000) / 1000,
        init_timeout=options.get("init_timeout_ms", 2_000) / 1000,
        max_stale=None,
        remote_when_needed=True,
        bundle_file=None,
        bundle_keys=(),
    )


class Player:
    def __init__(self, scenario: Dict[str, Any]) -> None:
        self.scenario = scenario
        self.now = START
        self.warnings: List[str] = []
        self.changes: List[Any] = []
        self.connections: List[Connection] = []
        self.pending: List[Pending] = []
        settings = settings_for(scenario["options"], self.warnings.append)
        client = delivery_client(settings, lambda: self.now, lambda: 0.5)
        assert client is not None
        self.client: DeliveryClient = client
        self.settings = settings
        self.engine = Engine(settings, lambda what, flow: None, lambda: None, client)
        files = Files(settings, client, lambda: Contents(()))
        self.following = PlayedFollowing(settings, client, files, self.engine.forget)
        self.following.on_change("*", self.changes.append)

    def play(self) -> None:
        lines = self.scenario.get("files", {}).get("state_file")
        if lines is not None:
            text = "\n".join([line if isinstance(line, str) else json.dumps(line) for line in lines])
            read = read_state(text, HOST, self.settings.slugs)
            if isinstance(read, str):
                self.warnings.append(read)
            elif read.replica is not None:
                replica, saved_at = read.replica, read.saved_at
                self.following.do(lambda: self.client.load(replica, "snapshot", saved_at * 1000))
        self.following.do(self.client.start)
        for step in self.scenario["steps"]:
            self.advance_to(step["at"])
            self.check_pending(step["at"])
            for at, connection in self.following.waiting:
                assert at >= step["at"], f"an unexpected request at {at}: {connection.request.path}"
            self.step(step)
            self.run_pending()
        self.check_pending(float("inf"))
        assert self.following.waiting == [], "an unexpected request"

    def advance_to(self, elapsed: float) -> None:
        end = START + elapsed
        while True:
            moments = [one.until + START for one in self.pending if one.outcome is None and one.until + START > self.now]
            at = self.client.next_at()
            due = min([*moments, *([] if at is None else [at])], default=None)
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            self.following.do(self.client.tick)
            self.run_pending()
        self.now = end
        self.following.do(self.client.tick)
        self.run_pending()

    def step(self, step: Dict[str, Any]) -> None:
        at = step["at"]
        if "connect" in step:
            self.connect(at, step["connect"], step["answer"])
        elif "frame" in step:
            connection = self.connection(step)
            is_stream = connection.request.media == STREAM
            data = event_of(step["frame"]) if is_stream else json.dumps(step["frame"]).encode() + b"\n"
            self.following.do(lambda: self.client.received(connection, data))
        elif "bytes" in step:
            for piece in step["bytes"]:
                connection = self.connection(step)
                self.following.do(lambda piece=piece: self.client.received(connection, bytes_of(piece)))
        elif "cut" in step:
            error = None if step["cut"] == "end" else "reset"
            self.following.do(lambda: self.client.ended(self.connection(step), error))
        elif "closed" in step:
            assert (self.connection(step) in self.following.closed) == step["closed"], f"at {at}: closed"
        elif "render" in step:
            self.render(step)
        elif "status" in step:
            self.check_members(f"at {at}: status", self.status(), step["status"])
        elif "change" in step:
            assert len(self.changes) == len(step["change"]), f"at {at}: {self.changes}"
            for change, expected in zip(self.changes, step["change"]):
                told = {**vars(change)}
                for name in ("before", "after"):
                    told[name] = None if told[name] is None else vars(told[name])
                self.check_members(f"at {at}: change", told, expected)
            self.changes.clear()
        elif "warning" in step:
            assert len(self.warnings) == step["warning"], f"at {at}: {self.warnings}"
            self.warnings.clear()
        elif "file" in step:
            contents = self.following.contents()
            lines = write_state(HOST, self.settings.slugs, contents).splitlines()
            assert len(lines) == len(step["file"]), f"at {at}: {lines}"
            for line, expected in zip(lines, step["file"]):
                self.check_members(f"at {at}: line", json.loads(line), expected)
        elif "reconnect" in step:
            self.following.do(self.client.reconnect)
        else:
            assert "close" in step
            self.following.do(self.client.close)

    def connect(self, at: float, expected: Dict[str, Any], answer: Any) -> None:
        assert self.following.waiting, f"at {at}: no request, but {expected['path']} was expected"
        asked_at, connection = self.following.waiting.pop(0)
        self.connections.append(connection)
        assert asked_at == at, f"asked at {asked_at}, not {at}"
        assert connection.request.path == expected["path"], f"at {at}"
        headers = {name: value for name, value in connection.request.headers.items() if name in DELIVERY_HEADERS}
        assert headers == expected.get("headers", {}), f"at {at}"
        if answer == "never":
            return
        if answer == "unreachable":
            self.following.do(lambda: self.client.ended(connection, "connection refused"))
            return
        self.following.do(
            lambda: self.client.answered(
                connection, answer["status"], answer.get("headers", {}), answer.get("body", "")
            )
        )

    def connection(self, step: Dict[str, Any]) -> Connection:
        return self.connections[step.get("on", len(self.connections) - 1)]

    def render(self, step: Dict[str, Any]) -> None:
        asked = step["render"]
        self.engine._written = HighestRevision()
        self.engine._written.see(asked.get("noted"))
        missing_key, contract = asked.get("missing_key"), asked.get("contract")
        variables = asked.get("variables", {})
        call = self.engine.call(asked["slug"], variables, {}, None, None, None, missing_key, None, False, contract)
        number = asked.get("version")
        # As it is, though a client of the SDK refuses numbers that no version has.
        team_id = asked.get("team_id", self.settings.team_id)
        wanted = Wanted(team_id, asked["slug"], asked.get("tag") if number is None else str(number))
        call = replace(call, wanted=wanted)
        self.pending.append(Pending(step, self.engine.render(call)))

    def run_pending(self) -> None:
        for one in self.pending:
            one.go_on(self.following)

    def check_pending(self, now: float) -> None:
        for one in self.pending:
            if one.until > now:
                assert one.outcome is None, f"a render ended before {one.until}"
            if one.until >= now:
                continue
            outcome = one.outcome
            assert outcome is not None, f"a render did not end at {one.until}"
            for key in ("result", "error", "remote"):
                expected = one.step.get(key)
                what = f"at {one.step['at']}: {key} in {outcome}"
                if isinstance(expected, dict):
                    assert isinstance(outcome.get(key), dict), what
                    self.check_members(what, outcome[key], expected)
                else:
                    assert outcome.get(key) == expected, what
        self.pending = [one for one in self.pending if one.until >= now]

    def status(self) -> Dict[str, Any]:
        status = vars(self.following.status())
        age, since = status.pop("age"), status.pop("since")
        return {**status, "age_ms": None if age is None else round(age * 1000), "since": round(since * 1000)}

    def check_members(self, what: str, actual: Dict[str, Any], expected: Dict[str, Any]) -> None:
        for key, value in expected.items():
            assert actual.get(key) == value, f"{what}: {key}"


def bytes_of(piece: Any) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    if "base64" in piece:
        return base64.b64decode(piece["base64"])
    return str(piece["repeat"]).encode() * int(piece["times"])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario["id"]))
def test_a_client_does_as_the_scenario_says(scenario: Dict[str, Any]) -> None:
    Player(scenario).play()
