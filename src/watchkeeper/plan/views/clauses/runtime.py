"""What the log shows beside a clause: evidence of class `runtime`, in a column of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.records.figures import ControlFigure, Figures
from watchkeeper.records.reference import Ref

NO_LOG = "no log at hand"
_ENFORCED = "enforced"
_CAME_OUT = frozenset({"met", "missed"})


@dataclass(frozen=True, slots=True)
class RuntimeEvidence:
    """Something that the log shows: what, how it came to be there, and the newest record of it.

    Where it does not count, the log shows that there is none: a control that did not fire, an
    objective that came to no value.
    """

    what: str
    origin: str
    ref: Ref | None = None
    counts: bool = True

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        record = None if self.ref is None else str(self.ref)
        return {
            "what": self.what,
            "origin": self.origin if self.counts else None,
            "record": record,
            "counts": self.counts,
        }


def runtime_of(
    clause: str, register: Register, figures: Figures | None
) -> tuple[RuntimeEvidence, ...] | None:
    """Return what the log shows of a clause; None where there is no log to look at."""
    if figures is None:
        return None
    return tuple(_of(clause, register, figures))


def _of(clause: str, register: Register, figures: Figures) -> Iterator[RuntimeEvidence]:
    origin = figures.origin
    if clause in {"4.4", "6.3", "8.1"} and figures.releases:
        yield RuntimeEvidence(_counted(figures.releases, "released plan"), origin, figures.release)
    if clause in {"4.4", "8.1"} and figures.decisions:
        yield RuntimeEvidence(
            _counted(figures.decisions, "decision"), origin, figures.last_decision
        )
    if clause in {"8.1", "8.3"}:
        yield from _controls(clause, register, figures)
    if clause in {"6.2", "9.1"}:
        for one in figures.objectives:
            said = one.verdict if one.value is None else f"{one.verdict}, {one.value}"
            of = "" if "(" in said else f", of {one.of}"  # a share says already of how many
            came_out = one.value is not None and one.verdict in _CAME_OUT
            yield RuntimeEvidence(f"objective {one.id}: {said}{of}", origin, one.last, came_out)
    if clause == "4.3":
        for item in figures.unlisted:
            yield RuntimeEvidence(
                f"acts and is not in the inventory: {item.what} {item.name}", origin, item.last
            )
    if clause == "8.2":
        for signal in figures.signals:
            yield RuntimeEvidence(f"risk {signal.risk} shows: {signal.says}", origin, signal.last)


def _controls(clause: str, register: Register, figures: Figures) -> Iterator[RuntimeEvidence]:
    treating = {
        control
        for risk in register.of("risk").values()
        if risk.treatment is not None
        for control in risk.treatment.controls
    }
    for one in figures.controls:
        if clause == "8.1" or one.id in treating:
            yield RuntimeEvidence(_said(one), figures.origin, one.last, _ran(one))


def _ran(one: ControlFigure) -> bool:
    """Say whether it fired where it is enforced: in one place at least."""
    places = [(place.state, place.fired) for place in one.places] or [(one.state, one.fired)]
    return any(state == _ENFORCED and fired for state, fired in places)


def _said(one: ControlFigure) -> str:
    times = f", fired {_counted(one.fired, 'time')}" if one.fired else ""
    return f"control {one.id}: {one.state}{times}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
