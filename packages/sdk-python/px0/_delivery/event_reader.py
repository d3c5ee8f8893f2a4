"""The events of a `text/event-stream`, as far as px0 uses the format: `event`, `data` and `id`."""

from __future__ import annotations

from typing import Iterator, List, NamedTuple, Optional

from .frame import MAX_LINE_BYTES
from .lines import LineReader
from .read_frame import FrameError


class StreamEvent(NamedTuple):
    # `message` unless the event says otherwise.
    event: str
    data: str
    # Of this event, not of an earlier one.
    id: Optional[str]


# A frame may be as long in a stream as in a snapshot.
_MOST_DATA_LINES = 1_000
_MOST_OF_LINE = MAX_LINE_BYTES + len("data: ")


class EventReader:
    def __init__(self) -> None:
        self._lines = LineReader(_MOST_OF_LINE)
        self._event = ""
        self._data: List[str] = []
        self._length = 0
        self._id: Optional[str] = None

    def read(self, piece: bytes) -> Iterator[StreamEvent]:
        """The events that end in this piece. An event without data is none. Raises FrameError for one that is too long, or not UTF-8."""
        for line in self._lines.read(piece):
            if line:
                self._take(line)
                continue
            if self._data:
                yield StreamEvent(self._event or "message", "\n".join(self._data), self._id)
            self._reset()

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        if value.startswith(" "):
            value = value[1:]
        if name == "event":
            self._event = value
        elif name == "id":
            self._id = value
        elif name == "data":
            self._data.append(value)
            self._length += len(value)
            if self._length > MAX_LINE_BYTES or len(self._data) > _MOST_DATA_LINES:
                raise FrameError("an event is too long")
        # Comments, which keep a connection alive, and fields that px0 does not use.

    def _reset(self) -> None:
        self._event = ""
        self._data = []
        self._length = 0
        self._id = None
