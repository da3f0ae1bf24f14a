"""The evidence of a row as properties: its class and origin only where the item itself is that.

What a row names is its word. A drill that is written is no outcome, and what is named of the log or
of the plan was not looked up there: such an item is handed out without a class and an origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.plan.exchange.oscal.names import prop
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import no_class, place_of
from watchkeeper.plan.workspace.models.control import RowEntry


def evidence_of(row: RowEntry, register: Register) -> Iterator[dict[str, Any]]:
    """Yield the evidence of a row; plain words count for no class either."""
    if isinstance(row.evidence, str):
        if row.evidence.strip():
            yield prop("evidence", row.evidence)
        return
    for number, item in enumerate(row.evidence, 1):
        group = f"evidence-{number}"
        counts_for_none = no_class(item, register)
        remarks = "\n".join(filter(None, (counts_for_none, item.note)))
        yield prop("evidence", place_of(item) or item.note or "-", remarks, group)
        if not counts_for_none:
            yield prop("class", item.kind, group=group)
            yield prop("origin", item.origin, group=group)
        if item.on:
            yield prop("on", item.on, group=group)
