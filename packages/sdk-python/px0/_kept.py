"""The programs of versions that px0 has served, by what was asked for: what a client falls back on.

Bounded by number and by bytes; the least recently used goes first.

See docs/decisions/165-template-language-in-three-languages.md.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import List, Optional, Tuple

from ._program import Program


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for: the live version (`ref` None), or one by number or tag, of a slug in a team or any the key sees."""

    team_id: Optional[str]
    slug: str
    ref: Optional[str]


@dataclass(frozen=True)
class Kept:
    """A program and what px0 said of it. Times are seconds since 1970."""

    wanted: Wanted
    version: int
    tags: Tuple[str, ...]
    program: Program
    # `Px0-Revision` of the answer that confirmed it last.
    revision: Optional[str]
    confirmed_at: float
    fetched_at: float
    # `snapshot`: kept by an earlier process, and not confirmed to this one. `fetched`: a version that is not delivered.
    origin: str
    # Whether it may be served without asking while it is young; false once px0 has said something else.
    may_be_fresh: bool
    # Whose version it is; None where px0 has not said it.
    prompt_id: Optional[str] = None
    # The prompt's policy for contracts; None: off.
    contract: Optional[str] = None

    @property
    def size(self) -> int:
        """Of memory, roughly: the program, and the rest of an entry."""
        return self.program.size + 500


class KeptTemplates:
    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        # In the order of use, the latest last.
        self._entries: OrderedDict[Wanted, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, wanted: Wanted) -> Optional[Kept]:
        kept = self._entries.get(wanted)
        if kept is not None:
            self._entries.move_to_end(wanted)
        return kept

    def set(self, kept: Kept) -> None:
        self.remove(kept.wanted)
        self._entries[kept.wanted] = kept
        self._bytes += kept.size
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self.remove(next(iter(self._entries)))

    def remove(self, wanted: Wanted) -> bool:
        """Whether there was something to remove."""
        kept = self._entries.pop(wanted, None)
        if kept is None:
            return False
        self._bytes -= kept.size
        return True

    def copy(self) -> KeptTemplates:
        """Of what is whole here, also when a thread that is gone was at work on it."""
        copy = KeptTemplates(self._max_entries, self._max_bytes)
        for kept in self.all():
            copy.set(kept)
        return copy

    def all(self) -> List[Kept]:
        return list(self._entries.values())
