"""Where a published log keeps time stamps of its checkpoints.

`timestamps/<size>-<yyyymmddThhmmssZ>.tsr` is the authority's answer, the file of the same name
that ends in `.checkpoint` is what it covers, and `timestamps/index` names every answer, a line
each, since a log behind a web server has no listing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from watchkeeper.errors import TimestampInvalid, cut
from watchkeeper.records.instant import Instant, render_instant

FOLDER = "timestamps"
INDEX = "index"
MAX_STAMPS = 100_000
_NAME = re.compile(r"(0|[1-9][0-9]{0,18})-([0-9]{8}T[0-9]{6}Z)")


@dataclass(frozen=True, slots=True, order=True)
class StampName:
    """A time stamp's name: how many records its checkpoint covers, and the stamp's own time."""

    size: int
    time: str

    @classmethod
    def of(cls, size: int, at: Instant) -> Self:
        """Name a time stamp made at `at`; parts of a second are left out."""
        digits = render_instant(at)[:19].replace("-", "").replace(":", "")
        return cls(size, f"{digits}Z")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse the name of an answer's file, with or without `.tsr`; None if it is none."""
        match = _NAME.fullmatch(text.removesuffix(".tsr"))
        return cls(int(match[1]), match[2]) if match else None

    def __str__(self) -> str:
        return f"{self.size}-{self.time}"

    @property
    def response(self) -> str:
        """The file that holds the authority's answer."""
        return f"{self}.tsr"

    @property
    def checkpoint(self) -> str:
        """The file that holds the checkpoint that it covers."""
        return f"{self}.checkpoint"


def render_index(names: Iterable[StampName]) -> bytes:
    """Render the index: each name once, in order, a line each."""
    return "".join(f"{name}\n" for name in sorted(set(names))).encode()


def parse_index(raw: bytes) -> list[StampName]:
    """Parse the index.

    Raises:
        TimestampInvalid: a line that is no name, or too many of them.
    """
    lines = raw.decode(errors="replace").splitlines()
    if len(lines) > MAX_STAMPS:
        raise TimestampInvalid(f"an index of {len(lines)} time stamps")
    found = [(line, StampName.parse(line)) for line in lines]
    for line, name in found:
        if name is None or str(name) != line:
            raise TimestampInvalid(f"not the name of a time stamp: {cut(line)}")
    return [name for _, name in found if name is not None]
