"""What is wrong with the numbers of a mapping: there are none such, or their names are others'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watchkeeper.errors import StandardInvalid, cut
from watchkeeper.plan.mapping.claims import claims
from watchkeeper.plan.mapping.ids import Mention, is_bare, mentions
from watchkeeper.plan.mapping.read.files import Mapping
from watchkeeper.plan.mapping.read.passage import Passage
from watchkeeper.plan.mapping.speaks import Spoken, spoken, spoken_under, whole_file
from watchkeeper.plan.mapping.wrong import Wrong
from watchkeeper.standards.articles import highest_article
from watchkeeper.standards.items import STANDARDS, Item, items
from watchkeeper.standards.mislabel import NAMED, judge_label, nearest_item

_OF_27001 = re.compile(r"A\.([5-9]|1[0-8])\.[0-9]+")
MOST = 1000
"""So many things wrong are named; a file with more is no mapping to this standard."""
NAMES = 2000
"""So many different names are judged; each is compared with every item of the standard."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a mapping: how many numbers of each standard, and what is wrong.

    `bare` are the cells that are nothing but a number, of which nothing says that it is a clause's.
    """

    name: str
    counts: tuple[tuple[str, int], ...]
    wrong: tuple[Wrong, ...]
    note: str
    bare: int = 0


def check_mapping(mapping: Mapping, standard: str | None = None) -> Checked:
    """Hold a mapping against the standards; `standard` says which one it is to, if it does not.

    Raises:
        StandardInvalid: there is no such standard.
    """
    if standard is not None and standard not in STANDARDS:
        raise StandardInvalid(f"unknown standard {cut(standard)}", f"known are {_known()}")
    found = _Judge(whole_file(mapping.name, mapping.text, standard), standard)
    for passage in mapping.passages:
        found.look_at(passage)
        if len(found.wrong) > MOST:
            break
    counts = tuple((name, count) for name, count in found.counts.items() if count)
    wrong = tuple(found.wrong)[:MOST]
    note = "; ".join(one for one in (mapping.note, *found.notes()) if one)
    return Checked(mapping.name, counts, wrong, note, found.bare)


class _Judge:
    """Goes through a file, and keeps what the running text spoke of last."""

    def __init__(self, whole: Spoken, named: str | None) -> None:
        self.counts = dict.fromkeys(STANDARDS, 0)
        self.bare = 0
        self._named = named
        self.wrong: dict[Wrong, None] = {}
        self._names: set[tuple[str, str]] = set()
        self._unjudged = False
        self._whole = whole
        self._last = Spoken(frozenset())
        self._around: tuple[str, ...] = ()

    def look_at(self, passage: Passage) -> None:
        spoken = self._spoken(passage)
        self.wrong |= dict.fromkeys(claims(passage, spoken))
        found = list(mentions(passage, spoken, self._named)) if not passage.row else []
        self.bare += not found and is_bare(passage)
        for one in found:
            self.counts[one.standard] += 1
            self.wrong |= dict.fromkeys(_judge(self._bounded(one)))

    def notes(self) -> Iterator[str]:
        """Say what was left out, since there is too much of it."""
        if len(self.wrong) > MOST:
            yield f"more than {MOST} are wrong: the rest was not looked at"
        if self._unjudged:
            yield f"names beyond the first {NAMES} were not judged"

    def _bounded(self, one: Mention) -> Mention:
        """Leave out the name of a number once so many different ones were judged."""
        name = (one.id, one.label)
        if one.label and len(self._names) >= NAMES and name not in self._names:
            self._unjudged = True
            return replace(one, label="")
        self._names |= {name} if one.label else set()
        return one

    def _spoken(self, passage: Passage) -> Spoken:
        """Return what a passage speaks of; a section's text goes on with what it spoke of last."""
        if passage.around != self._around:
            self._last, self._around = Spoken(frozenset()), passage.around
        own = spoken(passage.text)
        if own.names:
            self._last = own
        return own if own.names else spoken_under(passage, self._last, self._whole)


def _known() -> str:
    return ", ".join(STANDARDS)


def _judge(one: Mention) -> Iterator[Wrong]:
    if one.lookalike:
        message = f"{cut(one.written)} holds a sign that only looks like one of `{one.id}`"
        yield Wrong(one.place, "lookalike", one.id, message, f"write `{one.id}`")
    if one.id.startswith("B."):
        yield from _guidance(one)
        return
    item = items(one.standard).get(one.id)
    if item is not None:
        yield from _label(one, item)
    elif not _is_heading(one) and one.sure and not _not_carried(one):
        yield Wrong(one.place, "no-such-id", one.id, *_no_such(one))


def _label(one: Mention, item: Item) -> Iterator[Wrong]:
    found = judge_label(item, one.label, title=one.title) if one.label else None
    if found is None:
        return
    called = cut(item.title or item.paraphrase)
    message = f"`{item.id}` is {called}, not {cut(one.label)}"
    advice = "" if found.nearer is None else f"that is nearer to {_said(found.nearer)}"
    yield Wrong(one.place, "mislabelled", one.id, message, advice or "look it up in the standard")


def _guidance(one: Mention) -> Iterator[Wrong]:
    mirrored = items("iso42001").get(f"A{one.id[1:]}")
    if mirrored is not None and mirrored.kind == "control":
        message = f"`{one.id}` is guidance of Annex B, not a control"
        advice = f"the control is {_said(mirrored)}"
        yield Wrong(one.place, "guidance-number", one.id, message, advice)
    elif one.sure and not any(id_.startswith(f"A{one.id[1:]}.") for id_ in items("iso42001")):
        message = f"ISO/IEC 42001 has no control that `{one.id}` could be guidance on"
        yield Wrong(one.place, "no-such-id", one.id, message, "Annex B mirrors Annex A")


def _is_heading(one: Mention) -> bool:
    """Say whether it is a heading between items, like A.6.2, of which we carry no title."""
    return any(id_.startswith(f"{one.id}.") for id_ in items(one.standard))


def _not_carried(one: Mention) -> bool:
    """Say whether it is an article of the regulation that our data leaves out."""
    number = one.id.removeprefix("art-")
    return (
        one.standard == "eu_ai_act" and number.isdecimal() and 1 <= int(number) <= highest_article()
    )


def _no_such(one: Mention) -> tuple[str, str]:
    message = f"{STANDARDS[one.standard]} has no `{one.id}`"
    if one.label:
        nearer, best = nearest_item(one.label, one.standard)
        if nearer is not None and best >= NAMED:
            return message, f"{cut(one.label)} is nearer to {_said(nearer)}"
    if _OF_27001.fullmatch(one.id):
        return message, "a number of ISO/IEC 27001, perhaps; see `watchkeeper plan standards`"
    return message, "see `watchkeeper plan standards`"


def _said(item: Item) -> str:
    return f"`{item.id}` {item.title or cut(item.paraphrase)}"
