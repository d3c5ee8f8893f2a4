"""Which process this is. A client that finds itself in another one than before, after a fork, begins anew there.

Python tells of forks that it makes itself; one made from outside of it (by uWSGI, for instance) is found by the process's number
at the next call.

See docs/decisions/096-python-sdk.md.
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from typing import Callable, List, Tuple

_forks = 0
_moving = threading.Lock()
_homes: weakref.WeakSet[Home] = weakref.WeakSet()
# What must not be freed, because a thread that is gone may have been at work on it at the moment of the fork.
_never_freed: List[object] = []


def this_process() -> Tuple[int, int]:
    """Another value in each process of a line of forks, though a number of a process is given again."""
    return os.getpid(), _forks


def never_free(inherited: object) -> None:
    """Holds on to what the parent process still uses, so that no destructor runs on it here."""
    _never_freed.append(inherited)


class Home:
    """The process that a client lives in. `begin_anew` is called once in each process that the client is found in later."""

    def __init__(self, begin_anew: Callable[[], None]) -> None:
        self._begin_anew = begin_anew
        self._process = this_process()
        _homes.add(self)

    def check(self) -> None:
        """Begins anew when this is another process."""
        if self._process == this_process():
            return
        with _moving:
            if self._process != this_process():
                self._begin_anew()
                self._process = this_process()


def _after_fork() -> None:
    global _forks, _moving
    _forks += 1
    # A thread that is gone may have held it.
    _moving = threading.Lock()
    for home in list(_homes):
        # What is not done here is tried again, and told of, at the next call.
        with contextlib.suppress(Exception):
            home.check()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
