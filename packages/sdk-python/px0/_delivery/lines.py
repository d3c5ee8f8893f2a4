"""Lines of a body that arrives in pieces, cut anywhere, even within a character. What is held of a line that has not ended is bounded.

A line ends with a newline, or a carriage return and a newline.
"""

from __future__ import annotations

from typing import Iterator

from .frame import MAX_LINE_BYTES
from .read_frame import FrameError


class LineReader:
    """`most`: bytes of a line, its end not counted."""

    def __init__(self, most: int = MAX_LINE_BYTES) -> None:
        self._most = most
        # One buffer that grows: a body may arrive byte by byte, and each piece by itself would cost more than it holds.
        self._held = bytearray()

    @property
    def is_within_line(self) -> bool:
        """Whether a line has begun that has not ended."""
        return len(self._held) > 0

    def read(self, piece: bytes) -> Iterator[str]:
        """The lines that end in this piece. Raises FrameError for a line that is too long, or is not UTF-8."""
        start = 0
        while True:
            end = piece.find(b"\n", start)
            if end == -1:
                break
            yield self._line(piece[start:end])
            start = end + 1
        if start < len(piece):
            self._hold(piece[start:])

    def _hold(self, rest: bytes) -> None:
        # The last byte may be the first of two that end the line.
        if len(self._held) + len(rest) > self._most + 1:
            raise FrameError("a line is too long")
        self._held += rest

    def _line(self, last: bytes) -> str:
        line = last
        if self._held:
            line = bytes(self._held + last)
            self._held = bytearray()
        if line.endswith(b"\r"):
            line = line[:-1]
        if len(line) > self._most:
            raise FrameError("a line is too long")
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise FrameError("a line is not UTF-8") from None
        # As the other SDKs' decoders.
        return text[1:] if text.startswith("\ufeff") else text
