"""The variables in sight while a template is planned, as Go's stack of them will be when it runs."""

from __future__ import annotations

from typing import Dict, List, Tuple

from .plan import Candidates, Local


class Scope:
    """`dot` is the present dot; `size` is how many slots the frame needs."""

    def __init__(self) -> None:
        self.dot = Local(0, 0, False)
        self.size = 0
        # Above zero inside arguments that evaluation may skip.
        self._conditional_depth = 0
        # How many scopes are open.
        self._level = 0
        self._by_name: Dict[str, List[Tuple[Local, int]]] = {}
        self._order: List[Tuple[str, Local]] = []

    def new_local(self) -> Local:
        local = Local(self.size, self.size + 1, self._conditional_depth > 0)
        self.size += 2
        return local

    def declare(self, name: str) -> Local:
        """A variable that is declared again before its scope ends keeps its slot: nobody can see the older one any more, and where
        the newer declaration is skipped the slot still holds the older value, as it has to.
        """
        entries = self._by_name.setdefault(name, [])
        if entries and entries[-1][1] == self._level:
            return entries[-1][0]
        local = self.new_local()
        entries.append((local, self._level))
        self._order.append((name, local))
        return local

    def find(self, name: str) -> Candidates:
        """What the name may mean, newest first, up to the first that is certain to be set."""
        found: List[Local] = []
        for local, _ in reversed(self._by_name.get(name, ())):
            found.append(local)
            if not local.is_conditional:
                break
        return tuple(found)

    def enter(self) -> int:
        """Opens a scope, and gives what `leave` takes."""
        self._level += 1
        return len(self._order)

    def leave(self, mark: int) -> None:
        """What was declared inside is forgotten."""
        self._level -= 1
        for name, _ in self._order[mark:]:
            self._by_name[name].pop()
        del self._order[mark:]

    def enter_conditional(self) -> int:
        """What is planned from here on evaluation may skip."""
        self._conditional_depth += 1
        return len(self._order)

    def leave_conditional(self, mark: int) -> List[Local]:
        """The locals declared since."""
        self._conditional_depth -= 1
        return [local for _, local in self._order[mark:]]
