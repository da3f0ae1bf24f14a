"""What a release and an answer to a plan are held against."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.release_rule import ReleaseRule
from watchkeeper.records.plan_verdict import PlanVerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.verify.people import Authority, Named


@dataclass(frozen=True, slots=True)
class Release:
    """A release, and who was named and entitled by the plan before; `plan` is that plan."""

    ref: Ref
    said: PlanReleaseRecord
    before: Authority
    named: Named
    plan: str | None

    @property
    def rule(self) -> ReleaseRule | None:
        """What the plan before asks of it."""
        return self.named.rule


def approves(said: PlanVerdictRecord) -> bool:
    """Tell whether an answer says yes."""
    return said.answer is Answer.APPROVE


def roles_asked(rule: ReleaseRule | None) -> set[str]:
    """Return whose holders a rule asks; where it asks nobody, whoever releases."""
    return {one.role for one in rule.approvals} if rule and rule.approvals else {"release"}


def excepts_as(rule: ReleaseRule | None) -> str:
    """Return whose holders may let authority widen while an assessment is stale."""
    return "release" if rule is None or rule.exceptions is None else rule.exceptions
