"""The sentences of a document that bind: each with its words, its anchor and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.anchors import anchors_of, normal
from watchkeeper.plan.documents.blocks import BLANK, Block, Reading
from watchkeeper.plan.documents.wording import Lexicon, Wording, lexicon

_STOP = re.compile(r"(?P<mark>[.!?]+)[\"')\]\u201d\u2019\u00bb*_]*\s+|[\u3002\uff01\uff1f]+\s*")
_LAST_WORD = re.compile(r"([^\s(\[\"']*)$")
_SHORTENED = frozenset(
    [
        "e.g",
        "i.e",
        "etc",
        "cf",
        "vs",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "no",
        "nos",
        "art",
        "arts",
        "para",
        "sec",
        "ch",
        "fig",
        "figs",
        "p",
        "pp",
        "approx",
        "incl",
        "excl",
        "inc",
        "ltd",
        "co",
        "corp",
        "dept",
        "est",
        "max",
        "min",
        "vol",
        "ed",
        "eds",
        "al",
        "z.b",
        "d.h",
        "bzw",
        "usw",
        "abs",
        "nr",
        "ca",
    ]
)
MOST_LED = 1_000_000
"""So many signs of lead-ins are read again with their items."""
_ADDRESS = re.compile(r"(?:https?://|www\.|mailto:)\S+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that binds. `says` is normal; an item of a list says its lead-in too."""

    anchor: str
    says: str
    words: tuple[str, ...]
    place: str
    line: int = 0
    disguised: bool = False


@dataclass(slots=True)
class _Found:
    says: str
    wording: Wording
    block: Block
    line: int
    covered: bool = False


@dataclass(frozen=True, slots=True)
class _Lead:
    level: int
    text: str
    bare: str
    found: _Found | None


def sentences_of(reading: Reading, added: Iterable[str] = ()) -> tuple[Sentence, ...]:
    """Return the sentences of a document with a binding word, in order.

    A lead-in ("The agent must:") covers its items: each of them is a sentence that begins with it.

    Raises:
        PlanUnreadable: it would have to be read over and over.
    """
    gathered = _Gathering(lexicon(added))
    for block in reading.blocks:
        gathered.take(block)
    found = [one for one in gathered.found if not one.covered]
    names = anchors_of(one.says for one in found)
    return tuple(
        Sentence(
            anchor=name,
            says=one.says,
            words=one.wording.words,
            place=f"line {one.line}" if one.line else one.block.place,
            line=one.line,
            disguised=one.wording.disguised,
        )
        for name, one in zip(names, found, strict=True)
    )


class _Gathering:
    def __init__(self, words: Lexicon) -> None:
        self.words = words
        self.found: list[_Found] = []
        self.leads: list[_Lead] = []
        self.led = 0

    def take(self, block: Block) -> None:
        while self.leads and self.leads[-1].level >= block.level:
            self.leads.pop()
        spans = list(spans_of(block))
        last: _Found | None = None
        for text, bare, line in spans:
            last = self.one(block, text, bare, line)
        if spans and self.is_lead(block, *spans[-1][:2]):
            self.leads.append(_Lead(block.level, *spans[-1][:2], last))

    def one(self, block: Block, text: str, bare: str, line: int) -> _Found | None:
        self.led += sum(len(lead.bare) for lead in self.leads)
        if self.led > MOST_LED:
            raise PlanUnreadable(
                "its lists go on with sentences that are too long to read with each item",
                "shorten what stands before the lists, or split it",
            )
        wording = self.words.find(" ".join((*(lead.bare for lead in self.leads), bare)))
        for lead in self.leads:
            if lead.found is not None:
                lead.found.covered = True
        if not wording.words:
            return None
        says = " ".join(filter(None, (*(normal(lead.text) for lead in self.leads), normal(text))))
        found = _Found(says, wording, block, line)
        self.found.append(found)
        return found

    def is_lead(self, block: Block, text: str, bare: str) -> bool:
        """Say whether the items of a list that follow would go on with this sentence."""
        end = normal(text).rstrip("*_ ")
        if end.endswith(":"):
            return True
        return not end.endswith((".", "!", "?", ";", ",")) and (
            bool(self.words.find(bare).words) and not block.level
        )


def spans_of(block: Block) -> Iterator[tuple[str, str, int]]:
    """Yield each sentence of a block: as written, with what is no wording blanked, and its line."""
    bare = _ADDRESS.sub(lambda found: BLANK * len(found[0]), block.bare)
    start, line = 0, block.line
    first = len(bare) - len(bare.lstrip())
    ends = [stop.end() for stop in _STOP.finditer(bare) if _ends_here(bare, stop, first)]
    for end in (*ends, len(bare)):
        text = block.text[start:end]
        if text.strip():
            yield text.strip(), bare[start:end], line
        start, line = end, line + text.count("\n") * bool(line)


def _ends_here(bare: str, stop: re.Match[str], first: int) -> bool:
    """Say whether a sentence ends at a stop; `first` is where the first sign of all stands."""
    after = bare[stop.end() : stop.end() + 1]
    if stop["mark"] is None:
        return True
    if after.islower():
        return False
    if stop["mark"] != ".":
        return True
    word = _LAST_WORD.search(bare[max(0, stop.start() - 40) : stop.start()])
    before = word[1].casefold() if word else ""
    # "e.g.", "No. 4", "A. Smith" and the number of an item end nothing.
    alone = len(before) == 1 and before.isalpha()
    return not (
        before in _SHORTENED or alone or (before.isdigit() and stop.start() - len(before) <= first)
    )
