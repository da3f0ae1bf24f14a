"""What each sentence of a document is bound to: a control, people only, or nothing yet.

A sentence whose words changed is another sentence. The old one may be proposed to it; a proposal
binds nothing.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchkeeper.plan.documents.anchors import normal
from watchkeeper.plan.documents.sentences import Sentence
from watchkeeper.plan.workspace.models.management.documents import SentenceEntry

_ALIKE = 0.9
_COMPARED = 2_000


class Went(enum.StrEnum):
    """Where a sentence went."""

    CONTROL = "control"
    PEOPLE = "people"
    NOWHERE = "no control"


@dataclass(frozen=True, slots=True)
class Bound:
    """A sentence and where it went; `was` is the anchor of one that is no longer there."""

    sentence: Sentence
    went: Went
    control: str | None = None
    people: str | None = None
    listed: bool = False
    was: SentenceEntry | None = None


@dataclass(frozen=True, slots=True)
class Bindings:
    """The sentences of a document, and the entries that are about none of them."""

    bound: tuple[Bound, ...]
    gone: tuple[SentenceEntry, ...]


def bind(
    sentences: Sequence[Sentence], entries: Iterable[SentenceEntry], *, propose: bool = False
) -> Bindings:
    """Return where each sentence went; with `propose`, what a new one may have been before.

    An entry is about a sentence if it has its anchor and says exactly the same: eight digits alone
    could be met on purpose. One that says nothing binds to no control.
    """
    listed = list(entries)
    by_anchor = {entry.anchor: entry for entry in listed}
    mine = {
        one.anchor: entry
        for one in sentences
        if (entry := by_anchor.get(one.anchor)) is not None and _is_about(entry, one)
    }
    gone = tuple(entry for entry in listed if mine.get(entry.anchor) is not entry)
    free = gone if propose else ()
    return Bindings(tuple(_bound(one, mine.get(one.anchor), free) for one in sentences), gone)


def _is_about(entry: SentenceEntry, sentence: Sentence) -> bool:
    if entry.says is None:
        return entry.control is None and entry.people is None
    return normal(entry.says) == sentence.says


def _bound(sentence: Sentence, entry: SentenceEntry | None, gone: Sequence[SentenceEntry]) -> Bound:
    if entry is not None and entry.control is not None:
        return Bound(sentence, Went.CONTROL, control=entry.control, listed=True)
    if entry is not None and entry.people is not None:
        return Bound(sentence, Went.PEOPLE, people=entry.people, listed=True)
    return Bound(sentence, Went.NOWHERE, listed=entry is not None, was=_likest(sentence, gone))


def _likest(sentence: Sentence, gone: Sequence[SentenceEntry]) -> SentenceEntry | None:
    """Return the entry of a sentence that this one may have been: nine tenths of it are alike."""
    best, found = _ALIKE, None
    says = sentence.says[:_COMPARED]
    for entry in gone[: _COMPARED // 10]:
        matcher = difflib.SequenceMatcher(
            None, (entry.says or "")[:_COMPARED], says, autojunk=False
        )
        if matcher.real_quick_ratio() >= best and matcher.quick_ratio() >= best:
            ratio = matcher.ratio()
            if ratio >= best:
                best, found = ratio, entry
    return found
