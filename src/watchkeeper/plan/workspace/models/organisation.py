"""`aims.yaml`: the organisation, its scope, its people and their roles.

ISO/IEC 42001:2023, 4.1-4.3, 5.2, 5.3, 7.1 and 7.4.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.json_schema import WithJsonSchema

from watchkeeper.plan.workspace.models.head import Approved
from watchkeeper.plan.workspace.models.scalars import (
    After,
    ConsoleUrl,
    Credential,
    Day,
    Id,
    Issuer,
    KeptAway,
    Part,
    PublicKey,
    Seconds,
    Text,
)
from watchkeeper.records.plan.systems import Stage

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
    takes_on: list[Text] = Field(
        default_factory=list, description="which of that the management system takes on"
    )


class CommunicationEntry(Part):
    """What is told, when, to whom, how, and by whom (7.4)."""

    what: Text
    when: Text
    to: Text
    how: Text | None = None
    by: Text | None = None


class AiPolicy(Part):
    """Where the AI policy is, who approved it, and when it is looked at again (5.2)."""

    title: Text
    document: Text = Field(description="where it is, or an id of `documents.yaml`")
    approved_by: Id | None = None
    approved: Day | None = None
    review_by: Day | None = None


class PasskeyEntry(Part):
    """A passkey of a person, as the console shows it once it is made (WebAuthn level 3)."""

    credential: Credential
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")] = Field(
        description="its public key: DER SubjectPublicKeyInfo in base64"
    )
    algorithm: Literal[-7, -8, -257] = Field(description="-7 ES256, -8 EdDSA, -257 RS256")
    name: str = Field(default="", description="what its person calls it: `phone`")


class SignInEntry(Part):
    """An account elsewhere that is the person's (OpenID Connect Core 1.0, 2: `iss` and `sub`)."""

    issuer: Issuer
    subject: Annotated[str, Field(pattern=r"^[!-~]{1,255}$")] = Field(
        description="what the provider calls the person: `sub`, not the mail address"
    )


class PersonEntry(Part):
    """A person; `keys` are raw Ed25519 public keys in base64."""

    id: Id
    name: Text
    keys: list[PublicKey] = Field(default_factory=list)
    passkeys: list[PasskeyEntry] = Field(default_factory=list)
    sign_in: list[SignInEntry] = Field(default_factory=list)
    left: Day | None = Field(default=None, description="the last day with the organisation")


class NeededApprovalEntry(Part):
    """How many holders of a role must approve a plan before it is released, and when."""

    role: Id
    count: Annotated[int, Field(ge=1, le=100)] = 1
    when: Literal["always", "weaker"] = Field(
        default="always", description="`weaker`: only a plan that lets more through"
    )


class EmergencyEntry(Part):
    """Who may release without the approvals, and how soon these must be given afterwards."""

    role: Id
    review_within: Seconds


class ReleasesEntry(Part):
    """What a release takes (ISO/IEC 42001:2023, 6.3 and 8.1)."""

    approvals: list[NeededApprovalEntry] = Field(default_factory=list)
    exceptions: Id = Field(
        default="release",
        description="the role that may let authority widen while an assessment is stale",
    )
    separate: list[Literal["author", "releaser"]] = Field(
        default_factory=list, description="who may not be among those who approve"
    )
    emergency: EmergencyEntry | None = None


class OpenIdEntry(Part):
    """A provider by which people sign in to the console, to read."""

    issuer: Issuer
    client_id: Annotated[str, Field(pattern=r"^[ -~]{1,255}$")]
    client_secret: KeptAway | None = Field(
        default=None, description="where it is kept: `env:NAME`, or `file:PATH` of the credentials"
    )
    scopes: list[Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,60}$")]] = Field(
        default_factory=list, description="asked for beside `openid`"
    )


class ConsoleEntry(Part):
    """Where people reach the console, and how long they stay signed in."""

    url: ConsoleUrl = Field(description="like `https://watch.example`; passkeys are bound to it")
    session: Seconds | None = Field(default=None, description="at most; `8h` where left out")
    idle: Seconds | None = Field(default=None, description="without use; `30m` where left out")
    openid: OpenIdEntry | None = None


class ChannelEntry(Part):
    """A way to tell people, by `apprise`."""

    address: KeptAway = Field(description="where its URL is kept: `env:NAME` or `file:PATH`")
    every: Seconds | None = Field(
        default=None, description="what comes due within that time is told together; else `15m`"
    )


def _with_address(said: Any) -> Any:
    return {"address": said} if isinstance(said, str) else said


ChannelSaid = Annotated[
    ChannelEntry,
    BeforeValidator(_with_address),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^(env|file):"},
                {
                    "type": "object",
                    "properties": {
                        "address": {"type": "string", "pattern": "^(env|file):"},
                        "every": {"type": "string", "pattern": "^[1-9][0-9]{0,8}[smhdw]$"},
                    },
                    "required": ["address"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class RungEntry(Part):
    """Whom to tell of what still waits after a while."""

    after: After = Field(description="since it was escalated; `0s` is at once")
    tell: list[Id] = Field(description="channels")


class OversightEntry(Part):
    """How the oversight by people is measured (ISO/IEC 42001:2023, 9.1)."""

    words_per_minute: Annotated[int, Field(ge=50, le=2_000)] = Field(
        default=300, description="a verdict faster than its text could be read at this is named"
    )
    reversal_within: Seconds = Field(
        default=604_800, description="how long afterwards a reversal counts, like `7d`"
    )
    planted_per_day: Annotated[int, Field(ge=0, le=100)] = Field(
        default=0, description="the most escalations a day that may be made up to test reviewers"
    )


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


class AimsFile(Approved):
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
    console: ConsoleEntry | None = None
    oversight: OversightEntry | None = None
    channels: dict[Id, ChannelSaid] = Field(
        default_factory=dict, description="ways to tell people, by name"
    )
    on_call: dict[Id, list[RungEntry]] = Field(
        default_factory=dict, description="role to the rungs of its ladder, the first one first"
    )
    deputies: dict[Id, list[Id]] = Field(
        default_factory=dict,
        description="role to those who may stand in while a holder is recorded as away",
    )
    communication: list[CommunicationEntry] = Field(default_factory=list)
    resources: list[Text] = Field(default_factory=list, description="what it runs on (7.1)")
    releases: ReleasesEntry | None = Field(default=None, description="what a release takes")
    readiness: dict[Id, Annotated[int, Field(ge=0, le=520)]] = Field(
        default_factory=dict,
        description="a step of `plan ready` to the weeks before the audit, where not ours",
    )
