"""`systems/<id>.yaml`: an AI system of the inventory (ISO/IEC 42001:2023, 4.3, A.4.2, A.9.4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.organisation import StageName
from watchkeeper.plan.workspace.models.scalars import (
    Digest,
    Id,
    Part,
    PublicKey,
    Seconds,
    Text,
)

AiActClass = Literal[
    "prohibited",
    "high-risk-annex-i",
    "high-risk-annex-iii",
    "annex-iii-exempt",
    "transparency",
    "minimal",
    "gpai",
    "gpai-systemic",
    "undetermined",
]
AiActRole = Literal[
    "provider",
    "deployer",
    "importer",
    "distributor",
    "authorised-representative",
    "product-manufacturer",
    "undetermined",
]


class AgentEntry(Part):
    """An agent of the system; model, prompt digest and version are what is declared for it."""

    id: Id
    model: str = ""
    prompt_digest: Digest | None = None
    version: str = ""


class ApplicationEntry(Part):
    """A program that starts tasks for the system's agents: the keys it signs with, and for what."""

    id: Id
    keys: Annotated[list[PublicKey], Field(min_length=1)]
    may: Annotated[list[Literal["mandate", "word"]], Field(min_length=1)] = Field(
        description="`mandate`: bind an agent to a task; `word`: say that the person spoke"
    )


class AiAct(Part):
    """Our own reading of the system's class under Regulation (EU) 2024/1689."""

    tier: AiActClass = Field(alias="class")
    why: Text
    role: AiActRole | None = Field(default=None, description="our role under that regulation")


class RetentionEntry(Part):
    """How long the values of the system's records stay: what is erased when, and never before."""

    least: Seconds | None = Field(default=None, description="nothing is erased before")
    most: Seconds | None = Field(default=None, description="what is older is due to be erased")
    automatic: bool = Field(default=False, description="the gateway erases what is due")
    subject_requests_before_least: bool = Field(
        default=False, description="a person's request is granted even before `least`"
    )


class HistoryEntry(Part):
    """A fact from the home's own records: `context.facts.history.<name>`."""

    kind: Literal["succeeded", "failed", "count", "untrusted-since-word"]
    tools: list[Text] = Field(
        default_factory=list, description="as `server/tool`; else all that return what is untrusted"
    )
    same: Annotated[
        str, Field(pattern=r"^(resource|agent|conversation|argument:[^\s]{1,128})$")
    ] = Field(default="conversation", description="what two actions must have in common")
    within: Seconds


class SystemFile(Part):
    """`systems/<id>.yaml`."""

    id: Id
    title: Text
    purpose: Text
    intended_use: list[Text] = Field(default_factory=list)
    prohibited: list[Text] = Field(
        default_factory=list, description="prohibited actions in plain words"
    )
    owner: Id
    in_scope: bool
    reason: Text = Field(description="why it is in scope, or not")
    stage: StageName
    role: Text = Field(description="our role: provider, deployer, ...")
    ai_act: AiAct
    agents: list[AgentEntry] = Field(default_factory=list)
    servers: list[Id] = Field(default_factory=list)
    retention: RetentionEntry | None = None
    history: dict[Id, HistoryEntry] = Field(
        default_factory=dict, description="facts of what happened before, by name"
    )
    applications: list[ApplicationEntry] = Field(default_factory=list)
