"""What one log shows of the management system, worked out in one pass over its records."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from watchkeeper.check.gap import BundleOf, GapTable, judge
from watchkeeper.check.inventory import Inventory
from watchkeeper.check.inventory.compare import compare
from watchkeeper.check.inventory.seeing import Seer
from watchkeeper.check.objectives import Measurement, Meter
from watchkeeper.check.survey import Survey, survey
from watchkeeper.loop.aims.signals import Shown, queries_of, signals_of
from watchkeeper.plan.register.content import Register
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

NEWEST = 10
"""How many decisions are kept of each control."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, by its place and its action."""

    ref: Ref
    at: Instant
    action_id: str
    agent: str
    tool: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that was found; `lately` are the newest decisions that name each control, newest first.

    `measured` is None where the plan in force is not here.
    """

    counted: Survey
    table: GapTable
    inventory: Inventory
    measured: Measurement | None = None
    signals: tuple[Shown, ...] = ()
    lately: Mapping[str, tuple[Decided, ...]] = field(default_factory=dict)


def picture_of(
    entries: Iterable[Entry],
    bundle_of: BundleOf,
    plan: str | None,
    at: Instant,
    register: Register | None = None,
) -> Picture:
    """Look at a log as of `at`, under `plan`, the digest of the one in force.

    Without `register` no signal of a risk is looked at.
    """
    bundle = bundle_of(plan) if plan is not None else None
    seer, lately, meter = Seer(bundle_of), _Lately(), None
    takers: list[Callable[[Entry], None]] = [seer.take, lately.take]
    if bundle is not None:
        signals = queries_of(register) if register is not None else ()
        meter = Meter(bundle, bundle_of, at, (*bundle.objectives, *signals))
        takers.append(meter.take)
    counted = survey(_fed(entries, takers, at))
    measured = meter.measurement() if meter is not None else None
    shown = signals_of(register, measured) if register is not None and measured else ()
    return Picture(
        counted=counted,
        table=judge(counted, bundle_of),
        inventory=compare(seer.found, bundle_of),
        measured=measured,
        signals=shown,
        lately=lately.found(),
    )


def _fed(
    entries: Iterable[Entry], takers: list[Callable[[Entry], None]], at: Instant
) -> Iterator[Entry]:
    """Yield what was recorded until then, and give each record to all who look at it, too."""
    for entry in entries:
        if entry.record.predicate.at > at:
            return
        for take in takers:
            take(entry)
        yield entry


class _Lately:
    """Keeps the newest decisions of each control; what controls there are comes from plans."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[Decided]] = {}

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        said = entry.record.predicate
        if isinstance(said, DecisionRecord) and said.decision.controls:
            one = Decided(
                entry.ref,
                said.at,
                said.action_id,
                said.agent,
                f"{said.server}/{said.tool}",
                said.decision.outcome.value,
            )
            for control in said.decision.controls:
                self._kept.setdefault(control, deque(maxlen=NEWEST)).append(one)

    def found(self) -> dict[str, tuple[Decided, ...]]:
        """Return what was kept, the newest first."""
        return {control: tuple(reversed(kept)) for control, kept in self._kept.items()}
