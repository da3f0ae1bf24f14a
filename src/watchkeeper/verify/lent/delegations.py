"""Delegations: never more than the giver held, and kept to by what cites them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.records.action import EffectRecord, Status
from watchkeeper.records.administration import (
    PlanReleaseRecord,
    ResumeRecord,
    StopRecord,
    StopScope,
)
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import DelegationEndedRecord, DelegationRecord
from watchkeeper.records.plan.numbers import number
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.lent.frame import Scene
from watchkeeper.verify.people import OPERATE

DEEPEST = 3
_DAY = 86_400
_NO_PLAN = "delegations whose plan is not at hand: held against what is lent on alone"
_ELSEWHERE = "decisions by what shards say was lent that were not given: not checked"
Grants = Mapping[str, Mapping[str, Any]]


class Delegations:
    """Follows what agents lend one another; resources stand in the log as digests."""

    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {
            Kind.DELEGATION,
            Kind.DELEGATION_ENDED,
            Kind.PLAN_RELEASE,
            Kind.STOP,
            Kind.RESUME,
            Kind.EFFECT,
        }
    )

    def __init__(self) -> None:
        self._held: dict[Ref, DelegationRecord] = {}
        self._used: dict[Ref, int] = {}
        self._charged: dict[str, tuple[Ref, ...]] = {}
        self._stops: set[StopScope] = set()
        self._plans: dict[str, Grants | None] = {}
        self._seen = self._decisions = 0

    def said(self) -> str:
        """Say what was looked at."""
        if not self._seen and not self._decisions:
            return ""
        return f"{self._seen} delegations, {self._decisions} decisions by what was lent"

    def record(self, ref: Ref, record: Record, scene: Scene) -> Iterable[str]:
        """Take up a record; return what does not hold."""
        said = record.predicate
        if isinstance(said, DelegationRecord):
            return self._lent(ref, said, record, scene)
        if isinstance(said, DelegationEndedRecord):
            return self._ended(said, record, scene)
        if isinstance(said, PlanReleaseRecord):
            self._held, self._used = {}, {}
        elif isinstance(said, StopRecord):
            self._stops.add(said.scope)
        elif isinstance(said, ResumeRecord):
            self._stops.discard(said.scope)
        elif isinstance(said, EffectRecord):
            self._settle(said)
        return ()

    def decision(self, ref: Ref, decided: Decided, at: int, scene: Scene) -> Iterator[str]:
        """Hold a decision against what it cites as lent, or used of another agent's grants."""
        del ref
        if decided.outcome == "block":
            return
        yield from self._not_lent(decided, scene)
        if not decided.delegations:
            return
        self._decisions += 1
        if any(scene.elsewhere(one) for one in decided.delegations):
            scene.unchecked[_ELSEWHERE] += 1
            return
        held = [self._held.get(one) for one in decided.delegations]
        known = [one for one in held if one is not None]
        if len(known) < len(held) or any(at >= one.until for one in known):
            yield "decided by what was lent and had ended, or never was"
            return
        yield from self._against(decided, known, scene)
        if decided.outcome == "allow":
            yield from self._charge(decided, scene)

    def _against(
        self, decided: Decided, known: list[DelegationRecord], scene: Scene
    ) -> Iterator[str]:
        chains = [*decided.delegations]
        parents = {one.parent for one in known}
        ends = [d for ref, d in zip(chains, known, strict=True) if ref not in parents]
        if any(d.taker != decided.agent for d in ends):
            yield "decided by what was lent to another agent"
        if not {d.parent for d in known if d.parent} <= set(chains):
            yield "it hides what the cited delegation rests on"
        if set(decided.givers) != {d.giver for d in known}:
            yield "it names other agents as givers than lent what it cites"
        if decided.outcome == "allow" and not {d.grant for d in ends} <= set(decided.grants):
            yield "it cites what was lent of a grant that it does not use"
        for one in known:
            yield from _beyond(one, decided)
            if not scene.gaps and any(
                scope.holds(one.giver, decided.system, decided.tool) for scope in self._stops
            ):
                yield f"decided while a stop was in force for {cut(one.giver)}, who lent it"

    def _charge(self, decided: Decided, scene: Scene) -> Iterator[str]:
        counted = [r for r in decided.delegations if self._held[r].count is not None]
        for ref in counted:
            most, used = self._held[ref].count or 0, self._used.get(ref, 0)
            if used >= most and not scene.gaps:
                yield f"allowed once more than the {most} times for which it was lent"
            self._used[ref] = used + 1
        if counted:
            self._charged[decided.action] = tuple(counted)

    def _settle(self, said: EffectRecord) -> None:
        for ref in self._charged.pop(said.action_id, ()):
            if said.status is Status.FAILED and ref in self._used:
                self._used[ref] -= 1

    def _not_lent(self, decided: Decided, scene: Scene) -> Iterator[str]:
        """A grant of another agent is used by what it lent, or not at all."""
        grants = self._grants(decided.plan, scene)
        if grants is None or any(scene.elsewhere(one) for one in decided.delegations):
            return
        cited = {self._held[ref].grant for ref in decided.delegations if ref in self._held}
        for name in decided.grants:
            owner = grants.get(name, {}).get("agent", decided.agent)
            if owner != decided.agent and name not in cited:
                yield f"allowed by the grant {cut(name)} of {cut(owner)}, which was not lent"

    def _lent(
        self, ref: Ref, said: DelegationRecord, record: Record, scene: Scene
    ) -> Iterator[str]:
        self._seen += 1
        problem = None
        if record.digest != sha256_hex(said.id.encode()):
            problem = "its subject is not what was lent"
        elif any(one.id == said.id for one in self._held.values()):
            problem = "its id was used before"
        elif said.until <= said.at or not said.actions:
            problem = "it lends nothing"
        problem = problem or self._too_wide(said, scene)
        if problem is None:
            self._held[ref] = said
        else:
            yield problem

    def _too_wide(self, said: DelegationRecord, scene: Scene) -> str | None:
        grants = self._grants(scene.plan or "", scene)
        if grants is None:
            scene.unchecked[_NO_PLAN] += 1
        grant = None if grants is None else grants.get(said.grant, {})
        problem = None if grant is None else _beyond_plan(said, grant)
        if problem is not None or said.parent is None:
            return problem
        parent = self._held.get(said.parent)
        if parent is None:
            if scene.elsewhere(said.parent):
                scene.unchecked[_ELSEWHERE] += 1
                return None
            return "it rests on what has ended, or never was lent"
        return _beyond_parent(said, parent) or self._circle(said, grant)

    def _circle(self, said: DelegationRecord, grant: Mapping[str, Any] | None) -> str | None:
        givers, link = [said.giver], said
        while link.parent is not None and link.parent in self._held:
            link = self._held[link.parent]
            givers.append(link.giver)
        if len(givers) > DEEPEST:
            return "it was lent on too often"
        owner = givers[-1] if grant is None else grant.get("agent")
        return "it was lent to one who had lent it" if said.taker in {owner, *givers} else None

    def _ended(self, said: DelegationEndedRecord, record: Record, scene: Scene) -> Iterator[str]:
        found = self._held.get(said.delegation)
        if record.digest != sha256_hex(said.id.encode()):
            yield "its subject is not what was lent"
        if found is None and not scene.elsewhere(said.delegation):
            yield "it ends what was not lent"
        elif found is not None and found.id != said.id:
            yield "it ends something else than it names"
        if said.signature is not None:
            body = {"id": said.id, "reason": said.why or None}
            problem = scene.commands.problem(
                said.signature, scene.authority, said.by, "end-delegation", body
            )
            if problem is None and not scene.authority.holds(said.by, OPERATE):
                problem = f"{cut(said.by)} does not hold the role {cut(OPERATE)}"
            if problem is not None:
                yield problem
        elif found is not None and said.by != found.giver:
            yield "ended by somebody who did not lend it, without a signature"
        self._end(said.delegation)

    def _end(self, ref: Ref) -> None:
        self._held.pop(ref, None)
        for child in [r for r, one in self._held.items() if one.parent == ref]:
            self._end(child)

    def _grants(self, plan: str, scene: Scene) -> Grants | None:
        if plan not in self._plans:
            self._plans[plan] = _grants_of(plan, scene.plan_of(plan))
        return self._plans[plan]


