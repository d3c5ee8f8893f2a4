"""The flags, width and precision of one `printf` verb."""

from __future__ import annotations

from typing import Optional


class Flags:
    """Everything between `%` and the verb."""

    __slots__ = ("minus", "plus", "sharp", "space", "zero", "plus_v", "sharp_v", "width", "precision")

    def __init__(self) -> None:
        self.minus = False
        self.plus = False
        self.sharp = False
        self.space = False
        self.zero = False
        # `%+v` and `%#v` are formats of their own, in which the plus and sharp flags are clear.
        self.plus_v = False
        self.sharp_v = False
        self.width: Optional[int] = None
        self.precision: Optional[int] = None

    def for_integer(self, *, sharp: bool, has_width: bool = True) -> "Flags":
        """The flags of an integer inside another format."""
        flags = Flags()
        flags.minus, flags.plus, flags.space, flags.zero = self.minus, self.plus, self.space, self.zero
        flags.sharp = sharp
        flags.width = self.width if has_width else None
        flags.precision = self.precision
        return flags
