"""What goes to the witnesses, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that we signed and published: its note, its text and its size."""

    raw: bytes
    text: str
    size: int


class Cosigned(Protocol):
    """Told a note with its cosignatures, and whether the quorum is there."""

    def __call__(self, raw: bytes, *, quorum: bool) -> None:
        """Publish it."""
        ...
