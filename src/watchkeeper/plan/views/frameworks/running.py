"""What a log shows of one system: only records of that system count for it.

What is of the whole organisation, or of several systems at once, is named as such and fills
nothing of one system. What did not fire, and what came to no value, is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.clauses.runtime import (
    NO_LOG,
    NOT_ASKED,
    came_out,
    counted,
    log_words,
    objective_words,
    ran,
    runtime_of,
)
from watchkeeper.records.figures import (
    Figures,
    ObjectiveFigure,
    PlaceFigure,
    SignalFigure,
    SystemFigure,
)
from watchkeeper.records.reference import Ref

NOT_HERE = "the log holds no decision of this system"
_RUNS = "8.1"
"""The clause that asks for evidence that something ran."""
_OF_CONTROLS = frozenset({_RUNS, "8.3"})
_OF_DECISIONS = frozenset({"4.4", _RUNS})
_OF_OBJECTIVES = frozenset({"6.2", "9.1"})


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that a log shows, and the newest record of it.

    `whole` says that it is of the whole organisation, or of more systems than this one.
    """

    what: str
    last: Ref | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """What a log shows beside an item, and in words what it does not."""

    shown: tuple[Shown, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """A log, where there is one, from the side of one system."""

    register: Register
    figures: Figures | None
    system: str

    def clause(self, clause: str) -> Running:
        """Return what is shown beside a clause."""
        if self.figures is None:
            return Running(missing=(f"what ran is missing ({NO_LOG})",) if clause == _RUNS else ())
        shown = [*self._decided(clause, self.figures), *self._whole(clause, self.figures)]
        missing = [f"what ran is missing ({NOT_HERE})"] if self._lacks(clause) else []
        for found in (self._controls(clause), self._objectives(clause), self._signals(clause)):
            shown += found.shown
            missing += found.missing
        return Running(tuple(shown), tuple(missing))

    def event_log(self) -> Iterator[Shown]:
        """Yield the log itself, where it verifies: of this system only what it holds of it."""
        figures, here = self.figures, self.here
        log = log_words(figures) if figures is not None else ""
        if figures is None or not log:
            return
        if here is not None:
            yield Shown(f"{counted(here.decisions, 'decision')} of this system in {log}", here.last)
        else:
            yield Shown(log, figures.last_decision, whole=True)

    def fired(self, ids: Iterable[str], stage: str) -> Iterator[Shown]:
        """Yield which controls decided or limited actions of this system, or of none yet known."""
        wanted = set(ids)
        for one in self.figures.controls if self.figures else ():
            for place in one.places if one.id in wanted else ():
                if place.system in {self.system, ""} and ran(place):
                    what = f"{one.id} decided or limited {counted(place.fired, 'action')}"
                    whole = not place.system
                    told = "before a system was known" if whole else f"stage {stage}"
                    yield Shown(f"{what} ({told})", place.last, whole=whole)

    def objective(self, id_: str) -> Iterator[Shown]:
        """Yield what an objective comes to, where it came to something."""
        for one in self.figures.objectives if self.figures else ():
            if one.id == id_ and came_out(one) and _concerns(one, self.system):
                yield Shown(objective_words(one), one.last, whole=one.systems != (self.system,))

    @property
    def here(self) -> SystemFigure | None:
        """What was decided of this system; None where nothing was."""
        found = self.figures.systems if self.figures else ()
        return next((one for one in found if one.system == self.system), None)

    def states(self) -> dict[str, str]:
        """Return what the gap table says of each control in this system."""
        return {
            one.id: place.state
            for one in (self.figures.controls if self.figures else ())
            for place in one.places
            if place.system == self.system
        }

    def _lacks(self, clause: str) -> bool:
        return clause == _RUNS and self.here is None

    def _decided(self, clause: str, figures: Figures) -> Iterator[Shown]:
        if clause in _OF_DECISIONS and self.here is not None:
            said = f"{counted(self.here.decisions, 'decision')} of this system"
            yield Shown(said, self.here.last)
        elif clause in _OF_DECISIONS and figures.decisions:
            said = f"{counted(figures.decisions, 'decision')}, none of them of this system"
            yield Shown(said, figures.last_decision, whole=True)

    def _whole(self, clause: str, figures: Figures) -> Iterator[Shown]:
        """Yield what no log says of one system: plans released, and what is in no inventory."""
        alone = Figures(
            figures.origin,
            figures.size,
            releases=figures.releases,
            release=figures.release,
            unlisted=figures.unlisted,
        )
        for one in runtime_of(clause, self.register, alone) or ():
            yield Shown(one.what, one.ref, whole=True)

    def _controls(self, clause: str) -> Running:
        """Return the controls that fired here; of the others, that they did not."""
        if clause not in _OF_CONTROLS or self.figures is None:
            return Running()
        wanted = None if clause == _RUNS else self._treating()
        shown: list[Shown] = []
        missing: list[str] = []
        for one in self.figures.controls:
            for place in one.places if wanted is None or one.id in wanted else ():
                if place.system not in {self.system, ""} or place.state in NOT_ASKED:
                    continue
                if ran(place):
                    shown.append(_fired(one.id, place))
                else:
                    missing.append(f"control {one.id}: no evidence that it runs ({place.state})")
        return Running(tuple(shown), tuple(missing))

    def _treating(self) -> set[str]:
        """Return the controls that treat risks of this system."""
        return {
            control
            for risk in self.register.of("risk").values()
            if risk.treatment is not None and (not risk.systems or self.system in risk.systems)
            for control in risk.treatment.controls
        }

    def _objectives(self, clause: str) -> Running:
        if clause not in _OF_OBJECTIVES or self.figures is None:
            return Running()
        ours = [one for one in self.figures.objectives if _concerns(one, self.system)]
        shown = [found for one in ours for found in self.objective(one.id)]
        missing = [objective_words(one) for one in ours if not came_out(one)]
        return Running(tuple(shown), tuple(missing))

    def _signals(self, clause: str) -> Running:
        if clause != "8.2" or self.figures is None:
            return Running()
        return Running(
            tuple(
                Shown(f"risk {one.risk} shows: {one.says}", one.last, one.systems != (self.system,))
                for one in self.figures.signals
                if _concerns(one, self.system)
            )
        )


def _concerns(one: ObjectiveFigure | SignalFigure, system: str) -> bool:
    return not one.systems or system in one.systems


def _fired(control: str, place: PlaceFigure) -> Shown:
    said = f"control {control}: {place.state}, fired {counted(place.fired, 'time')}"
    if place.system:
        return Shown(said, place.last)
    return Shown(f"{said}, before a system was known", place.last, whole=True)
