"""The templates that px0 has served, by what was asked for: what a client falls back on.

Bounded by number and by bytes; the least recently used goes first.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, List, Mapping, Optional, Tuple

from . import _template

# Of one entry: a template that is not run here is of use to those who ask with few different variables.
_MOST_TEXTS = 100


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for: the live version (`ref` None), or one by number or tag, of a slug in a team or any the key sees."""

    team_id: Optional[str]
    slug: str
    ref: Optional[str]


@dataclass(frozen=True)
class Kept:
    """A template and what px0 said of it. Times are seconds since 1970."""

    wanted: Wanted
    version: int
    tags: Tuple[str, ...]
    template: str
    # `Px0-Revision` of the answer that confirmed it last.
    revision: Optional[str]
    confirmed_at: float
    fetched_at: float
    # `snapshot`: kept by an earlier process, and not confirmed to this one.
    origin: str
    # Whether it may be served without asking while it is young; false once px0 has said something else.
    may_be_fresh: bool
    # Texts that px0 has made, by `digest_of` their variables; only for a template that is not run here.
    texts: Mapping[str, str] = field(default_factory=dict)
    # What the template is run with; None when it is not run here.
    program: Optional[_template.Template] = None

    def render(self, variables: Mapping[str, Any], missing_key: str) -> Optional[str]:
        """The text, exactly as px0 would make it; None when it cannot be made here."""
        if self.program is None:
            return self.texts.get(digest_of(variables, missing_key)) if self.texts else None
        try:
            return self.program.render(variables, missing_key)
        except _template.CannotRender:
            return None

    def with_text(self, digest: str, text: str) -> Kept:
        """With one more of px0's texts, without the oldest when there are too many."""
        texts = {key: value for key, value in self.texts.items() if key != digest}
        texts[digest] = text
        while len(texts) > _MOST_TEXTS:
            del texts[next(iter(texts))]
        return replace(self, texts=texts)

    @property
    def size(self) -> int:
        """Of memory, roughly: two bytes for a character, and the rest of an entry."""
        texts = sum(len(text) * 2 + 200 for text in self.texts.values())
        return len(self.template) * 2 + texts + 500


def digest_of(variables: Mapping[str, Any], missing_key: str) -> str:
    """Equal for equal variables, in whichever order they are given."""
    canonical = json.dumps([variables, missing_key], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


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
