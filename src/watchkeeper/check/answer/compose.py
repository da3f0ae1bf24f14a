"""Puts the answer together from what was counted, the plan, and what a verifier found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from watchkeeper.check.answer.model import Accountable, Answer, Part, SystemAnswer, Verified, Who
from watchkeeper.check.gap.judge import BundleOf, judge
from watchkeeper.check.gap.plan_map import PlanMap
from watchkeeper.check.gap.row import GapRow, GapTable
from watchkeeper.check.gap.state import State
from watchkeeper.check.survey import Survey, survey
from watchkeeper.records.action import Outcome
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import System
from watchkeeper.records.statement import Entry

_UNSETTLED = frozenset({State.NOT_APPLICABLE, State.RETIRED})


def answer(entries: Iterable[Entry], bundle_of: BundleOf, verified: Verified | None) -> Answer:
    """Answer the three questions, reading the records once.

    `verified` is what a verifier found in the same log, None where nobody verified it; then the
    answer says so.
    """
    return compose(survey(entries), bundle_of, verified)


def compose(counted: Survey, bundle_of: BundleOf, verified: Verified | None) -> Answer:
    """Do what `answer` does, from a survey already made."""
    table = judge(counted, bundle_of)
    bundle = bundle_of(table.plan) if table.plan is not None else None
    people = _People(bundle)
    return Answer(
        organisation=bundle.organisation if bundle is not None else "",
        scope=bundle.scope if bundle is not None else "",
        stage=table.stage.value if table.stage is not None else "unknown",
        systems=_systems(bundle, counted, people),
        table=table,
        owners={row.owner: people.who(row.owner) for row in table.rows},
        counted=counted,
        verified=verified,
        accountable=_accountable(table, counted, people),
        unrecognised_retries=unrecognised_retries(bundle),
        observed_policies=_observed(bundle),
        not_enforced=tuple(_not_enforced(table, bundle, counted)),
        gaps=bundle.gaps if bundle is not None else (),
    )


def unrecognised_retries(bundle: Bundle | None) -> tuple[str, ...]:
    """Name the writing tools with neither idempotency argument nor `once_per`, as `server/tool`.

    For these a retry without a key of its own can not be told from a new action (I3).
    """
    if bundle is None:
        return ()
    return tuple(
        sorted(
            f"{server.id}/{tool.name}"
            for server in bundle.servers
            for tool in server.tools
            if tool.writes and tool.idempotency_argument is None and tool.once_per is None
        )
    )


class _People:
    """Finds what people call a person or a role of the plan."""

    def __init__(self, bundle: Bundle | None) -> None:
        self._names = {person.id: person.name for person in bundle.people} if bundle else {}
        self._roles = bundle.roles if bundle else {}

    def who(self, name: str) -> Who:
        """Return the person; a role with those who hold it; or the id as it stands."""
        if name in self._names:
            return Who(name, self._names[name] or name)
        if name in self._roles:
            holders = ", ".join(self._names.get(holder, holder) for holder in self._roles[name])
            return Who(name, f"{name} ({holders or 'nobody'})")
        return Who(name, name or "nobody")


def _systems(bundle: Bundle | None, counted: Survey, people: _People) -> tuple[SystemAnswer, ...]:
    if bundle is None:
        return ()
    decided: Counter[tuple[str, Outcome]] = Counter()
    for shape, seen in counted.shapes.items():
        decided[shape.system, shape.outcome] += seen.count
    plan = PlanMap(bundle)
    ordered = sorted(bundle.systems, key=lambda system: (not system.in_scope, system.id))
    return tuple(_system(system, plan, decided, people) for system in ordered)


def _system(
    system: System, plan: PlanMap, decided: Counter[tuple[str, Outcome]], people: _People
) -> SystemAnswer:
    return SystemAnswer(
        id=system.id,
        title=system.title,
        purpose=system.purpose,
        in_scope=system.in_scope,
        reason=system.scope_reason,
        stage=system.stage.value,
        counts_as=plan.stage(system.id).value,
        owner=people.who(system.owner),
        role=system.role,
        ai_act_class=system.ai_act_class,
        agents=tuple(agent.id for agent in plan.bundle.agents if agent.system == system.id),
        servers=system.servers,
        decisions={outcome: decided[system.id, outcome] for outcome in Outcome},
    )


def _accountable(table: GapTable, counted: Survey, people: _People) -> Accountable:
    owned = Counter(
        {owner: len(controls) for owner, controls in _owned(table.rows).items() if owner}
    )
    released = Counter(release.by for release in counted.releases)
    return Accountable(
        owners=_parts(owned, people, "control owned", "controls owned"),
        grantors=_parts(
            Counter(counted.grantors),
            people,
            "decision under authority granted",
            "decisions under authority granted",
        ),
        releasers=_parts(released, people, "plan released", "plans released"),
        reviewers=tuple(
            Part(
                people.who(verdict.reviewer),
                f"as {verdict.role}: {verdict.approved} approved, {verdict.refused} refused",
                verdict.approved + verdict.refused,
            )
            for verdict in counted.verdicts
        )
        + tuple(Part(people.who(one.person), str(one), one.count) for one in counted.lent),
    )


def _owned(rows: tuple[GapRow, ...]) -> dict[str, set[str]]:
    owned: dict[str, set[str]] = {}
    for row in rows:
        owned.setdefault(row.owner, set()).add(row.control)
    return owned


def _parts(counts: Counter[str], people: _People, one: str, many: str) -> tuple[Part, ...]:
    return tuple(
        Part(people.who(name), f"{count} {one if count == 1 else many}", count)
        for name, count in sorted(counts.items())
    )


def _observed(bundle: Bundle | None) -> tuple[str, ...]:
    if bundle is None:
        return ()
    return tuple(
        f"{policy.id} until {policy.observe_until}"
        for policy in sorted(bundle.policies, key=lambda policy: policy.id)
        if policy.observe_until is not None
    )


def _not_enforced(table: GapTable, bundle: Bundle | None, counted: Survey) -> Iterable[str]:
    """Say in sentences what is not enforced in production, and what nobody could know."""
    if table.plan is None:
        yield "no plan was released: nothing is enforced"
    elif bundle is None:
        yield "the bundle of the plan in force is not there: what it enforces is not known"
    for row in table.rows:
        if not row.in_production and row.state not in _UNSETTLED:
            where = f" in {row.system}" if row.system else ""
            yield f"{row.control}{where}: {row.state.value} ({row.why})"
    for system in bundle.systems if bundle is not None else ():
        if system.in_scope and not any(shape.system == system.id for shape in counted.shapes):
            yield f"{system.id}: in scope, and no action of it was ever decided"
