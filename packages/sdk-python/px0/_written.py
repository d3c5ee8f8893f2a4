"""What this process has written itself, by where and as whom: a client that renders there as the same caller reads its own writes."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Tuple

from ._revision import HighestRevision

_Caller = Tuple[str, str]

# Held by the clients themselves.
_written: weakref.WeakValueDictionary[_Caller, HighestRevision] = weakref.WeakValueDictionary()
_finding = threading.Lock()


def written_by(host: str, access_token: str) -> HighestRevision:
    """The highest revision that a caller has written here."""
    with _finding:
        found = _written.get((host, access_token))
        if found is None:
            found = _written[(host, access_token)] = HighestRevision()
        return found


def _after_fork() -> None:
    global _finding
    # A thread that is gone may have held them.
    _finding = threading.Lock()
    for revision in list(_written.values()):
        revision.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
