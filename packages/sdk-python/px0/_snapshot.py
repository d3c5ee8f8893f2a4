"""The snapshot file of a client: read once, written seldom, and always whole; its form is the same in all SDKs.

Whatever is wrong with it is a warning; the application goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import uuid
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Optional, Union

from ._kept import Kept, Wanted
from ._program import read_program
from ._text import is_version_number

_KIND = "px0/snapshot/v1"
_PAUSE_BETWEEN_WRITES = 1.0
_MODE = 0o600


class SnapshotFile:
    """`entries` gives what is to be written, at the moment of writing."""

    def __init__(
        self, path: str, host: str, entries: Callable[[], List[Kept]], warn: Callable[[str], None]
    ) -> None:
        self._path = path
        self._host = host
        self._entries = entries
        self._warn = warn
        self.begin_anew()

    def begin_anew(self) -> None:
        """In a forked process: what is still to be written is its parent's to write."""
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._is_dirty = False
        self._timer: Optional[threading.Timer] = None

    def read(self) -> List[Kept]:
        """What the file holds for this host; nothing when it is missing, broken or of another host."""
        try:
            with open(self._path, encoding="utf-8") as file:
                read = read_snapshot(file.read(), self._host)
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            self._warn(f"The snapshot {self._path} cannot be read: {error}")
            return []
        if isinstance(read, str):
            self._warn(f"The snapshot {self._path} {read}; it is not used.")
            return []
        return read

    def changed(self) -> None:
        """Something has changed: it is written within a second."""
        with self._lock:
            self._is_dirty = True
            if self._timer is not None:
                return
            timer = threading.Timer(_PAUSE_BETWEEN_WRITES, self.flush)
            # A program that has nothing else to do shall end; closing the client writes what is left.
            timer.daemon = True
            # No threads are to be had at the end of the program, for instance.
            with contextlib.suppress(RuntimeError):
                timer.start()
                self._timer = timer

    def flush(self) -> None:
        """Writes now what has changed. Raises nothing."""
        failure = self._write_changes()
        if failure is not None:
            # Not while it holds a lock: who is warned may close the client, which comes here again.
            self._warn(f"The snapshot {self._path} cannot be written: {failure}")

    def _write_changes(self) -> Optional[Exception]:
        """Gives what has failed."""
        with self._writing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = None
                is_dirty, self._is_dirty = self._is_dirty, False
            if not is_dirty:
                return None
            try:
                _write_whole(self._path, write_snapshot(self._host, self._entries()))
            # A ValueError is a text that UTF-8 cannot encode.
            except (OSError, ValueError, RecursionError) as error:
                return error
        return None


def write_snapshot(host: str, entries: List[Kept], now: Optional[datetime] = None) -> str:
    """The text of a file with these entries."""
    document = {
        "kind": _KIND,
        "host": host,
        "saved_at": _format_time((now or datetime.now(timezone.utc)).timestamp()),
        "entries": [_write_entry(kept) for kept in entries],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_snapshot(text: str, host: str) -> Union[List[Kept], str]:
    """The entries of a snapshot of this host, or a sentence that says why it is not used."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("kind") != _KIND:
        return f"is not a {_KIND}"
    if document.get("host") != host:
        # Not which: an address may hold a password.
        return "belongs to another host"
    entries = document.get("entries")
    if not isinstance(entries, list):
        return "has no entries"
    return [kept for kept in map(_read_entry, entries) if kept is not None]


def _write_entry(kept: Kept) -> Dict[str, Any]:
    return {
        "team_id": kept.wanted.team_id,
        "slug": kept.wanted.slug,
        "ref": kept.wanted.ref,
        "version": kept.version,
        "tags": list(kept.tags),
        # For an SDK that knows no programs; where this is all of the program, it stands here only.
        "template": kept.program.text,
        **({} if kept.program.is_plain else {"program": kept.program.to_json()}),
        "revision": kept.revision,
        "confirmed_at": _format_time(kept.confirmed_at),
        "fetched_at": _format_time(kept.fetched_at),
    }


def _read_entry(entry: Any) -> Optional[Kept]:
    if not isinstance(entry, dict):
        return None
    confirmed_at = _parse_time(entry.get("confirmed_at"))
    fetched_at = _parse_time(entry.get("fetched_at"))
    version = entry.get("version")
    tags = entry.get("tags")
    # Where there is nothing else, or by an SDK that knows no programs, the template is written alone.
    program = read_program(entry.get("program"), entry.get("template"))
    is_whole = (
        isinstance(entry.get("slug"), str)
        and all(isinstance(entry.get(key), (str, type(None))) for key in ("team_id", "ref", "revision"))
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
    )


def _format_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse_time(value: Any) -> Optional[float]:
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
