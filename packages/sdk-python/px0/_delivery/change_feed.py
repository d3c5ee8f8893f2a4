"""Changes that wait to be told: in order, and one at a time. Of those that wait the latest thousand are kept; `many` stands for the others."""

from __future__ import annotations

from collections import deque
from typing import Callable, Deque, List, NamedTuple, Optional, Tuple

from .changes import MANY, Change

ChangeListener = Callable[[Change], object]

_MOST_WAITING = 1_000


class _Listening(NamedTuple):
    slug: str
    tell: ChangeListener


class ChangeFeed:
    def __init__(self) -> None:
        self._listeners: Tuple[_Listening, ...] = ()
        self._waiting: Deque[Change] = deque()
        self._has_given_up = False

    def listen(self, slug: str, tell: ChangeListener) -> Callable[[], None]:
        """`*` listens to all. What it returns ends it."""
        listening = _Listening(slug, tell)
        self._listeners = (*self._listeners, listening)

        def end() -> None:
            self._listeners = tuple([one for one in self._listeners if one is not listening])

        return end

    @property
    def is_heard(self) -> bool:
        return bool(self._listeners)

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def push(self, change: Change) -> None:
        if not self._listeners:
            return
        self._waiting.append(change)
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft()
            self._has_given_up = True

    def next(self) -> Optional[Tuple[Change, List[ChangeListener]]]:
        """The change that is to be told next, and to whom."""
        if not self._waiting:
            return None
        change = MANY if self._has_given_up else self._waiting.popleft()
        self._has_given_up = False
        told = [one.tell for one in self._listeners if change is MANY or one.slug in ("*", change.slug)]
        return change, told
