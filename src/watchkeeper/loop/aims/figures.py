"""What one log says of the management system, as plain figures for views that know no log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from watchkeeper.check.gap import BundleOf, GapRow, GapTable, State
from watchkeeper.check.inventory import Inventory
from watchkeeper.check.inventory.model import Item
from watchkeeper.check.inventory.model import Kind as ItemKind
from watchkeeper.check.objectives import Measured, Measurement
from watchkeeper.check.objectives.text import value_text
from watchkeeper.check.survey import Seen, Survey
from watchkeeper.loop.aims.picture import Picture, picture_of
from watchkeeper.loop.aims.signals import MARK, Shown, Stands, systems_of
from watchkeeper.plan.register.content import Register
from watchkeeper.records.figures import (
    ControlFigure,
    Figures,
    ObjectiveFigure,
    PlaceFigure,
    SignalFigure,
    SystemFigure,
    Unlisted,
)
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry

RECONSTRUCTED = "reconstructed"
"""How figures came to be: from records that nobody has verified just now."""


def figures_of(
    entries: Iterable[Entry],
    bundle_of: BundleOf,
    plan: str | None,
    at: Instant,
    register: Register | None = None,
) -> Figures:
    """Return the figures of a log as of `at`, under `plan`, the digest of the one in force.

    Without `register` no signal of a risk is looked at. The origin is `reconstructed`: who has
    verified the log says otherwise.
    """
    return figures_in(picture_of(entries, bundle_of, plan, at, register))


def figures_in(picture: Picture) -> Figures:
    """Return the figures of a picture that was made of a log."""
    return Figures(
        origin=RECONSTRUCTED,
        size=picture.counted.records,
        **_counts(picture.counted),
        controls=_controls(picture.table),
        objectives=_objectives(picture.measured),
        unlisted=_unlisted(picture.inventory),
        signals=_signals(picture.signals),
        systems=_systems(picture.counted),
    )


def _counts(counted: Survey) -> dict[str, Any]:
    release = counted.in_force
    return {
        "decisions": counted.kinds.get(Kind.DECISION.value, 0),
        "last_decision": max((seen.last_ref for seen in counted.shapes.values()), default=None),
        "releases": counted.kinds.get(Kind.PLAN_RELEASE.value, 0),
        "release": release.ref if release is not None else None,
    }


def _systems(counted: Survey) -> tuple[SystemFigure, ...]:
    """Return what was decided of each system; what was refused before one was known is of none."""
    seen: dict[str, list[Seen]] = {}
    for shape, one in counted.shapes.items():
        if shape.system:
            seen.setdefault(shape.system, []).append(one)
    return tuple(
        SystemFigure(name, sum(one.count for one in some), max(one.last_ref for one in some))
        for name, some in sorted(seen.items())
    )


_WORST = (
    State.COULD_NOT_EVALUATE,
    State.UNDEFINED,
    State.DOCUMENT_ONLY,
    State.OBSERVED_ONLY,
    State.IN_PROCESS_ONLY,
    State.SILENT_NO_TRAFFIC,
    State.SILENT_WITH_TRAFFIC,
    State.ENFORCED,
    State.RETIRED,
    State.NOT_APPLICABLE,
)
"""A control is as good as where it is worst, among the systems in which it should hold."""


def _controls(table: GapTable) -> tuple[ControlFigure, ...]:
    rows: dict[str, list[GapRow]] = {}
    for row in table.rows:
        rows.setdefault(row.control, []).append(row)
    return tuple(_control(name, some) for name, some in sorted(rows.items()))


def _control(name: str, rows: list[GapRow]) -> ControlFigure:
    state = min((row.state for row in rows), key=_WORST.index)
    refs = [row.last_ref for row in rows if row.last_ref is not None]
    fired = sum(row.fired for row in rows)
    places = tuple(
        PlaceFigure(row.system, row.state.value, row.fired, row.last_ref)
        for row in sorted(rows, key=lambda row: row.system)
    )
    return ControlFigure(name, state.value, fired, max(refs, default=None), places)


def _objectives(measured: Measurement | None) -> tuple[ObjectiveFigure, ...]:
    rows = measured.rows if measured is not None else ()
    return tuple(_objective(row) for row in rows if not row.objective.id.startswith(MARK))


def _objective(row: Measured) -> ObjectiveFigure:
    value = value_text(row) if row.value is not None or row.beyond else None
    systems = systems_of(row.objective)
    return ObjectiveFigure(row.objective.id, row.verdict.value, value, row.of, row.last, systems)


def _unlisted(found: Inventory) -> tuple[Unlisted, ...]:
    return tuple(
        Unlisted(item.kind.value, _named(item), item.count, item.last_ref)
        for item in found.findings
    )


def _named(item: Item) -> str:
    """Return what was seen: of a model, a prompt or a version itself, and whose it is."""
    if item.kind not in {ItemKind.MODEL, ItemKind.PROMPT, ItemKind.VERSION}:
        return item.name
    return f"{', '.join(item.values) or 'another'} of {item.name}"


def _signals(signals: Iterable[Shown]) -> tuple[SignalFigure, ...]:
    return tuple(
        SignalFigure(shown.risk, shown.says, shown.last, shown.systems)
        for shown in signals
        if shown.stands is Stands.SHOWING
    )
