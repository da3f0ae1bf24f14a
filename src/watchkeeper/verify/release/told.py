"""What a release and an answer to a plan are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.envelope import command_body
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.release_rule import ReleaseRule
from watchkeeper.records.plan_verdict import PlanVerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.verify.people import Authority, Named

_WIDER = "wider:"
_MOST_TOUCHED = 200
"""So many words of what it bears on a release holds: what got wider comes first."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release, and who was named and entitled by the plan before; `plan` is that plan."""

    ref: Ref
    said: PlanReleaseRecord
    before: Authority
    named: Named
    plan: str | None

    @property
    def signed(self) -> Mapping[str, Any]:
        """What its signature covers; nothing where that can not be read, which step 7 says."""
        try:
            return command_body(self.said.signature)
        except CommandInvalid:
            return {}

    @property
    def rule(self) -> ReleaseRule | None:
        """What the plan before asks of it."""
        return self.named.rule


def approves(said: PlanVerdictRecord) -> bool:
    """Tell whether an answer says yes."""
    return said.answer is Answer.APPROVE


def told_wider(said: PlanReleaseRecord) -> set[str]:
    """Return the systems in which a release itself says that more is let through."""
    return {word.removeprefix(_WIDER) for word in said.touches if word.startswith(_WIDER)}


def names_no_more(said: PlanReleaseRecord) -> bool:
    """Tell whether a release says all that it bears on; one of before this was kept does not."""
    return 0 < len(said.touches) < _MOST_TOUCHED
