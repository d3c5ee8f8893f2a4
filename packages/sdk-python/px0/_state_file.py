"""The state file of a client: read once, written seldom, and always whole; its form is the same in all SDKs.

A line is a JSON object: a header, the frames of what was delivered, and the programs that were fetched one by one. The file of SDKs of
before there was delivery, `px0/snapshot/v1`, is still read. Whatever is wrong with a file is a warning; the application goes on.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import threading
import time
import uuid
from datetime import datetime, timezone
from itertools import chain
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Union

from ._delivery.frame import Frame
from ._delivery.read_frame import FrameError, frame_of
from ._delivery.replica import Replica
from ._kept import Kept, Wanted
from ._program import read_program
from ._revision import is_revision
from ._text import is_version_number

_SNAPSHOT_V1 = "px0/snapshot/v1"
_VERSION = 2
_PAUSE_BETWEEN_WRITES = 1.0
# Of the time: a large file is written less often.
_MOST_TIME_WRITING = 0.01
_MODE = 0o600


class Contents(NamedTuple):
    """`replica`: what was delivered, if anything. `saved_at`: when it was current, in seconds since 1970."""

    kept: Sequence[Kept]
    replica: Optional[Replica] = None
    saved_at: float = 0.0


NOTHING = Contents(())


class StateFile:
    """`contents` gives what is to be written, at the moment of writing."""

    def __init__(
        self,
        path: str,
        host: str,
        slugs: Optional[Sequence[str]],
        contents: Callable[[], Contents],
        warn: Callable[[str], None],
    ) -> None:
        self._path = path
        self._host = host
        self._slugs = None if slugs is None else list(slugs)
        self._contents = contents
        self._warn = warn
        self.begin_anew()

    def begin_anew(self) -> None:
        """In a forked process: what is still to be written is its parent's to write."""
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._is_dirty = False
        self._timer: Optional[threading.Timer] = None
        self._pause = _PAUSE_BETWEEN_WRITES

    def read(self) -> Contents:
        """What the file holds for this host; nothing when it is missing, broken or of another host."""
        try:
            with open(self._path, encoding="utf-8") as file:
                read = read_state(file.read(), self._host, self._slugs)
        except FileNotFoundError:
            return NOTHING
        except (OSError, ValueError) as error:
            self._warn(f"The state file {self._path} cannot be read: {error}")
            return NOTHING
        if isinstance(read, str):
            self._warn(f"The state file {self._path} {read}; it is not used.")
            return NOTHING
        return read

    def changed(self) -> None:
        """Something has changed: it is written within a second, or later if that takes long."""
        with self._lock:
            self._is_dirty = True
            if self._timer is None:
                self._write_after(self._pause)

    def refused(self) -> None:
        """What the file holds must not be used any more, however long writing it has taken before."""
        with self._lock:
            self._is_dirty = True
            if self._timer is not None:
                self._timer.cancel()
            self._write_after(0)

    def _write_after(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.flush)
        # A program that has nothing else to do shall end; closing the client writes what is left.
        timer.daemon = True
        # No threads are to be had at the end of the program, for instance.
        with contextlib.suppress(RuntimeError):
            timer.start()
            self._timer = timer

    def flush(self) -> None:
        """Writes now what has changed. Raises nothing."""
        failure = self._write_changes()
        # Not under a lock: the application's hook may end here as well.
        if failure is not None:
            self._warn(failure)

    def _write_changes(self) -> Optional[str]:
        with self._writing:
            with self._lock:
                timer, self._timer = self._timer, None
                is_dirty, self._is_dirty = self._is_dirty, False
            if timer is not None:
                timer.cancel()
            if not is_dirty:
                return None
            began = time.monotonic()
            try:
                _write_whole(self._path, write_state(self._host, self._slugs, self._contents()))
            except Exception as error:  # whatever keeps it from being written stops nothing else
                return f"The state file {self._path} cannot be written: {error}"
            finally:
                took = time.monotonic() - began
                self._pause = max(_PAUSE_BETWEEN_WRITES, took / _MOST_TIME_WRITING)
            return None


def write_state(host: str, slugs: Optional[Sequence[str]], contents: Contents) -> str:
    replica = contents.replica
    header = {
        "type": "state",
        "version": _VERSION,
        "host": host,
        "saved_at": format_time(contents.saved_at or time.time()),
        "revision": None if replica is None else replica.last,
        "slugs": slugs,
    }
    lines: List[Dict[str, Any]] = [header, *frames_of(replica), *map(_write_entry, contents.kept)]
    return "".join([json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines])


def frames_of(replica: Optional[Replica]) -> List[Frame]:
    """The frames that make an empty replica this one."""
    revision = None if replica is None else replica.last or replica.floor
    if replica is None or revision is None or not replica.is_synced:
        return []
    frames: List[Frame] = []
    teams = []
    for team_id in replica.team_ids:
        team_revision = replica.revision_of(team_id) or revision
        teams.append({"team_id": team_id, "revision": team_revision})
        frames.append({"type": "begin", "team_id": team_id, "base": None})
        for prompt in list(replica.prompts_of(team_id).values()):
            frames.append({"type": "put", "team_id": team_id, "revision": team_revision, "prompt": prompt})
    digest = replica.digest()
    sync = {"type": "sync", "revision": revision, "digest": digest.text, "count": digest.count, "key_expires_at": None}
    return [*frames, {**sync, "teams": teams}]


