"""One item of a standard, with what stands around it and what in a workspace points at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.pointing import Pointer, pointers
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.standards.articles import Article, articles
from watchkeeper.standards.catalogue import annex_a
from watchkeeper.standards.clauses import required_records
from watchkeeper.standards.items import STANDARDS, Item, below, items, related

UNVERIFIED = "unverified"
_CROSSWALK = "beside it, in our own crosswalk (one author's draft, reviewed by nobody)"


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item, what is above and below it, what is beside it elsewhere, and what points at it.

    `facts` are further lines on it, each a title and a text. `pointers` is None where there was
    no workspace to look at.
    """

    item: Item
    above: tuple[Item, ...]
    below: tuple[Item, ...]
    related: tuple[Item, ...]
    facts: tuple[tuple[str, str], ...]
    pointers: tuple[Pointer, ...] | None

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "id": self.item.id,
            "standard": STANDARDS[self.item.standard],
            "kind": self.item.kind,
            "title": self.item.title,
            "text": self.item.paraphrase,
            "ours": self.item.standard != "nist_ai_rmf",
            "verified": self.item.verified,
            "source": self.item.source,
            "above": [one.id for one in self.above],
            "below": [one.id for one in self.below],
            "related": [{"id": o.id, "standard": STANDARDS[o.standard]} for o in self.related],
            "facts": dict(self.facts),
            "pointers": None if self.pointers is None else [_pointer(p) for p in self.pointers],
        }


def item_view(item: Item, workspace: Workspace | None) -> ItemView:
    """Gather what there is to say about an item."""
    every = items(item.standard)
    above: list[Item] = []
    parent = item.parent
    while parent:
        above.insert(0, every[parent])
        parent = every[parent].parent
    return ItemView(
        item=item,
        above=tuple(above),
        below=below(item),
        related=related(item),
        facts=tuple(_facts(item)),
        pointers=None if workspace is None else pointers(workspace, item),
    )


def item_text(view: ItemView) -> str:
    """Render an item for a terminal."""
    return "\n".join(_lines(view))


def title_of(item: Item) -> str:
    """Return an item's id and title, with a mark where they were not verified."""
    said = f"{item.id}  {item.title or item.paraphrase}"
    return said if item.verified else f"{said}  ({UNVERIFIED})"


def _lines(view: ItemView) -> Iterator[str]:
    item = view.item
    yield title_of(item) if item.title else f"{item.id}{'' if item.verified else ' (unverified)'}"
    yield "  " + ", ".join([STANDARDS[item.standard], *(one.id for one in view.above)])
    if item.paraphrase:
        whose = "NIST's text" if item.standard == "nist_ai_rmf" else "our words"
        yield f"  {item.paraphrase} ({whose})"
    if item.source:
        yield f"  source: {item.source}"
    for title, text in view.facts:
        yield f"  {title}: {text}"
    for title, some in (("below it", view.below), (_CROSSWALK, view.related)):
        if some:
            yield f"  {title}:"
            yield from (f"    {title_of(one)}" for one in some)
    yield from _pointed(view)


def _pointed(view: ItemView) -> Iterator[str]:
    if view.pointers is None:
        return
    if not view.pointers:
        yield "  nothing in the workspace points at it"
        return
    yield "  in the workspace:"
    through = ""
    for one in view.pointers:
        if one.through != through:
            through = one.through
            yield f"    through {through}:"
        yield f"    {'  ' if through else ''}{one.file}:{one.line}  {one.what}"


def _facts(item: Item) -> Iterator[tuple[str, str]]:
    if item.kind == "control":
        control = annex_a()[item.id]
        yield "evidence", ", ".join(control.evidence)
        if control.runtime_signal:
            yield "seen at run time", control.runtime_signal
    if item.kind == "clause":
        for row in required_records():
            if row.clause == item.id:
                yield "to be documented", row.record + _mark(verified=row.verified)
    if item.kind == "article":
        yield from _of_article(articles()[item.id])


def _of_article(one: Article) -> Iterator[tuple[str, str]]:
    days = [f"{day} ({what.replace('_', ' ')})" for what, day in one.applies.items()]
    yield "applies from", ", ".join(days)
    if one.with_high_risk:
        yield "in effect", "with the dates of high-risk systems"
    yield "roles", ", ".join(one.roles)
    for role, other in one.through.items():
        yield f"for a {role}", f"see {other}"
    yield "classes", ", ".join(one.classes)


def _mark(*, verified: bool) -> str:
    return "" if verified else f" ({UNVERIFIED})"


def _pointer(one: Pointer) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "what": one.what, "through": one.through}
