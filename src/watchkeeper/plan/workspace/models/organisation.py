"""`aims.yaml`: the organisation, its scope, its people and their roles.

ISO/IEC 42001:2023, 4.1-4.3, 5.2 and 5.3.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from watchkeeper.plan.workspace.models.scalars import Day, Id, Part, PublicKey, Seconds, Text
from watchkeeper.records.bundle import Stage

StageName = Annotated[Stage, Field(strict=False)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Context(Part):
    """What the organisation is to AI, and what bears on it (4.1)."""

    roles: list[Text] = Field(
        default_factory=list, description="provider, deployer, developer, ..."
    )
    internal: list[Text] = Field(default_factory=list)
    external: list[Text] = Field(default_factory=list)


class InterestedParty(Part):
    """Somebody who is affected, and what they may expect (4.2)."""

    name: Text
    expects: list[Text] = Field(default_factory=list)


class AiPolicy(Part):
    """Where the AI policy is, who approved it, and when it is looked at again (5.2)."""

    title: Text
    document: Text
    approved_by: Id | None = None
    approved: Day | None = None
    review_by: Day | None = None


class PersonEntry(Part):
    """A person; `keys` are raw Ed25519 public keys in base64."""

    id: Id
    name: Text
    keys: list[PublicKey] = Field(default_factory=list)


class LimitsEntry(Part):
    """Numbers of the runtime. What is left out keeps its default."""

    pending_per_agent: Count | None = None
    refusals_per_minute: Count | None = None
    facts_per_minute: Count | None = None
    key_lifetime: Seconds | None = None
    pins_max_age: Seconds | None = None
    clock_gap: Seconds | None = None
    disk_reserve_mib: Count | None = None
    cover_wait: Seconds | None = None
    shard_days: Count | None = None
    shard_records: Count | None = None


class AimsFile(Part):
    """`aims.yaml`."""

    organisation: Text
    origin: Annotated[str, Field(pattern=r"^[^\s+/][^\s+]{0,120}$")] = Field(
        description="the name of the home's log, for instance `example.com/refund-desk`"
    )
    stage: StageName
    scope: Text = Field(description="the scope statement of the management system (4.3)")
    context: Context = Context()
    interested_parties: list[InterestedParty] = Field(default_factory=list)
    ai_policy: AiPolicy | None = None
    people: list[PersonEntry]
    roles: dict[Id, list[Id]] = Field(
        description="role to its holders; `release` signs plans, `operate` runs the home"
    )
    limits: LimitsEntry = LimitsEntry()