# What a transfer consists of.
_OF_TRANSFERS = ("begin", "put", "delete", "sync")


def replica_of(frames: Iterable[Optional[Frame]]) -> Optional[Replica]:
    """What the frames of a transfer make of an empty replica; None when they do not add up. None among them is passed over."""
    replica = Replica()
    for frame in frames:
        if frame is not None and (frame["type"] not in _OF_TRANSFERS or replica.apply(frame) is not None):
            return None
    return replica if replica.is_synced and not replica.is_in_transfer else None


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Much is made here and nothing thrown away, which the collector would look through again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_state(text: str, host: str, slugs: Optional[Sequence[str]] = None) -> Union[Contents, str]:
    """What a file of this host holds, or a sentence that says why it is not used."""
    lines = text.split("\n")
    header = _parse(lines[0])
    if header is None or header.get("type") != "state":
        return _read_v1(text, host)
    if header.get("version") != _VERSION:
        return "is of a later version"
    if header.get("host") != host:
        # Not which: an address may hold a password.
        return "belongs to another host"
    kept: List[Optional[Kept]] = []
    # The first frame tells whether there are any.
    frames = _frames_in(lines, kept)
    saved_at = parse_time(header.get("saved_at"))
    try:
        first = next(frames, None)
        replica = None if first is None else replica_of(chain([first], frames))
    except FrameError:
        return "is damaged"
    entries = [entry for entry in kept if entry is not None]
    if first is None:
        return Contents(entries)
    if replica is None or saved_at is None:
        return "is damaged"
    revision = header.get("revision")
    if not is_revision(revision) or header.get("slugs") != (None if slugs is None else list(slugs)):
        # Of what else there is nothing is known: all of it is asked for.
        replica.forget_last()
    return Contents(entries, replica, saved_at)


def _frames_in(lines: List[str], kept: List[Optional[Kept]]) -> Iterator[Frame]:
    """One by one, so that nothing is held twice; what is no frame is added to `kept`. Raises FrameError."""
    for number in range(1, len(lines)):
        line = lines[number]
        if line == "":
            continue
        value = _parse(line)
        if value is not None and value.get("type") == "kept":
            kept.append(_read_entry(value))
        else:
            frame = frame_of(value)
            if frame is not None:
                yield frame


def _read_v1(text: str, host: str) -> Union[Contents, str]:
    document = _parse(text)
    if document is None or document.get("kind") != _SNAPSHOT_V1:
        return "is no state file"
    if document.get("host") != host:
        return "belongs to another host"
    entries = document.get("entries")
    if not isinstance(entries, list):
        return "has no entries"
    return Contents([kept for kept in map(_read_entry, entries) if kept is not None])


def _parse(text: str) -> Optional[Dict[str, Any]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _write_entry(kept: Kept) -> Dict[str, Any]:
    return {
        "type": "kept",
        "team_id": kept.wanted.team_id,
        "slug": kept.wanted.slug,
        "ref": kept.wanted.ref,
        "version": kept.version,
        "tags": list(kept.tags),
        # For an SDK that knows no programs; where this is all of the program, it stands here only.
        "template": kept.program.text,
        **({} if kept.program.is_plain else {"program": kept.program.to_json()}),
        "revision": kept.revision,
        "confirmed_at": format_time(kept.confirmed_at),
        "fetched_at": format_time(kept.fetched_at),
        **({} if kept.prompt_id is None else {"prompt_id": kept.prompt_id}),
        **({} if kept.contract is None else {"contract": kept.contract}),
    }


def _read_entry(entry: Any) -> Optional[Kept]:
    if not isinstance(entry, dict):
        return None
    confirmed_at = parse_time(entry.get("confirmed_at"))
    fetched_at = parse_time(entry.get("fetched_at"))
    version = entry.get("version")
    tags = entry.get("tags")
    # Where there is nothing else, or by an SDK that knows no programs, the template is written alone.
    program = read_program(entry.get("program"), entry.get("template"))
    is_whole = (
        isinstance(entry.get("slug"), str)
        and all(isinstance(entry.get(key), (str, type(None))) for key in ("team_id", "ref", "revision", "prompt_id"))
        and is_version_number(version)
        and isinstance(tags, list)
        and all(isinstance(tag, str) for tag in tags)
    )
    if not is_whole or program is None or confirmed_at is None or fetched_at is None:
        return None
    return Kept(
        wanted=Wanted(entry.get("team_id"), entry["slug"], entry.get("ref")),
        version=entry["version"],
        tags=tuple(entry["tags"]),
        program=program,
        revision=entry.get("revision"),
        confirmed_at=confirmed_at,
        fetched_at=fetched_at,
        origin="snapshot",
        may_be_fresh=False,
        prompt_id=entry.get("prompt_id"),
        contract=entry["contract"] if isinstance(entry.get("contract"), str) else None,
    )


def format_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(value: Any) -> Optional[float]:
    if not isinstance(value, str):
        return None
    try:
        # Before Python 3.11 this reads no Z.
        time = datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith("Z") else value)
    except ValueError:
        return None
    return time.timestamp() if time.tzinfo is not None else None


def _write_whole(path: str, text: str) -> None:
    """A reader sees the old text or the new one, also after a loss of power: beside it, flushed, then renamed."""
    temporary = f"{path}.{uuid.uuid4()}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise
