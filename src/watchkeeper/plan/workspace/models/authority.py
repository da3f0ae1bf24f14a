"""`authority/<agent>.yaml`: what an agent may do alone, with review, and never."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.scalars import (
    Ahead,
    Id,
    Limit,
    Moment,
    Part,
    Seconds,
    Text,
    Window,
)


class BandEntry(Part):
    """Limits on one numeric argument, inclusive: alone up to, with review up to, never beyond."""

    argument: Text
    alone: Limit
    review: Limit | None = None
    least: Limit = "0"


class BudgetEntry(Part):
    """A cap over a rolling window; with `zone`, over calendar days there, a week or a month."""

    within: Window
    count: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    sum: Limit | None = None
    argument: Text | None = None
    zone: Text | None = None


class StandingEntry(Part):
    """How far a reviewer may approve ahead: so many actions, within so long, up to these caps."""

    count: Annotated[int, Field(ge=1, le=10_000)]
    within: Ahead
    most: dict[Text, Limit] = Field(
        default_factory=dict, description="caps that such an approval must name, by argument"
    )


class ReviewEntry(Part):
    """Who reviews, how many different people must approve, and how long it may wait."""

    role: Id
    control: Id | None = Field(default=None, description="the grant's own where left out")
    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    expires: Seconds = 14_400
    always: bool = Field(default=False, description="review every action, whatever its amount")
    reason: bool = Field(default=False, description="an approval needs a reason too")
    separate: list[Literal["author", "grantor"]] = Field(
        default_factory=list,
        description="who may not approve: who changed the grant last, who gave it",
    )
    standing: StandingEntry | None = Field(
        default=None, description="how far one may approve the next ones like one that was approved"
    )


class DelegableEntry(Part):
    """To whom the agent may lend the grant, up to which values, and for how long at most."""

    to: Annotated[list[Id], Field(min_length=1)]
    most: dict[str, Limit] = Field(
        default_factory=dict, description="numeric arguments, inclusive; lower than the bands'"
    )
    until_most: Seconds = Field(default=86_400, description="how long it may be lent")


class GrantEntry(Part):
    """One grant: who gave it, for which control it stands, which actions, which limits."""

    id: Id
    granted_by: Id
    control: Id
    actions: Annotated[list[Text], Field(min_length=1)]
    valid_until: Moment | None = None
    bands: list[BandEntry] = Field(default_factory=list)
    budgets: list[BudgetEntry] = Field(default_factory=list)
    review: ReviewEntry | None = None
    mandate: Literal["required"] | None = Field(
        default=None, description="permits only what an open task of an application covers"
    )
    delegable: DelegableEntry | None = Field(
        default=None, description="what of it the agent may lend to other agents"
    )


class AuthorityFile(Part):
    """`authority/<agent>.yaml`."""

    agent: Id
    grants: list[GrantEntry]
