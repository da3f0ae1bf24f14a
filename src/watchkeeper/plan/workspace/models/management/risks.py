"""`methods.yaml`, `risks/<id>.yaml` and `assessments/<system>.yaml`.

ISO/IEC 42001:2023, 6.1.1 to 6.1.4, 8.2 and 8.3.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Action, Approved, Evidence, Signal
from watchkeeper.plan.workspace.models.scalars import Day, Id, Part, Text

Step = Annotated[int, Field(ge=1, le=10)]
Affected = Literal["individuals", "groups", "society", "organisation"]
Trigger = Literal[
    "new-tool",
    "wider-authority",
    "new-intended-use",
    "changed-model",
    "changed-prompt",
    "changed-version",
    "new-agent",
    "drift",
]


class ScaleStep(Part):
    """One step of a scale: its number, its name, and what it means here."""

    value: Step
    name: Text
    meaning: Text | None = None


class Level(Part):
    """A level of risk, from a product of likelihood and consequence upward."""

    name: Text
    at_least: Annotated[int, Field(ge=1, le=100)]


class RiskMethod(Part):
    """The criteria by which risks are told apart and accepted (6.1.1, 6.1.2)."""

    likelihood: list[ScaleStep] = Field(default_factory=list)
    consequence: list[ScaleStep] = Field(default_factory=list)
    levels: list[Level] = Field(
        default_factory=list, description="a risk's level is likelihood times consequence"
    )
    accept_up_to: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="the product up to which a risk needs nobody's acceptance"
    )
    process: Text | None = None


class TreatmentMethod(Part):
    """How risks are treated (6.1.3)."""

    process: Text


class Threshold(Part):
    """What follows where a use is sensitive."""

    sensitive_use: Text
    then: Text


class ImpactMethod(Part):
    """How impacts on people and society are assessed (6.1.4)."""

    process: Text
    thresholds: list[Threshold] = Field(default_factory=list)


class Opportunity(Part):
    """Something that could be gained, and what is done to gain it (6.1.1)."""

    what: Text
    actions: list[Action] = Field(default_factory=list)


class MethodsFile(Approved):
    """`methods.yaml`: how risks and impacts are assessed and treated, and what could be gained."""

    risk: RiskMethod | None = None
    treatment: TreatmentMethod | None = None
    impact: ImpactMethod | None = None
    opportunities: list[Opportunity] = Field(default_factory=list)
    no_opportunities: Text | None = Field(default=None, description="why there are none")


class TreatmentResult(Part):
    """What a treatment came to, on a day (8.3)."""

    on: Day
    result: Text
    evidence: Evidence | None = None


class Treatment(Part):
    """What is done about a risk (6.1.3), and what came of it (8.3)."""

    option: Literal["modify", "avoid", "share", "retain"]
    controls: list[Id] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    results: list[TreatmentResult] = Field(default_factory=list)

    @property
    def planned(self) -> bool:
        """Whether it says what is to be done: a modified risk needs a control or an action."""
        return self.option != "modify" or bool(self.controls or self.actions)


class Residual(Part):
    """What is left of a risk once it is treated, and who accepted that."""

    likelihood: Step
    consequence: Step
    accepted_by: Id | None = None
    accepted: Day | None = None


class RiskFile(Approved):
    """`risks/<id>.yaml`: one risk of the register."""

    id: Id
    title: Text
    description: Text | None = None
    systems: list[Id] = Field(default_factory=list)
    affects: list[Affected] = Field(default_factory=list)
    likelihood: Step | None = None
    consequence: Step | None = None
    treatment: Treatment | None = None
    residual: Residual | None = None
    signals: list[Signal] = Field(default_factory=list)
    assessed: Day | None = None


class TriggerEntry(Part):
    """Which of the named triggers are off, and which objective says that there is drift."""

    off: list[Trigger] = Field(default_factory=list)
    drift: Id | None = Field(default=None, description="an objective; missed, it is drift")
    why: Text | None = Field(default=None, description="why any is off")


class Assessment(Approved):
    """What assessments of a system share: when, by whom, and what makes them stale."""

    system: Id
    assessed: Day | None = None
    by: Id | None = Field(default=None, description="who assessed it")
    risks: list[Id] = Field(default_factory=list)
    summary: Text | None = None
    triggers: TriggerEntry = TriggerEntry()

    @property
    def made(self) -> bool:
        """Whether it says when it was made, and by whom."""
        return self.assessed is not None and self.by is not None


class AssessmentFile(Assessment):
    """`assessments/<system>.yaml`: the risk assessment of a system (8.2)."""
