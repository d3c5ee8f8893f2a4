"""One request for a stream or a snapshot, from its beginning to its end: what arrives becomes frames, and whatever ends it becomes a meaning."""

from __future__ import annotations

from typing import Dict, Iterator, Mapping, NamedTuple, Optional

from .answer import STREAM
from .connection_state import BEATS_OF_PATIENCE
from .event_reader import EventReader
from .frame import PROTOCOL, Frame
from .lines import LineReader
from .read_frame import FrameError, read_frame
from .reconnect import HELLO_MS
from .replica import Replica


class Request(NamedTuple):
    """What to ask for; the credential is added where it is sent."""

    # From `/v1/` on, with its query.
    path: str
    headers: Dict[str, str]
    media: str


class Connection:
    """A connection and the replica that it feeds: the one that is looked at, or a fork until it is in step."""

    def __init__(self, request: Request, replica: Replica, now: float) -> None:
        self.request = request
        self.replica = replica
        self.headers: Optional[Mapping[str, str]] = None
        # A `sync` has come on it.
        self.is_in_step = False
        # It asks for another connection, which may not be made yet.
        self.goaway: Optional[Frame] = None
        self._events = EventReader()
        self._lines = LineReader()
        self._last_byte_at = now
        self._patience_ms: float = HELLO_MS
        self._hello_at: Optional[float] = None

    @property
    def is_stream(self) -> bool:
        return self.request.media == STREAM

    @property
    def is_silent(self) -> bool:
        """Headers have come, and no hello."""
        return self.is_stream and self.headers is not None and self._hello_at is None

    @property
    def ends_at(self) -> float:
        """When it has been quiet for too long."""
        return self._last_byte_at + self._patience_ms

    def lived_ms(self, now: float) -> float:
        """How long it has lived since its hello."""
        return 0 if self._hello_at is None else now - self._hello_at

    def answered(self, headers: Mapping[str, str], now: float) -> None:
        """Frames follow."""
        self.headers = headers
        self._last_byte_at = now

    def frames(self, piece: bytes, now: float) -> Iterator[Frame]:
        """The frames that end in this piece. Raises FrameError for what px0 cannot have sent."""
        # Until hello came, the time runs from the headers.
        if not self.is_stream or self._hello_at is not None:
            self._last_byte_at = now
        texts = (event.data for event in self._events.read(piece)) if self.is_stream else self._lines.read(piece)
        for text in texts:
            frame = read_frame(text)
            if frame is None:
                continue
            if frame["type"] == "hello":
                self._greet(frame, now)
            yield frame

    def _greet(self, frame: Frame, now: float) -> None:
        if frame["protocol"] != PROTOCOL:
            raise FrameError("px0 speaks another protocol")
        self._hello_at = self._last_byte_at = now
        self._patience_ms = BEATS_OF_PATIENCE * frame["heartbeat_ms"]
