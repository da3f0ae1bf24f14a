"""`controls/<id>.yaml` and `soa.yaml` (ISO/IEC 42001:2023, 6.1.3 and Annex A)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.scalars import Id, Part, Text

AnnexId = Annotated[str, Field(pattern=r"^A\.[0-9]+(\.[0-9]+){1,2}$")]


class ControlFile(Part):
    """`controls/<id>.yaml`: what should hold, who owns it, what enforces it.

    The policies that enforce it are those that name it in `@control`, and the grants that name
    it: they are not listed here.
    """

    id: Id
    title: str = ""
    statement: Text
    owner: Id
    annex_a: list[AnnexId] = Field(default_factory=list)
    risks: list[Id] = Field(default_factory=list)
    systems: list[Id] = Field(default_factory=list)
    built_in: list[str] = Field(
        default_factory=list, description="reason codes of the runtime's own checks that enforce it"
    )
    drills: list[Id] = Field(default_factory=list)
    claims: list[Text] = Field(default_factory=list)


class RowEntry(Part):
    """One row: a control of Annex A or of our own, and what we say about it."""

    control: Text
    applicable: Literal["in", "out", "undetermined"]
    why: str = ""
    status: Literal["implemented", "partial", "planned", "not-implemented", "not-applicable"]
    owner: str = ""
    evidence: str = ""


class ApplicabilityFile(Part):
    """`soa.yaml`: the statement of applicability."""

    rows: list[RowEntry]
