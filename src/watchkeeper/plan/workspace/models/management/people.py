"""`competence.yaml`: what people must be able to do, and what shows that they are.

ISO/IEC 42001:2023, 7.2 and 7.3, A.4.6. Ids and days only: no marks, no texts of certificates.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Approved, Version
from watchkeeper.plan.workspace.models.scalars import Day, Digest, Id, Part, Seconds, Text


class Need(Part):
    """What every holder of a role must be able to do."""

    id: Id
    role: Id
    what: Text
    renew: Seconds | None = Field(default=None, description="how long evidence of it is good")


class Held(Part):
    """What shows that a person can do it, since when and until when."""

    need: Id
    person: Id
    evidence: Text
    kind: Literal["training", "examination", "experience", "assessment"] | None = None
    on: Day
    expires: Day | None = None
    digest: Digest | None = None


class Aware(Part):
    """A person was made aware of a document in a version, on a day (7.3)."""

    person: Id
    document: Id
    version: Version | None = None
    on: Day


class CompetenceFile(Approved):
    """`competence.yaml`."""

    enforce: bool = Field(
        default=False, description="a verdict of a person whose competence lapsed is refused"
    )
    needs: list[Need] = Field(default_factory=list)
    held: list[Held] = Field(default_factory=list)
    awareness: list[Aware] = Field(default_factory=list)
