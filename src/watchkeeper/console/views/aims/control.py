"""One control with everything that hangs on it."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.check.gap.row import GapRow
from watchkeeper.console.views.aims.around import around
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.loop.aims import Decided
from watchkeeper.plan.views.control import ControlView, control_view
from watchkeeper.records.instant import Instant


@dataclass(frozen=True, slots=True)
class ControlPlace:
    """A control in a system, in its state, and why it is that; when it fired last."""

    system: str
    state: str
    why: str
    stage: str
    in_production: bool
    fired: int
    reviewed: str
    last: Instant | None


@dataclass(frozen=True, slots=True)
class ControlSeen:
    """A control of the plan in force: what it says, how it stands, what it did last.

    Without `log` nobody looked at the records. `origin` says how the figures came to be.
    """

    plan: str
    why: str
    log: bool
    origin: str
    view: ControlView
    places: tuple[ControlPlace, ...]
    lately: tuple[Decided, ...]


async def control(visit: Visit) -> ControlSeen | Missing:
    """Return a control of ours, or one of Annex A, by its id."""
    name = visit.params["control"]
    known = await around(visit)
    view = control_view(name, known.register, known.bundle, visit.now, known.figures)
    if view is None:
        return Missing("the plan in force has no control of this name, and Annex A has none")
    picture = known.picture
    rows = picture.table.rows if picture is not None else ()
    return ControlSeen(
        plan=known.digest,
        why=known.why,
        log=picture is not None,
        origin=known.figures.origin if known.figures is not None else "",
        view=view,
        places=tuple(_place(row) for row in rows if row.control == name),
        lately=picture.lately.get(name, ()) if picture is not None else (),
    )


def _place(row: GapRow) -> ControlPlace:
    return ControlPlace(
        system=row.system,
        state=row.state.value,
        why=row.why,
        stage=row.stage.value,
        in_production=row.in_production,
        fired=row.fired,
        reviewed=row.reviewed,
        last=row.last_fired,
    )
