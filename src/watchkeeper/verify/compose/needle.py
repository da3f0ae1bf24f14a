"""Finds a text in records without taking them apart: they are base64 in their envelopes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Needle:
    """A text in each of the three shapes that base64 may give it.

    It may be found where it is not; it is never missed where it is.
    """

    shapes: tuple[bytes, bytes, bytes]

    @classmethod
    def of(cls, text: bytes) -> Self:
        """Return the needle for a text of at least four bytes."""
        return cls((_shape(text, 0), _shape(text, 1), _shape(text, 2)))

    def found(self, raw: bytes) -> bool:
        """Tell whether an entry, or any bytes that hold entries, may hold the text."""
        one, two, three = self.shapes
        return one in raw or two in raw or three in raw

    def places(self, raw: bytes) -> Iterator[int]:
        """Yield every offset at which it may be found, in no order."""
        for shape in self.shapes:
            at = raw.find(shape)
            while at >= 0:
                yield at
                at = raw.find(shape, at + 1)


def _shape(text: bytes, shift: int) -> bytes:
    """Return the letters that depend on the text alone if it begins at `shift` modulo 3."""
    encoded = base64.b64encode(b"\x00" * shift + text)
    return encoded[-(-shift * 8 // 6) : (shift + len(text)) * 8 // 6]
