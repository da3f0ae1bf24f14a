"""`impacts/<system>.yaml`: what a system does to people and society.

ISO/IEC 42001:2023, 8.4 and A.5; the keys follow the elements of ISO/IEC 42005:2025.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from watchkeeper.plan.workspace.models.management.risks import Assessment, Step
from watchkeeper.plan.workspace.models.scalars import Day, Id, Part, Text

Texts = Annotated[list[Text], Field(default_factory=list)]


class AffectedGroup(Part):
    """Who is affected, and how."""

    group: Text
    how: Text


class Harm(Part):
    """A harm that may come of it: to whom, how likely and severe, and what is done about it."""

    id: Id
    what: Text
    to: Text | None = None
    likelihood: Step | None = None
    severity: Step | None = None
    measures: Texts


class Misuse(Part):
    """A misuse that can be foreseen, and what is done about it."""

    what: Text
    measures: Texts


class Communicated(Part):
    """To whom the result was told, and when."""

    to: Text
    on: Day | None = None


class ImpactFile(Assessment):
    """`impacts/<system>.yaml`: the impact assessment of a system."""

    description: Text | None = None
    capabilities: Texts
    unintended_uses: Texts
    data: Text | None = None
    model: Text | None = None
    environment: Text | None = None
    affected: list[AffectedGroup] = Field(default_factory=list)
    benefits: Texts
    harms: list[Harm] = Field(default_factory=list)
    misuse: list[Misuse] = Field(default_factory=list)
    society: Text | None = None
    sensitive_use: Text | None = None
    communicated: list[Communicated] = Field(default_factory=list)
