"""No item of evidence stands for another: each class says where it is, and how it came about.

What the runtime showed was captured, or reconstructed from what is left of it; what a person says
is attested; a document is there by its digest; a test by its result. A drill that a row names says
what should happen, and that alone is no result.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from watchkeeper.plan.lint.management import files
from watchkeeper.plan.lint.management.parts import keys_with_parts
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ControlFile
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.plan.workspace.report import Report, Spot

PLACES = ("document", "file", "drill", "objective", "control", "record", "url")
_CODE = "evidence-stands-for-another"
_WHERE = {
    "runtime": ("control", "record", "objective"),
    "test": ("drill", "file", "url"),
    "document": ("document", "file", "url"),
    "configuration": ("file", "url", "control"),
    "human": ("document", "file", "url"),
}
_BY_DIGEST = ("file", "url")
_PARTS = (list, BaseModel)


def check_evidence(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check every item of evidence of every record."""
    for file in files.every(workspace):
        if isinstance(file.says, ControlFile):
            continue  # it holds none, and there may be thousands
        for spot, item in _items(file.says, report.at(file)):
            _item(spot, item)


def fault_of(item: EvidenceEntry) -> tuple[str, str] | None:
    """Return what is wrong with an item of evidence, and what to do; None where it can stand."""
    places = [name for name in PLACES if getattr(item, name) is not None]
    if len(places) > 1:
        return f"one item in several places: {', '.join(places)}", "write an item for each"
    return _origin(item) or _place(item, places[0] if places else None)


def _origin(item: EvidenceEntry) -> tuple[str, str] | None:
    if item.kind == "runtime" and item.origin == "attested":
        return "what a person attests is no evidence of what ran", "say `class: human`"
    if item.kind == "human" and item.origin != "attested":
        return f"what a person says is not {item.origin}", "say `origin: attested`"
    if item.kind == "human" and item.by is None:
        return "nobody attests it", "add `by:`, a person"
    return None


def _place(item: EvidenceEntry, place: str | None) -> tuple[str, str] | None:
    if place is None:
        said = f"evidence of class `{item.kind}` that is nowhere"
        return None if item.kind == "human" else (said, _one_of(item.kind))
    if place not in _WHERE[item.kind]:
        return f"a {place} is no evidence of class `{item.kind}`", _one_of(item.kind)
    if place in _BY_DIGEST and item.digest is None and item.kind != "human":
        return f"a {place} without a digest could be anything", "add `digest:`"
    return None


def _one_of(kind: str) -> str:
    return f"name one of {', '.join(f'`{name}`' for name in _WHERE[kind])}"


def _item(spot: Spot, item: EvidenceEntry) -> None:
    fault = fault_of(item)
    if fault is not None:
        spot.safety(_CODE, *fault)
    elif item.drill is not None:
        message = f"the drill `{item.drill}` is written, which is no outcome: it fills no class"
        spot.gap(
            "drill-without-outcome", message, "bind it by `bindings:`, or keep a result's file"
        )


def _items(part: Any, spot: Spot) -> Iterator[tuple[Spot, EvidenceEntry]]:
    if isinstance(part, EvidenceEntry):
        yield spot, part
    elif isinstance(part, BaseModel):
        for key, step in keys_with_parts(type(part)):
            value = getattr(part, key)
            if value and isinstance(value, _PARTS):
                yield from _items(value, spot.inside(step))
    elif isinstance(part, list):
        for i, item in enumerate(part):
            if isinstance(item, BaseModel):
                yield from _items(item, spot.inside(i))
