"""Measures the objectives of the plan in force over the records, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from watchkeeper.check.gap.plan_map import PlanMap, least_stage
from watchkeeper.check.objectives.event import Event
from watchkeeper.check.objectives.model import SECOND, Measured, Measurement, Unit, Verdict
from watchkeeper.check.objectives.plans import BundleOf, Plans
from watchkeeper.check.objectives.reading import EventReader
from watchkeeper.check.objectives.tally import Tally
from watchkeeper.records.administration import GenesisRecord, PlanReleaseRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.objective_grammar import fraction, grammar_problem
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.objectives import Counted, Objective
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


def plan_in_force(entries: Iterable[Entry], at: Instant) -> str | None:
    """Return the digest of the plan that is in force at a moment, as the records say."""
    plan = None
    for entry in entries:
        if entry.record.predicate.at > at:
            break
        plan = _plan_of(entry) or plan
    return plan


def measure(
    entries: Iterable[Entry], bundle: Bundle, bundle_of: BundleOf, at: Instant
) -> Measurement:
    """Measure every objective of `bundle`, the plan in force, as of `at`.

    What was recorded later is as if it were not there. Reads the records once, in their order.
    """
    return Meter(bundle, bundle_of, at, bundle.objectives).read(entries)


class Meter:
    """Measures objectives while somebody else reads the records, too."""

    def __init__(
        self, bundle: Bundle, bundle_of: BundleOf, at: Instant, objectives: Sequence[Objective]
    ) -> None:
        self._at, self._bundle, self._objectives = at, bundle, objectives
        plans = Plans(bundle_of, bundle)
        pace = (bundle.oversight or Oversight()).words_per_minute
        self._problems = {one.id: grammar_problem(one) for one in objectives}
        self._tallies = {
            one.id: Tally(one, at, plans.expected_stage, pace)
            for one in objectives
            if self._problems[one.id] is None
        }
        self._wanted = {
            kind: [tally for tally in self._tallies.values() if kind in tally.kinds]
            for kind in Counted
        }
        self._reader = EventReader(plans, self._give)
        self._records = 0
        self._last: Ref | None = None
        self._plan: str | None = None

    def read(self, entries: Iterable[Entry]) -> Measurement:
        """Read the records up to the moment that is measured at, and return what was measured."""
        for entry in entries:
            if entry.record.predicate.at > self._at:
                break
            self.take(entry)
        return self.measurement()

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        self._records += 1
        self._last = entry.ref
        self._plan = _plan_of(entry) or self._plan
        self._reader.take(entry)

    def measurement(self) -> Measurement:
        """Return what was measured; nothing may be taken up afterwards."""
        self._reader.finish(self._at)
        left = self._reader.left_out
        return Measurement(
            self._plan,
            readable=True,
            at=self._at,
            rows=tuple(self._row(one) for one in self._objectives),
            planted=left.planted,
            unmatched=left.unmatched,
            unrevealed=left.unrevealed,
            records=self._records,
            last=self._last,
        )

    def _give(self, event: Event) -> None:
        for tally in self._wanted[event.of]:
            tally.take(event)

    def _row(self, objective: Objective) -> Measured:
        tally = self._tallies.get(objective.id)
        start = Instant(self._at - objective.window_seconds * SECOND)
        stage, unit = _stage(objective, self._bundle), _unit(objective)
        if tally is None:
            why = self._problems[objective.id] or ""
            return Measured(
                objective, Verdict.NOT_MEASURABLE, unit, start, self._at, stage, why=why
            )
        tally.finish()
        value, beyond = _value(tally, unit, objective)
        count = tally.count
        return Measured(
            objective=objective,
            verdict=_verdict(objective, value, beyond=beyond),
            unit=unit,
            start=start,
            end=self._at,
            stage=stage,
            number=count.number,
            of=count.of,
            value=value,
            beyond=beyond,
            other_stage=count.other_stage,
            undecided=count.undecided,
            last=count.last,
            last_against=count.last_against,
        )


def _plan_of(entry: Entry) -> str | None:
    """Return the plan that a record puts in force, if it is one that does."""
    said = entry.record.predicate
    if isinstance(said, PlanReleaseRecord):
        return said.plan
    carried = said.carried if isinstance(said, GenesisRecord) else None
    return carried.plan if carried is not None else None


def _unit(objective: Objective) -> Unit:
    if objective.measure.share is not None:
        return Unit.SHARE
    return Unit.COUNT if objective.measure.quantile is None else Unit.DURATION


def _stage(objective: Objective, bundle: Bundle) -> Stage:
    """Return the least real stage of the systems that an objective is about."""
    named = objective.measure.where.get("system") or objective.systems
    systems = named or tuple(one.id for one in bundle.systems if one.in_scope)
    plan = PlanMap(bundle)
    stages = [Stage(text) for text in objective.measure.where.get("stage", ())]
    return least_stage(*stages) if stages else least_stage(*map(plan.stage, systems or ("",)))


def _value(tally: Tally, unit: Unit, objective: Objective) -> tuple[Fraction | None, bool]:
    """Return the value, and whether it is a time longer than any that was measured."""
    if tally.count.of < objective.least:
        return None, False
    if unit is Unit.SHARE:
        return tally.share(), False
    if unit is Unit.COUNT:
        return Fraction(tally.count.number), False
    found = tally.quantile()
    return (None, True) if found is None else (Fraction(found), False)


def _verdict(objective: Objective, value: Fraction | None, *, beyond: bool) -> Verdict:
    target = objective.target
    if value is None and not beyond:
        return Verdict.TOO_FEW
    if target.at_most is not None:
        wanted = _scaled(target.at_most, objective)
        return Verdict.MET if value is not None and value <= wanted else Verdict.MISSED
    wanted = _scaled(target.at_least or "", objective)
    return Verdict.MET if value is None or value >= wanted else Verdict.MISSED


def _scaled(text: str, objective: Objective) -> Fraction:
    number = fraction(text) or Fraction(0)
    return number if objective.measure.quantile is None else number * SECOND
