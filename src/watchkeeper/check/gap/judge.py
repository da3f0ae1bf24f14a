"""From what was counted, and what the plans say, to the state of every control."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from watchkeeper.check.gap.plan_map import Enforcement, PlanMap
from watchkeeper.check.gap.reading import Reading, readings
from watchkeeper.check.gap.row import AnnexRow, GapRow, GapTable, PointCount
from watchkeeper.check.gap.state import Standing, State, state_of
from watchkeeper.check.gap.words import why
from watchkeeper.check.oversight import Verdicts, reviewed_by_control
from watchkeeper.check.survey import Released, Seen, Shape, Survey, survey
from watchkeeper.records.action import Boundary, Outcome
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control, Row
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

BundleOf = Callable[[str], Bundle | None]
"""From the digest of a plan to its bundle, or None where it is not there."""

_Point = tuple[str, Boundary, Stage]


def gap_table(entries: Iterable[Entry], bundle_of: BundleOf) -> GapTable:
    """Say, control by control and system by system, what is defined, what fires, what does not.

    Reads the records once, in flat memory.
    """
    return judge(survey(entries), bundle_of)


def judge(counted: Survey, bundle_of: BundleOf) -> GapTable:
    """Do what `gap_table` does, from a survey already made."""
    return _Judge(counted, bundle_of).table()


@dataclass(slots=True)
class _Count:
    """What was counted of one control in one system."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    errors: int = 0
    unevaluated: int = 0
    observed: int = 0
    earlier: int = 0
    failed_now: int = 0
    observed_now: int = 0
    first: Instant | None = None
    last: Instant | None = None
    last_ref: Ref | None = None
    points: Counter[_Point] = field(default_factory=Counter)
    points_now: Counter[_Point] = field(default_factory=Counter)
    defined_then: bool = True

    def add(self, reading: Reading, shape: Shape, seen: Seen, *, stands: bool) -> None:
        """Count a shape; `stands`: the control's policies were then what they are now."""
        if reading is Reading.FIRED:
            self._fire(shape, seen, stands=stands)
        elif reading is Reading.OBSERVED:
            self.observed += seen.count
            self.observed_now += seen.count * stands
        else:
            self.errors += seen.count * (reading is Reading.ERRED)
            self.unevaluated += seen.count * (reading is Reading.UNEVALUATED)
            self.failed_now += seen.count * stands

    def _fire(self, shape: Shape, seen: Seen, *, stands: bool) -> None:
        point = (shape.point, shape.boundary, shape.stage)
        self.outcomes[shape.outcome] += seen.count
        self.points[point] += seen.count
        if stands:
            self.points_now[point] += seen.count
        else:
            self.earlier += seen.count
        self.first = seen.first if self.first is None else min(self.first, seen.first)
        known = self.last is not None and self.last_ref is not None
        if not known or (seen.last, seen.last_ref) > (self.last, self.last_ref):
            self.last, self.last_ref = seen.last, seen.last_ref


