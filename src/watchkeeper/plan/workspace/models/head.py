"""What the records of the management system share: owner, approval, actions, evidence, signals.

ISO/IEC 42001:2023, 7.5.2 and 7.5.3. Everything in a head may be left out, since a half-written
record is better kept than lost: what is missing is named as a gap.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic.json_schema import WithJsonSchema

from watchkeeper.plan.workspace.models.scalars import Day, Digest, Id, Part, Seconds, Text

Origin = Literal["captured", "reconstructed", "attested"]
"""How evidence came to be: by the runtime, from what is left of it, or by a person's word."""
EvidenceClass = Literal["document", "configuration", "test", "runtime", "human"]
"""What kind of thing an item of evidence is; none stands for another."""
ANY_CLAUSE = r"^(4|5|6|7|8|9|10)(\.[0-9]{1,2}){0,2}$"
ClauseId = Annotated[str, Field(pattern=ANY_CLAUSE, description="a clause of ISO/IEC 42001:2023")]


def _as_text(said: Any) -> Any:
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else said


Version = Annotated[
    Text,
    BeforeValidator(_as_text),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "number"}]}),
]


class Approved(Part):
    """Who answers for a record, who approved it, and until when it is good."""

    version: Version | None = None
    owner: Id | None = Field(default=None, description="a person")
    approved_by: Id | None = Field(default=None, description="a person")
    approved: Day | None = Field(default=None, description="on which day")
    approved_digest: Digest | None = Field(
        default=None, description="what exactly was approved; `plan sign-off` writes it"
    )
    review_by: Day | None = Field(default=None, description="the last day on which it is good")


class EvidenceEntry(Part):
    """An item of evidence: its class and origin, since when, and exactly one place where it is."""

    kind: EvidenceClass = Field(alias="class")
    origin: Origin
    on: Day | None = None
    by: Id | None = Field(default=None, description="the person who attests it")
    document: Text | None = Field(default=None, description="an id of `documents.yaml`")
    file: Text | None = Field(default=None, description="a file that is kept elsewhere")
    drill: Id | None = None
    objective: Id | None = None
    control: Id | None = None
    record: Text | None = Field(default=None, description="a record of the log, as `shard/index`")
    url: Text | None = None
    digest: Digest | None = None
    note: Text | None = None


def _spelt(said: Any) -> str:
    return "words" if isinstance(said, str) else "items"


Evidence = Annotated[
    Annotated[str, Tag("words")] | Annotated[list[EvidenceEntry], Tag("items")],
    Discriminator(_spelt),
]
"""Evidence in plain words, which counts for no class, or as items."""


class Action(Part):
    """What is to be done, by whom, and until when."""

    what: Text
    owner: Id | None = None
    by: Day | None = None
    done: Day | None = None
    evidence: Evidence | None = None


class Signal(Part):
    """What would show at run time that a risk happens: a missed objective, or a count."""

    objective: Id | None = None
    control: Id | None = None
    policy: Text | None = None
    reason: Text | None = None
    outcome: Literal["allow", "block", "escalate"] | None = None
    more_than: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    within: Seconds | None = None
