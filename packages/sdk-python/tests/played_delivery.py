"""A server that plays px0's delivery: teams with prompts, as streams and snapshots, and renders of what it has."""

from __future__ import annotations

import hashlib
import json
import queue
import ssl
import threading
import zlib
from typing import Any, Dict, Iterable, Iterator, List, Optional
from urllib.parse import parse_qs, urlsplit

from played_px0 import USAGE, PlayedPx0, Reply, revision

TEAM = "11111111-1111-4111-8111-111111111111"
OTHER_TEAM = "22222222-2222-4222-8222-222222222222"


def prompt_of(
    slug: str,
    templates: Dict[int, str],
    live: Optional[int],
    tags: Optional[Dict[str, int]] = None,
    **more: Any,
) -> Dict[str, Any]:
    """As it is delivered."""
    versions = [
        {"version": number, "status": "live" if number == live else "archived", "template": text, "language": 1}
        for number, text in sorted(templates.items())
    ]
    prompt = {
        "id": f"id of {slug}",
        "slug": slug,
        "status": "active",
        "created_at": "2026-01-01T00:00:00Z",
        "live": live,
        "tags": tags or {},
        "versions": versions,
        **more,
    }
    prompt["etag"] = hashlib.sha256(json.dumps(prompt).encode()).hexdigest()[:16]
    return prompt


def digest_of(prompts: Iterable[Dict[str, Any]]) -> Dict[str, Any]:
    bits, count = 0, 0
    for prompt in prompts:
        bits ^= int(prompt["etag"], 16)
        count += 1
    return {"digest": f"{bits:016x}", "count": count}


def event_of(frame: Dict[str, Any]) -> bytes:
    id_line = f"id: {frame['revision']}\n" if frame["type"] in ("mark", "sync", "heartbeat") else ""
    return f"event: {frame['type']}\n{id_line}data: {json.dumps(frame)}\n\n".encode()


