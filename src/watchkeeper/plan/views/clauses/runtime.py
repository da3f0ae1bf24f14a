"""What the log shows beside a clause: evidence of class `runtime`, in a column of its own.

A control ran where it is enforced and fired, in one place at least: here, in Annex A and in each
system alike. Of the whole organisation that is told with where it ran and where it did not; what
one system did counts for no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.records.figures import ControlFigure, Figures, ObjectiveFigure, PlaceFigure
from watchkeeper.records.reference import Ref

NO_LOG = "no log at hand"
NOT_ASKED = frozenset({"retired", "not-applicable"})
"""What the gap table says of a control where it need not run."""
EVENT_LOGS = "A.6.2.8"
"""The control of Annex A that the log itself shows."""
_ENFORCED = "enforced"
_CAME_OUT = frozenset({"met", "missed"})
_NAMED = 3
"""How many systems are named, before the others are counted."""


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
        yield RuntimeEvidence(counted(figures.releases, "released plan"), origin, figures.release)
    if clause in {"4.4", "8.1"} and figures.decisions:
        yield RuntimeEvidence(counted(figures.decisions, "decision"), origin, figures.last_decision)
    if clause in {"8.1", "8.3"}:
        yield from _controls(clause, register, figures)
    if clause in {"6.2", "9.1"}:
        for one in figures.objectives:
            yield RuntimeEvidence(objective_words(one), origin, one.last, came_out(one))
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
            here = ran_in(one)
            last = newest(here) if here else one.last
            yield RuntimeEvidence(control_words(one), figures.origin, last, bool(here))


def ran(place: PlaceFigure) -> bool:
    """Tell whether a control ran in a place: it is enforced there, and fired."""
    return place.state == _ENFORCED and bool(place.fired)


def ran_in(one: ControlFigure) -> tuple[PlaceFigure, ...]:
    """Return the places where a control ran; a figure without places is one itself."""
    whole = PlaceFigure("", one.state, one.fired, one.last)
    return tuple(place for place in one.places or (whole,) if ran(place))


def newest(places: tuple[PlaceFigure, ...]) -> Ref | None:
    """Return where the newest record of some places is."""
    return max((place.last for place in places if place.last is not None), default=None)


def control_words(one: ControlFigure) -> str:
    """Say how a control stands: where it ran and how often, and how it is where it did not."""
    here = ran_in(one)
    idle = [place for place in one.places if place.state not in NOT_ASKED and not ran(place)]
    if not here:
        return f"control {one.id}: {one.state}{_fired(one.fired)}"
    times = _fired(sum(place.fired for place in here))
    if not idle:
        return f"control {one.id}: {_ENFORCED}{times}"
    by_state: dict[str, list[PlaceFigure]] = {}
    for place in idle:
        by_state.setdefault(_state(place), []).append(place)
    rest = "; ".join(f"{state} {_where(some)}" for state, some in by_state.items())
    return f"control {one.id}: {_ENFORCED}{times} {_where(here)}; {rest}"


def _state(place: PlaceFigure) -> str:
    return f"{place.state} and never fired" if place.state == _ENFORCED else place.state


def _where(places: Sequence[PlaceFigure]) -> str:
    names = [place.system or "no system yet known" for place in places]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"in {', '.join(names[:_NAMED])}{more}"


def _fired(count: int) -> str:
    return f", fired {counted(count, 'time')}" if count else ""


def log_words(figures: Figures) -> str:
    """Say what shows that events are logged: the log itself; empty where it does not verify."""
    if figures.origin != "captured" or not figures.size:
        return ""
    return f"a log of {counted(figures.size, 'record')}, which verifies"


def came_out(one: ObjectiveFigure) -> bool:
    """Tell whether an objective came to a value, met or missed; else it shows nothing."""
    return one.value is not None and one.verdict in _CAME_OUT


def objective_words(one: ObjectiveFigure) -> str:
    """Say how an objective stands: its verdict, its value, of how many, over which systems."""
    said = one.verdict if one.value is None else f"{one.verdict}, {one.value}"
    of = "" if "(" in said else f", of {one.of}"  # a share says already of how many
    over = f", over {', '.join(one.systems)}" if len(one.systems) > 1 else ""
    return f"objective {one.id}: {said}{of}{over}"


def counted(count: int, what: str) -> str:
    """Render how many there are of something: `1 decision`, `2 decisions`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