class _Judge:
    def __init__(self, counted: Survey, bundle_of: BundleOf) -> None:
        self._survey = counted
        self._release: Released | None = counted.in_force
        digests = {shape.plan for shape in counted.shapes}
        digests |= {self._release.plan} if self._release is not None else set()
        bundles = {digest: bundle_of(digest) for digest in sorted(digests)}
        self._plans = {
            digest: PlanMap(bundle) if bundle is not None else None
            for digest, bundle in bundles.items()
        }
        self._now = self._plans[self._release.plan] if self._release is not None else None
        self._counts: defaultdict[tuple[str, str], _Count] = defaultdict(_Count)
        self._actions: Counter[tuple[str, str, str]] = Counter()
        self._uncontrolled: Counter[str] = Counter()
        rules = self._now.bundle.oversight if self._now is not None else None
        self._reviewed = {
            (one.control, one.system): one
            for one in reviewed_by_control(Verdicts(counted.reviews, rules or Oversight()))
        }
        self._enforcements: dict[tuple[str, str, str], Enforcement | None] = {}

    def table(self) -> GapTable:
        self._count()
        release, genesis = self._release, self._survey.genesis
        stage = genesis.stage if genesis is not None else None
        return GapTable(
            origin=genesis.origin if genesis is not None else "",
            stage=self._now.bundle.stage if self._now is not None else stage,
            plan=release.plan if release is not None else None,
            released_at=release.at if release is not None else None,
            released_by=release.by if release is not None else "",
            readable=release is None or self._now is not None,
            rows=tuple(self._row(*place) for place in sorted(self._places())),
            annex=self._annex(),
            decisions=sum(seen.count for seen in self._survey.shapes.values()),
            uncontrolled={outcome.value: self._uncontrolled[outcome] for outcome in Outcome},
            left_out=sum(self._survey.left_out.values()),
            unread_plans=tuple(digest for digest, plan in self._plans.items() if plan is None),
            adopted=self._survey.kinds.get(Kind.ADOPTED.value, 0),
            planted=self._survey.reviews.planted,
            unrevealed=self._survey.reviews.open,
        )

    def _count(self) -> None:
        for shape, seen in self._survey.shapes.items():
            plan = self._plans[shape.plan]
            self._actions[shape.plan, shape.system, shape.action] += seen.count
            said = list(readings(shape, plan))
            if not said:
                self._uncontrolled[shape.outcome] += seen.count
            for control, reading in said:
                count = self._counts[control, shape.system]
                count.add(
                    reading, shape, seen, stands=self._stands(shape.plan, control, shape.system)
                )
                if plan is not None and not _defines(plan, control, shape.system):
                    count.defined_then = False

    def _enforcement(self, digest: str, control: str, system: str) -> Enforcement | None:
        key = (digest, control, system)
        if key not in self._enforcements:
            plan = self._plans.get(digest)
            found = plan.enforcement(control, system) if plan is not None else None
            self._enforcements[key] = found
        return self._enforcements[key]

    def _stands(self, digest: str, control: str, system: str) -> bool:
        if self._release is None or self._now is None:
            return False
        if digest == self._release.plan:
            return True
        now = self._enforcement(self._release.plan, control, system)
        return self._enforcement(digest, control, system) == now

    def _places(self) -> set[tuple[str, str]]:
        places = set(self._counts)
        if self._now is not None:
            places |= self._now.policy_controls()
            for control in self._now.controls.values():
                places |= {(control.id, system) for system in self._now.places(control)}
        return places

    def _row(self, control_id: str, system: str) -> GapRow:
        count = self._counts.get((control_id, system)) or _Count()
        now = self._now
        control = now.controls.get(control_id) if now is not None else None
        enforcement = now.enforcement(control_id, system) if now is not None else None
        traffic, covered = self._traffic(control_id, system)
        standing = self._standing(control_id, system, count, traffic)
        state = state_of(standing)
        stage = now.stage(system) if now is not None else self._home_stage()
        in_production = (
            state is State.ENFORCED and stage is Stage.PRODUCTION and _in_production(count)
        )
        made = control or Control(control_id, "", "")
        return GapRow(
            control=control_id,
            system=system,
            state=state,
            stage=stage,
            in_production=in_production,
            why=why(state, stage, standing, earlier=count.earlier, in_production=in_production),
            statement=made.statement,
            owner=made.owner,
            applicable=now.applicable(control_id) if now is not None else "undetermined",
            annex_a=made.annex_a,
            risks=made.risks,
            policies=tuple(policy.id for policy in enforcement.policies) if enforcement else (),
            built_in=enforcement.built_in if enforcement else (),
            allowed=count.outcomes[Outcome.ALLOW],
            blocked=count.outcomes[Outcome.BLOCK],
            escalated=count.outcomes[Outcome.ESCALATE],
            errors=count.errors,
            could_not_evaluate=count.unevaluated,
            observed=count.observed,
            earlier=count.earlier,
            traffic=traffic,
            covered=covered,
            first_fired=count.first,
            last_fired=count.last,
            last_ref=count.last_ref,
            points=tuple(PointCount(*point, n) for point, n in sorted(count.points.items())),
            review=self._reviewed.get((control_id, system)),
        )

    def _standing(self, control: str, system: str, count: _Count, traffic: int) -> Standing:
        now = self._now
        if now is None:
            return Standing(readable=self._release is None, defined=False, defined_then=False)
        inside = sum(n for point, n in count.points_now.items() if point[1] is Boundary.IN_PROCESS)
        return Standing(
            defined=_defines(now, control, system),
            defined_then=count.defined_then,
            named=(control, system) in now.policy_controls(),
            applies=now.in_scope(system) and now.applicable(control) != "out",
            enforceable=bool(now.enforcement(control, system)),
            fired_outside=count.points_now.total() - inside,
            fired_inside=inside,
            failed=count.failed_now,
            observed=count.observed_now,
            traffic=traffic,
        )

    def _traffic(self, control: str, system: str) -> tuple[int, int]:
        """Count decisions of a system under the present policies of a control: all, covered."""
        traffic = covered = 0
        for (digest, of_system, action), count in self._actions.items():
            if system not in {"", of_system} or not self._stands(digest, control, system):
                continue
            traffic += count
            plan = self._plans[digest]
            if plan is not None and action:
                covered += count * (control in plan.covering(of_system, action))
        return traffic, covered

    def _home_stage(self) -> Stage:
        genesis = self._survey.genesis
        return genesis.stage if genesis is not None else Stage.DEMONSTRATION

    def _annex(self) -> tuple[AnnexRow, ...]:
        if self._now is None:
            return ()
        own: defaultdict[str, list[str]] = defaultdict(list)
        for control in self._now.bundle.controls:
            for reference in control.annex_a:
                own[reference].append(control.id)
        rows = {
            r.control: r
            for r in self._now.bundle.applicability
            if r.control not in self._now.controls
        }
        for reference in own:
            rows.setdefault(reference, Row(reference, "undetermined", "", ""))
        return tuple(
            AnnexRow(
                row.control,
                row.applicable,
                row.why,
                row.status,
                row.owner,
                tuple(sorted(own[row.control])),
            )
            for row in sorted(rows.values(), key=lambda row: _natural(row.control))
        )


def _defines(plan: PlanMap, control: str, system: str) -> bool:
    return control in plan.controls and (not system or system in plan.systems)


def _in_production(count: _Count) -> bool:
    """Whether it fired, outside the agent's process, in records that say production."""
    return any(
        boundary is not Boundary.IN_PROCESS and stage is Stage.PRODUCTION
        for _, boundary, stage in count.points_now
    )


def _natural(reference: str) -> list[tuple[int, str]]:
    """Sort `A.6.2.10` after `A.6.2.9`."""
    return [(int(part) if part.isdigit() else -1, part) for part in reference.split(".")]
