"""What a log says of the management system, as plain figures: for views that know no log.

A figure is evidence of class `runtime`. It never makes a document present, and no document makes
up for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """What the gap table says of a control in one system.

    `system` is empty for what is decided before an action's system is known.
    """

    system: str
    state: str
    fired: int = 0
    last: Ref | None = None


@dataclass(frozen=True, slots=True)
class ControlFigure:
    """What the gap table says of a control: its state there, how often it fired, and where last.

    `places` says the same of each system; `state` is the worst of them.
    """

    id: str
    state: str
    fired: int = 0
    last: Ref | None = None
    places: tuple[PlaceFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectiveFigure:
    """What an objective comes to now: met, missed or no value; how many counted, and where last.

    `systems` are those that it is measured over; none where it is measured over all of them.
    """

    id: str
    verdict: str
    value: str | None = None
    of: int = 0
    last: Ref | None = None
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Something that acted and stands in no inventory: an agent, a tool, a model, a version."""

    what: str
    name: str
    count: int
    last: Ref | None = None


@dataclass(frozen=True, slots=True)
class SignalFigure:
    """A risk whose signal shows: which one, in words, where last, and over which systems."""

    risk: str
    says: str
    last: Ref | None = None
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemFigure:
    """How many decisions were made of actions of one system, and where the newest one is."""

    system: str
    decisions: int
    last: Ref | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one log says. `origin` is `captured` where its records were read as they were made.

    `size` is how many records were read; `release` is where the plan in force was released.
    `systems` are those of which a decision was made; no figure beside it is one system's own.
    """

    origin: str
    size: int
    decisions: int = 0
    last_decision: Ref | None = None
    releases: int = 0
    release: Ref | None = None
    controls: tuple[ControlFigure, ...] = ()
    objectives: tuple[ObjectiveFigure, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    signals: tuple[SignalFigure, ...] = ()
    systems: tuple[SystemFigure, ...] = ()
