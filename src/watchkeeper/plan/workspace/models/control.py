"""`controls/<id>.yaml` and `soa.yaml` (ISO/IEC 42001:2023, 6.1.3 and Annex A)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from watchkeeper.plan.workspace.models.head import Approved, Evidence
from watchkeeper.plan.workspace.models.scalars import Day, Id, Part, Text

AnnexId = Annotated[str, Field(pattern=r"^A\.[0-9]+(\.[0-9]+){1,2}$")]
SentenceRef = Annotated[
    str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?#[0-9a-f]{8}(-[1-9][0-9]{0,3})?$")
]


class ClaimEntry(Part):
    """What we claim of a control, and the drill or the objective that would show otherwise."""

    says: Text
    drill: Id | None = None
    objective: Id | None = None


def _spelt(said: Any) -> str:
    return "words" if isinstance(said, str) else "entry"


Claim = Annotated[
    Annotated[Text, Tag("words")] | Annotated[ClaimEntry, Tag("entry")], Discriminator(_spelt)
]


class BindingEntry(Part):
    """What at run time belongs to a row: exactly one of these."""

    policy: Text | None = None
    reason: Text | None = None
    drill: Id | None = None
    objective: Id | None = None


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
    claims: list[Claim] = Field(default_factory=list)
    expects: list[Text] = Field(
        default_factory=list, description="policies that must enforce it, by id"
    )
    sentences: list[SentenceRef] = Field(
        default_factory=list, description="sentences that it stands for: `ai-policy#3f9a1c20`"
    )
    review_by: Day | None = None


class RowEntry(Part):
    """One row: a control of Annex A or of our own, and what we say about it."""

    control: Text
    applicable: Literal["in", "out", "undetermined"]
    why: str = ""
    status: Literal[
        "implemented",
        "sequenced",
        "not-planned",
        "partial",
        "planned",
        "not-implemented",
        "not-applicable",
    ]
    owner: str = ""
    by: Day | None = Field(default=None, description="until when what is left to do is done")
    risks: list[Id] = Field(default_factory=list)
    bindings: list[BindingEntry] = Field(default_factory=list)
    evidence: Evidence = ""


class ApplicabilityFile(Approved):
    """`soa.yaml`: the statement of applicability."""

    rows: list[RowEntry]
