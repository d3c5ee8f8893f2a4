"""The digest of a set of delivered prompts: the XOR of their fingerprints, by which a client finds that it has diverged, whatever caused it."""

from __future__ import annotations

from .frame import Frame


class Digest:
    def __init__(self) -> None:
        self._bits = 0
        # How many fingerprints are in it.
        self.count = 0

    @property
    def text(self) -> str:
        """16 hexadecimal digits."""
        return f"{self._bits:016x}"

    def add(self, fingerprint: str) -> None:
        self._bits ^= int(fingerprint, 16)
        self.count += 1

    def remove(self, fingerprint: str) -> None:
        """Takes out one that is in it."""
        self._bits ^= int(fingerprint, 16)
        self.count -= 1

    def add_all(self, other: Digest) -> None:
        self._bits ^= other._bits
        self.count += other.count

    def agrees(self, frame: Frame) -> bool:
        """Whether it is what px0 says of the same set."""
        return (self.count, self.text) == (frame["count"], frame["digest"])
