"""What a document says, block by block, whatever kind of file it is."""

from __future__ import annotations

import enum
from dataclasses import dataclass

BLANK = "\ufffc"
"""Stands in `Block.bare` for each character that is no wording: code, the target of a link."""


class Seen(enum.StrEnum):
    """What a reader of the document should know besides its text."""

    TRACKED = "tracked-changes"
    HIDDEN = "hidden-text"
    ALTERNATE = "alternate-text"
    BOUND = "bound-text"
    OUTSIDE = "text-from-outside"
    EMBEDDED = "embedded-document"
    MACROS = "macros"
    OPEN_FIELD = "open-field"
    OPEN_COMMENT = "open-comment"
    FRONT = "binding-front-matter"
    LABELS = "words-in-labels"
    PICTURES = "not-read"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, table cell or item of a list.

    `bare` is as long as `text`, with `BLANK` where a word would be no wording. `place` says where
    it stands in words, `line` counts from 1 and is 0 where the file has no lines. `level` is 0, or
    how deep in lists it stands.
    """

    text: str
    bare: str
    place: str
    line: int = 0
    level: int = 0
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was seen in a document besides its text, and how often."""

    seen: Seen
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was read."""

    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()

    @property
    def has_two_readings(self) -> bool:
        """Say whether changes stand open in it: with them and without it says different things."""
        return any(note.seen is Seen.TRACKED for note in self.notes)
