"""The evidence of a row as properties: its class and origin only where the item itself is that.

What a row names is its word. A drill that is written is no outcome, and what is named of the log or
of the plan was not looked up there: such an item is handed out without a class and an origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.plan.exchange.oscal.names import prop
from watchkeeper.plan.views.clauses.annex import DRILL_WRITTEN
from watchkeeper.plan.workspace.models.control import RowEntry
from watchkeeper.plan.workspace.models.head import EvidenceEntry

NOT_LOOKED_UP = "named by the row alone: it was not looked up in the log"
OF_THE_PLAN = "named by the row alone: what the plan configures is said by its components"
_PLACES = ("document", "file", "drill", "objective", "control", "record", "url", "digest")


def evidence_of(row: RowEntry) -> Iterator[dict[str, Any]]:
    """Yield the evidence of a row; plain words count for no class either."""
    if isinstance(row.evidence, str):
        if row.evidence.strip():
            yield prop("evidence", row.evidence)
        return
    for number, item in enumerate(row.evidence, 1):
        group = f"evidence-{number}"
        counts_for_none = _no_class(item)
        remarks = "\n".join(filter(None, (counts_for_none, item.note)))
        yield prop("evidence", _place(item), remarks, group)
        if not counts_for_none:
            yield prop("class", item.kind, group=group)
            yield prop("origin", item.origin, group=group)
        if item.on:
            yield prop("on", item.on, group=group)


def _no_class(item: EvidenceEntry) -> str:
    """Say why an item counts for no class; empty where it is what it says."""
    if item.drill is not None:
        return DRILL_WRITTEN
    if item.kind == "runtime":
        return NOT_LOOKED_UP
    return OF_THE_PLAN if item.control is not None else ""


def _place(item: EvidenceEntry) -> str:
    for name in _PLACES:
        found = getattr(item, name)
        if found:
            return f"{name} {found}"
    return item.note or "-"
