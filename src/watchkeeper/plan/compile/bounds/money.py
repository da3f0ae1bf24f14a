"""Money rules as the plan carries them."""

from __future__ import annotations

from watchkeeper.plan.workspace.models.tool import MoneyEntry, ToolEntry
from watchkeeper.records.plan.bounds import Money


def money_of(entry: ToolEntry) -> Money | None:
    """Return what a call of a tool is worth; None where the file does not say, or says nothing."""
    said = entry.money
    if not isinstance(said, MoneyEntry):
        return None
    return Money(said.amount, said.currency, said.always, said.minor or None)
