"""`audits.yaml`, `audits/<id>.yaml` and `reviews/<id>.yaml`.

ISO/IEC 42001:2023, 9.2.2 and 9.3.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Action, Approved, ClauseId
from watchkeeper.plan.workspace.models.scalars import Day, Id, Part, Text

ReviewInput = Literal[
    "previous-actions",
    "changes",
    "interested-parties",
    "nonconformities",
    "monitoring",
    "audits",
    "objectives",
    "improvement",
]
"""What a management review looks at (9.3.2), in our own words."""


class PlannedAudit(Part):
    """An internal audit that is planned: until when, over what, by whom."""

    id: Id
    by: Day
    scope: Text
    criteria: Text | None = None
    auditors: list[Id] = Field(default_factory=list)


class ProgrammeFile(Approved):
    """`audits.yaml`: the programme of internal audits."""

    planned: list[PlannedAudit] = Field(default_factory=list)


class AuditScope(Part):
    """What was looked at."""

    clauses: list[ClauseId] = Field(default_factory=list)
    controls: list[Text] = Field(default_factory=list)
    systems: list[Id] = Field(default_factory=list)


class AuditFile(Approved):
    """`audits/<id>.yaml`: what an internal audit found."""

    id: Id
    on: Day
    auditors: list[Id] = Field(default_factory=list)
    impartial: Text | None = Field(
        default=None, description="why the auditors do not audit their own work"
    )
    criteria: Text | None = None
    scope: AuditScope = AuditScope()
    findings: list[Id] = Field(default_factory=list)
    conclusion: Text | None = None
    reported_to: list[Id] = Field(default_factory=list)
    reported: Day | None = None


class ReviewFile(Approved):
    """`reviews/<id>.yaml`: a review by top management."""

    id: Id
    on: Day
    chaired_by: Id | None = None
    present: list[Id] = Field(default_factory=list)
    inputs: dict[ReviewInput, Text] = Field(default_factory=dict)
    decisions: list[Text] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    next_by: Day | None = Field(default=None, description="the last day for the next one")
