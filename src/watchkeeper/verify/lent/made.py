"""How a standing approval is made: of whose approval, signed by whom, within what maximum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.numbers import number
from watchkeeper.records.plan.policies import REQUIRED
from watchkeeper.records.standing import LONGEST_STANDING, StandingRecord
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.lent.frame import Scene
from watchkeeper.verify.lent.plan import Review, kept_out
from watchkeeper.verify.people import Authority
from watchkeeper.verify.voices import Voice, voice


@dataclass(frozen=True, slots=True)
class Like:
    """An approval of which a standing one may be made, and the action that it was given on."""

    verdict: VerdictRecord
    asked: Decided


@dataclass(slots=True)
class Made:
    """A standing approval that was made, how often it is used, and since when it holds no more."""

    said: StandingRecord
    vouched: str | None
    used: int = 0
    ended: Instant | None = None

    @property
    def voice(self) -> Voice:
        """Whose approval it is."""
        return voice(self.said.by, self.said.role, self.vouched)

    def like(self, other: StandingRecord) -> bool:
        """Tell whether another one of the same person is on the same review."""
        ours, said = (self.said.by, self.said.agent, self.said.action), self.said
        same = ours == (other.by, other.agent, other.action)
        return same and bool(set(said.reviews) & set(other.reviews))

    def counts(self, at: Instant) -> int:
        """Return how many actions it approved ahead: all while it holds, then those used."""
        return self.said.count if self.ended is None and at < self.said.until else self.used


def made_problem(
    said: StandingRecord, like: Like | None, scene: Scene, *, elsewhere: bool
) -> str | None:
    """Return why a standing approval is not its maker's, on an approval of theirs."""
    body = _body(said)
    problem = scene.commands.problem(said.signature, scene.authority, said.by, "standing", body)
    if problem is not None:
        return problem
    if not scene.authority.holds(said.by, said.role):
        return f"{cut(said.by)} does not hold the role {cut(said.role)}"
    if said.plan != scene.plan:
        return "under a plan that is not in force"
    if said.count < 1 or not said.at < said.until <= said.at.plus(LONGEST_STANDING):
        return "for nothing, over already, or for too long"
    if like is None:
        return None if elsewhere else "of no approval that stands there"
    return _unlike(said, like)


def _unlike(said: StandingRecord, like: Like) -> str | None:
    verdict, asked = like.verdict, like.asked
    given = (verdict.answer, verdict.reviewer, verdict.role, verdict.stands_in_for)
    if given != (Answer.APPROVE, said.by, said.role, None):
        return "of the approval of somebody else"
    about = (asked.agent, asked.system, asked.tool, asked.plan, asked.policies)
    if about != (said.agent, said.system, said.action, said.plan, said.reviews):
        return "for another agent, tool, review or plan than was approved"
    if said.resource is not None and said.resource != asked.resource:
        return "for another resource than was approved"
    return None


def rule_problem(
    said: StandingRecord,
    reviews: Mapping[str, Review],
    authority: Authority,
    before: Iterable[Made],
) -> str | None:
    """Return how a standing approval is beyond what its plan lets be, or None."""
    if not said.reviews or not set(said.reviews) <= reviews.keys():
        return "on a review that the plan does not have"
    ours = {said.by, authority.vouched.get(said.signature.keyid, said.by)}
    if ours & kept_out(said.reviews, reviews, authority.written_by):
        return f"by {cut(said.by)}, whom the plan keeps apart: who wrote or granted it"
    if any(reviews[name].reason == REQUIRED for name in said.reviews):
        return "on a review whose approvals each need a reason"
    made = list(before)
    for name in said.reviews:
        rule = reviews[name].standing
        if rule is None:
            return f"on {cut(name)}, which the plan lets nobody approve ahead"
        problem = _beyond(said, rule, made)
        if problem is not None:
            return problem
    return None


def _beyond(said: StandingRecord, rule: Mapping[str, Any], before: Iterable[Made]) -> str | None:
    try:
        count, seconds = int(rule["count"]), int(rule["withinSeconds"])
        caps = {cap.argument: _cap(cap.most) for cap in said.caps}
        most = {argument: _cap(cap) for argument, cap in rule.get("most", {}).items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return "with caps that are no numbers"
    if said.until > said.at.plus(seconds):
        return f"for longer than the {seconds} s that the plan lets it last"
    since = said.at.plus(-seconds)
    spent = sum(made.counts(said.at) for made in before if made.said.at > since)
    if said.count + spent > count:
        return f"for more than the {count} that the plan lets be approved ahead"
    if any(argument not in caps or caps[argument] > cap for argument, cap in most.items()):
        return "with a cap missing, or larger than the plan lets it be"
    return None


def _cap(said: object) -> Decimal:
    found = number(said)
    if found is None:
        raise ValueError
    return found


def _body(said: StandingRecord) -> dict[str, Any]:
    return {
        "id": said.id,
        "role": said.role,
        "reviews": list(said.reviews),
        "agent": said.agent,
        "action": said.action,
        "resource": said.resource,
        "caps": to_json(said.caps),
        "count": said.count,
        "until": render_instant(said.until),
        "plan": said.plan,
        "from": to_json(said.approval),
    }
