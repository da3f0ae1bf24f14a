"""`drills/<id>.yaml`: a harmless action that must end in a certain way."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Approved
from watchkeeper.plan.workspace.models.scalars import Id, Moment, Part, Text


class Expected(Part):
    """How it must end: the outcome, and the reason code or the policy that it comes from."""

    outcome: Literal["allow", "block", "escalate"]
    reason: Text | None = None
    policy: Text | None = None


class DrillFile(Approved):
    """`drills/<id>.yaml`."""

    id: Id
    title: Text | None = None
    control: Id | None = None
    agent: Id
    tool: Text = Field(description="as `server/tool`")
    arguments: dict[str, Any] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(
        default_factory=dict, description="what declared facts would say: name to fields"
    )
    at: Moment | None = Field(default=None, description="the time at which it is decided")
    expect: Expected
