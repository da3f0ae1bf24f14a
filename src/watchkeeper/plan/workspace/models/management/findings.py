"""`findings/<id>.yaml`: nonconformities and what is done about them (ISO/IEC 42001:2023, 10.2)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Action, Approved, ClauseId, Evidence
from watchkeeper.plan.workspace.models.scalars import Day, Id, Part, Text


class Effect(Part):
    """Whether the corrective action worked: until when that is looked at, and what it showed."""

    by: Day | None = None
    on: Day | None = None
    checked_by: Id | None = None
    effective: bool | None = None
    evidence: Evidence | None = None


class FindingFile(Approved):
    """`findings/<id>.yaml`."""

    id: Id
    kind: Literal["nonconformity", "observation", "opportunity"]
    severity: Literal["major", "minor"] | None = None
    source: Literal["audit", "review", "runtime", "complaint", "person", "other"]
    record: Text | None = Field(
        default=None, description="the place in the log, as `shard/index`, of a runtime finding"
    )
    raised: Day
    by: Id | None = Field(default=None, description="who raised it")
    systems: list[Id] = Field(default_factory=list)
    clause: ClauseId | None = None
    control: Text | None = None
    what: Text
    correction: Text | None = None
    cause: Text | None = None
    similar: Text | None = Field(default=None, description="where else it is, or could be")
    actions: list[Action] = Field(default_factory=list)
    effect: Effect | None = None
    closed: Day | None = None
    follows: Id | None = Field(default=None, description="the finding that it came from")
