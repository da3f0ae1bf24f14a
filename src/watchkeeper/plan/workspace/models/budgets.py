"""`budgets.yaml`: caps that several agents share (ISO/IEC 42001:2023, A.9.2 and A.9.4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from watchkeeper.plan.workspace.models.scalars import Currency, Id, Limit, Part, Text, Window


class ScopeEntry(Part):
    """What a budget counts: what holds for every list that is given; each list means any of it."""

    systems: list[Id] = Field(default_factory=list, description="every agent of these systems")
    agents: list[Id] = Field(default_factory=list)
    tools: list[Text] = Field(default_factory=list, description="as `server/tool`")


class SharedBudgetEntry(Part):
    """One cap over a window that all in its scope share."""

    id: Id
    granted_by: Id
    control: Id
    of: ScopeEntry
    within: Window
    zone: Text | None = None
    count: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    sum: Limit | None = None
    currency: Currency | None = Field(default=None, description="of the sum, and of no other")


class BudgetsFile(Part):
    """`budgets.yaml`."""

    budgets: list[SharedBudgetEntry]
