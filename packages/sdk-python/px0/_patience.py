"""Bounds in time what knows no bound of its own, by leaving it behind."""

from __future__ import annotations

import contextvars
import threading
from typing import Callable, List, NoReturn, Optional, TypeVar

T = TypeVar("T")


def in_time(seconds: float, work: Callable[[], T]) -> Optional[Callable[[], T]]:
    """Does `work` in a thread. What is given returns or raises what `work` did; None when the time is over before."""
    ended: List[Callable[[], T]] = []
    context = contextvars.copy_context()

    def do() -> None:
        try:
            result = context.run(work)
            ended.append(lambda: result)
        except BaseException as error:
            ended.append(_raising(error))

    try:
        thread = threading.Thread(target=do, name="px0 request", daemon=True)
        thread.start()
    except RuntimeError:
        # No threads are to be had, at the end of the program for instance.
        return work
    thread.join(seconds)
    return ended[0] if ended else None


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def again() -> NoReturn:
        raise error

    return again