def _grants_of(plan: str, raw: bytes | None) -> Grants | None:
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        return {grant["id"]: grant for grant in parse_json_unverified(raw)["grants"]}
    except (RecordInvalid, KeyError, TypeError):
        return None  # what is wrong with the plan itself, step 12 says


def _beyond_plan(said: DelegationRecord, grant: Mapping[str, Any]) -> str | None:
    """Return in what a delegation is beyond what the plan lets be lent of a grant."""
    rule = grant.get("delegable")
    if not isinstance(rule, dict) or said.taker not in rule.get("to", ()):
        return f"the plan does not let it be lent to {cut(said.taker)}"
    if said.parent is None and grant.get("agent") != said.giver:
        return f"the grant is not that of {cut(said.giver)}"
    if not set(said.actions) <= set(grant.get("actions", ())):
        return "it lends an action that the grant does not name"
    if said.until > said.at.plus(rule.get("untilSeconds") or _DAY):
        return "it is lent for longer than the plan lets it be"
    ends = grant.get("validUntil")
    if ends is not None and said.until > parse_instant(ends):
        return "it is lent for longer than the grant holds"
    return _above(said, rule.get("most", {}))


def _beyond_parent(said: DelegationRecord, parent: DelegationRecord) -> str | None:
    """Return in what a delegation is more than the one that it rests on."""
    named, held = ({h.digest for h in one.resources} for one in (said, parent))
    of_any = parent.count is not None and (said.count is None or said.count > parent.count)
    checks = {
        "it lends what its giver was not lent": (said.giver, said.grant)
        != (parent.taker, parent.grant),
        "it is lent for longer than what it rests on": said.until > parent.until,
        "it lends an action that its giver was not lent": not set(said.actions)
        <= set(parent.actions),
        "it is lent for more actions than what it rests on": of_any,
        "it was lent to act for a person, and is lent on for anybody": said.on_behalf_of is None
        and parent.on_behalf_of is not None,
        "it is lent for other resources than what it rests on": bool(held)
        and not (named and named <= held),
    }
    problem = next((why for why, wrong in checks.items() if wrong), None)
    return problem or _above(said, {cap.argument: cap.most for cap in parent.caps})


def _above(said: DelegationRecord, most: Mapping[str, str]) -> str | None:
    caps = {cap.argument: number(cap.most) for cap in said.caps}
    for argument, limit in most.items():
        cap, bound = caps.get(argument), number(limit)
        if cap is None or bound is None or cap > bound:
            return f"it lends more of {cut(argument)} than its giver holds"
    return None


def _beyond(one: DelegationRecord, decided: Decided) -> Iterator[str]:
    """Hold a decision against one delegation: its action, and the amounts that are in clear."""
    if decided.tool not in one.actions:
        yield f"{cut(decided.tool)} was not lent"
    for cap in one.caps:
        said = decided.clear.get(cap.argument.removeprefix("args."))
        found, most = number(said), number(cap.most)
        if found is not None and (most is None or found > most):
            yield f"{cut(cap.argument)} is above what was lent"
