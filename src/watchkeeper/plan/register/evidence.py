"""No item of evidence stands for another: what each may be, and whether it counts for its class.

What the runtime showed was captured, or reconstructed from what is left of it; what a person says
is attested; a document is there by its digest; a test by its result. Whoever counts evidence asks
here: lint, the clauses, the views, the statement of applicability, the pages and the exports.
"""

from __future__ import annotations

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.head import EvidenceEntry

PLACES = ("document", "file", "drill", "objective", "control", "record", "url")
ATTESTED = "attested"
"""The origin of what a person says, where no record does."""
IN_WORDS = "words"
"""Evidence in plain words: shown, and of no class."""
CONFIGURED = ATTESTED
"""The origin of what a plan configures: files say it, and nobody asked whether a runtime loaded
them. What ran is told by the log, as evidence of class `runtime`."""
DRILL_WRITTEN = "a drill is written, its outcome was not looked at"
"""What a drill that a row names shows by itself: it may fail, and `check drill` tells."""
LOG_NAMED = "the row names it, it was not looked up in the log"
"""What a place in the log that a row names shows by itself: anybody can write one down."""
OF_THE_PLAN = "named by the row alone: policies and checks of the plan count by themselves"
NOBODY_APPROVED = "nobody approved it as it stands"
_WHERE = {
    "runtime": ("control", "record", "objective"),
    "test": ("drill", "file", "url"),
    "document": ("document", "file", "url"),
    "configuration": ("file", "url", "control"),
    "human": ("document", "file", "url"),
}
_BY_DIGEST = ("file", "url")


def fault_of(item: EvidenceEntry) -> tuple[str, str] | None:
    """Return what is wrong with an item of evidence, and what to do; None where it can stand."""
    places = [name for name in PLACES if getattr(item, name) is not None]
    if len(places) > 1:
        return f"one item in several places: {', '.join(places)}", "write an item for each"
    return _origin(item) or _place(item, places[0] if places else None)


def no_class(item: EvidenceEntry, register: Register) -> str:
    """Say why an item counts for no class; empty where it counts for its own.

    Beside what is wrong in itself, what only names something elsewhere counts for nothing: a
    drill, something of the log, a control of the plan, a document that nobody approved.
    """
    fault = fault_of(item)
    if fault is not None:
        return fault[0]
    if item.drill is not None:
        return DRILL_WRITTEN
    if item.kind == "runtime":
        return LOG_NAMED
    if item.control is not None:
        return OF_THE_PLAN
    if item.document is not None and not _approved(item.document, register):
        return NOBODY_APPROVED
    return ""


def place_of(item: EvidenceEntry) -> str:
    """Return where an item is, with what kind of place that is; empty where it names none."""
    for name in (*PLACES, "digest"):
        value = getattr(item, name)
        if value is not None:
            return f"{name} {value}"
    return ""


def _approved(id_: str, register: Register) -> bool:
    """Tell whether a document under control is approved, and says what was approved."""
    says = register.one("documents")
    row = next((row for row in (says.documents if says else ()) if row.id == id_), None)
    there = register.digests.get(id_)
    if row is None or not row.approved_by or row.digest is None:
        return False
    return row.file is None if there is None else there == row.digest


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
