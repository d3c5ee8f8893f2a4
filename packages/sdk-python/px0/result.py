"""What a render gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional, Tuple

from .errors import UnreachableError

# Where a text was made, and from what.
Source = Literal["live", "cache", "snapshot", "fallback"]


@dataclass(frozen=True)
class RenderResult:
    """A text, and where it comes from: enough to explain a wrong prompt by one log line."""

    text: str
    source: Source
    slug: str
    # The version's number; None for a fallback.
    version: Optional[int]
    tags: Tuple[str, ...]
    # px0's revision when it last confirmed that this is the version; None for a fallback.
    revision: Optional[str]
    # How long ago that was, in seconds; None for a fallback.
    age: Optional[float]
    # Whether something newer may exist: the text is not live, or px0 has said that it may be behind.
    stale: bool
    # What kept the text from being live; None when nothing did.
    cause: Optional[UnreachableError]

    def __str__(self) -> str:
        return self.text