class PlayedDelivery(PlayedPx0):
    """`greeting` is in it from the beginning. `overrides` may take a request over."""

    def __init__(self, tls: Optional[ssl.SSLContext] = None) -> None:
        self.teams: Dict[str, Dict[str, Dict[str, Any]]] = {TEAM: {}}
        self.sequences: Dict[str, int] = {TEAM: 1}
        self.streams: List["queue.Queue[Optional[Dict[str, Any]]]"] = []
        self.heartbeat_ms = 15_000
        self.retry_ms = [0, 10]
        self.is_gzipped = False
        # What else an answer about a version says.
        self.said: Dict[str, Any] = {}
        self.refusal: Optional[Reply] = None
        self._changing = threading.RLock()
        super().__init__(tls)
        self.templates = {1: "Hello {{.name}}", 7: "Seven {{.name}}"}
        self.put(prompt_of("greeting", {1: "Hello {{.name}}"}, 1))
        self.answer = self._delivery

    @property
    def deliveries(self) -> List[Dict[str, Any]]:
        """Requests for streams and snapshots."""
        asked = [request for request in self.requests if request["path"] != USAGE]
        return [request for request in asked if request["path"].startswith("/v1/delivery")]

    def all(self) -> List[Dict[str, Any]]:
        return [prompt for prompts in self.teams.values() for prompt in prompts.values()]

    def put(self, prompt: Dict[str, Any], team_id: str = TEAM) -> None:
        with self._changing:
            prev = revision(self.sequences[team_id])
            self.sequence += 1
            self.sequences[team_id] = self.sequence
            self.teams[team_id][prompt["id"]] = prompt
            self._send({"type": "put", "team_id": team_id, "revision": revision(self.sequence), "prompt": prompt})
            self._mark(team_id, prev)

    def delete(self, slug: str, team_id: str = TEAM) -> None:
        with self._changing:
            prev = revision(self.sequences[team_id])
            self.sequence += 1
            self.sequences[team_id] = self.sequence
            del self.teams[team_id][f"id of {slug}"]
            frame = {"type": "delete", "team_id": team_id, "revision": revision(self.sequence)}
            self._send({**frame, "prompt_id": f"id of {slug}"})
            self._mark(team_id, prev)

    def send(self, frame: Optional[Dict[str, Any]]) -> None:
        """To every open stream; None ends them."""
        with self._changing:
            self._send(frame)

    def heartbeat(self, **more: Any) -> Dict[str, Any]:
        """The frame, right unless `more` changes it."""
        frame = {"type": "heartbeat", "revision": revision(self.sequence), "stale": False}
        return {**frame, **digest_of(self.all()), **more}

    def stop(self) -> None:
        self.send(None)
        super().stop()

    def _send(self, frame: Optional[Dict[str, Any]]) -> None:
        for stream in self.streams:
            stream.put(frame)
        if frame is None:
            self.streams = []

    def _mark(self, team_id: str, prev: str) -> None:
        now = revision(self.sequences[team_id])
        team = {"team_id": team_id, "prev": prev, "revision": now, **digest_of(self.teams[team_id].values())}
        self._send({"type": "mark", "revision": now, "teams": [team]})

    def transfer(self) -> List[Dict[str, Any]]:
        """All that there is."""
        frames: List[Dict[str, Any]] = []
        for team_id, prompts in self.teams.items():
            now = revision(self.sequences[team_id])
            frames.append({"type": "begin", "team_id": team_id, "base": None})
            for prompt in prompts.values():
                frames.append({"type": "put", "team_id": team_id, "revision": now, "prompt": prompt})
        teams = [{"team_id": team_id, "revision": revision(number)} for team_id, number in self.sequences.items()]
        sync = {"type": "sync", "revision": revision(self.sequence), "key_expires_at": None, "teams": teams}
        return [*frames, {**sync, **digest_of(self.all())}]

    def _delivery(self, request: Dict[str, Any]) -> Optional[Reply]:
        url = urlsplit(request["path"])
        if url.path.startswith("/v1/prompts/") and request["method"] == "POST":
            return self._render(url.path)
        if url.path.startswith("/v1/prompts/"):
            return self._version(int(parse_qs(url.query)["version"][0]))
        if not url.path.startswith("/v1/delivery/") or url.path == USAGE:
            return None
        if self.refusal is not None:
            return self.refusal
        with self._changing:
            if url.path.endswith("/snapshot"):
                return self._snapshot(request)
            reply = Reply(200, "", {"content-type": "text/event-stream; charset=utf-8", **self._encoding})
            reply.pieces = self._packed(self._stream(self._begin_stream()))
        return reply

    def _render(self, path: str) -> Optional[Reply]:
        number = int(path.split("/")[5]) if "/versions/" in path else None
        if number is None:
            return None
        body = {"rendered": f"remote {number}", "version": number, "slug": "greeting", "tags": []}
        return Reply(200, body, {"px0-revision": revision(self.sequence)})

    def _version(self, number: int) -> Reply:
        version = {"version": number, "template": self.templates[number], "status": "archived", "tags": [], **self.said}
        prompt = {"id": "id of greeting", "slug": "greeting"}
        return Reply(200, {"prompt": prompt, "version": version}, {"px0-revision": revision(self.sequence)})

    @property
    def _encoding(self) -> Dict[str, str]:
        own = {"px0-revision": revision(self.sequence)}
        return {**own, "content-encoding": "gzip"} if self.is_gzipped else own

    def _snapshot(self, request: Dict[str, Any]) -> Reply:
        digest = digest_of(self.all())
        etag = f'"{digest["digest"]}.{digest["count"]}"'
        headers = {"content-type": "application/x-ndjson; charset=utf-8", "etag": etag, **self._encoding}
        if request["headers"].get("if-none-match") == etag:
            return Reply(304, "", headers)
        lines = "".join([json.dumps(frame) + "\n" for frame in self.transfer()]).encode()
        reply = Reply(200, "", headers)
        reply.pieces = self._packed(iter([lines[at : at + 100] for at in range(0, len(lines), 100)]))
        return reply

    def _begin_stream(self) -> "queue.Queue[Optional[Dict[str, Any]]]":
        stream: "queue.Queue[Optional[Dict[str, Any]]]" = queue.Queue()
        hello = {"type": "hello", "protocol": 1, "resumed": False, "stale": False}
        stream.put({**hello, "heartbeat_ms": self.heartbeat_ms, "retry_ms": self.retry_ms})
        for frame in self.transfer():
            stream.put(frame)
        self.streams.append(stream)
        return stream

    def _stream(self, stream: "queue.Queue[Optional[Dict[str, Any]]]") -> Iterator[bytes]:
        for frame in iter(stream.get, None):
            yield event_of(frame)
            if frame["type"] == "end":
                return

    def _packed(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """As px0 packs: each piece can be read before the next is sent."""
        packer = zlib.compressobj(wbits=31)
        for piece in pieces:
            yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) if self.is_gzipped else piece
