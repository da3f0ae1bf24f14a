"""What is remembered of each record while all are read: a bit, and a decision's age."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from watchkeeper.records.instant import Instant


class Marks:
    """A set of indexes, in an eighth of a byte each."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, index: int) -> None:
        """Mark a record."""
        at = index >> 3
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1024 - len(self._bits)))
        self._bits[at] |= 1 << (index & 7)

    def __contains__(self, index: int) -> bool:
        at = index >> 3
        return 0 <= at < len(self._bits) and bool(self._bits[at] & 1 << (index & 7))

    def __iter__(self) -> Iterator[int]:
        for at, byte in enumerate(self._bits):
            if byte:
                yield from (at << 3 | bit for bit in range(8) if byte & 1 << bit)


class Decided:
    """Plan, system and time of each decision that was met, in twelve bytes a record."""

    __slots__ = ("_at", "_ids", "_kinds", "_which")

    def __init__(self) -> None:
        self._kinds: list[tuple[str, str]] = [("", "")]
        self._ids: dict[tuple[str, str], int] = {}
        self._which, self._at = array("I"), array("q")

    def add(self, index: int, plan: str, system: str, at: Instant) -> None:
        """Note a decision; they come in the order of their indexes."""
        gap = index - len(self._which)
        self._which.extend([0] * gap)
        self._at.extend([0] * gap)
        mine = (plan, system)
        if mine not in self._ids:
            self._ids[mine] = len(self._kinds)
            self._kinds.append(mine)
        self._which.append(self._ids[mine])
        self._at.append(at)

    def of(self, index: int) -> tuple[str, str, Instant] | None:
        """Return plan, system and time of a decision, or None if it was not met."""
        if not 0 <= index < len(self._which) or not self._which[index]:
            return None
        return (*self._kinds[self._which[index]], Instant(self._at[index]))
