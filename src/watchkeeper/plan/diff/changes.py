"""Changes as they are gathered, in words, and which way each of them goes."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from watchkeeper.records.instant import Instant, render_instant

T = TypeVar("T")


class What(enum.StrEnum):
    """What became of something."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"


class Way(enum.StrEnum):
    """Which way a change goes: it lets more through (or may), less, or neither."""

    WEAKER = "weaker"
    STRONGER = "stronger"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Touches:
    """What a change bears on, by ids, sorted."""

    systems: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = (
            ("system", self.systems),
            ("control", self.controls),
            ("risk", self.risks),
            ("objective", self.objectives),
        )
        return "; ".join(f"{name} {', '.join(ids)}" for name, ids in said if ids)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of the plan that came, went or changed; `words` say how, where it changed."""

    kind: str
    id: str
    what: What
    words: str = ""
    way: Way = Way.NEITHER
    touches: Touches = Touches()

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that it bears on."""
        return self.touches.systems

    def __str__(self) -> str:
        return f"{self.kind} `{self.id}` {self.what.value}" + (
            f": {self.words}" if self.words else ""
        )


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """What changed, what of it lets more through, and what lets less through.

    Where it can not be told which way a change goes, it stands among the weakenings.
    """

    changes: tuple[Change, ...] = ()
    weakenings: tuple[str, ...] = ()
    strengthenings: tuple[str, ...] = ()
    touches: Touches = Touches()

    @property
    def widened(self) -> tuple[str, ...]:
        """The systems in which something lets more through, or may, sorted."""
        weaker = (change for change in self.changes if change.way is Way.WEAKER)
        return tuple(sorted({system for change in weaker for system in change.systems}))


@dataclass(slots=True)
class Changes:
    """Gathers changes."""

    changes: list[Change] = field(default_factory=list)
    weaker: list[str] = field(default_factory=list)
    stronger: list[str] = field(default_factory=list)

    def result(self) -> PlanDiff:
        """Return what was gathered, each thing once."""
        return PlanDiff(
            tuple(dict.fromkeys(self.changes)),
            tuple(dict.fromkeys(self.weaker)),
            tuple(dict.fromkeys(self.stronger)),
        )

    def changed(self, kind: str, id_: str, words: str) -> None:
        """Note a change that goes neither way."""
        self._note(kind, id_, words, Way.NEITHER)

    def weakened(self, kind: str, id_: str, words: str) -> None:
        """Note a change that lets more through, or may."""
        self._note(kind, id_, words, Way.WEAKER)
        self.weaker.append(f"{kind} `{id_}`: {words}")

    def strengthened(self, kind: str, id_: str, words: str) -> None:
        """Note a change that lets less through."""
        self._note(kind, id_, words, Way.STRONGER)
        self.stronger.append(f"{kind} `{id_}`: {words}")

    def _note(self, kind: str, id_: str, words: str, way: Way) -> None:
        self.changes.append(Change(kind, id_, What.CHANGED, words, way))

    def moved(self, kind: str, id_: str, words: str, *, weaker: bool) -> None:
        """Note a change that goes one way or the other."""
        (self.weakened if weaker else self.strengthened)(kind, id_, words)

    def came_and_went(
        self,
        kind: str,
        old: Mapping[str, T],
        new: Mapping[str, T],
        came_is_weaker: Callable[[T], bool | None],
    ) -> Iterator[tuple[str, T, T]]:
        """Note what came and went, and yield what is in both and differs.

        `came_is_weaker` says whether one more of these lets more through; None for neither.
        """
        for id_ in sorted(new.keys() - old.keys()):
            way = self._tell(came_is_weaker(new[id_]), f"{kind} `{id_}` is new")
            self.changes.append(Change(kind, id_, What.CAME, way=way))
        for id_ in sorted(old.keys() - new.keys()):
            weaker = came_is_weaker(old[id_])
            way = self._tell(None if weaker is None else not weaker, f"{kind} `{id_}` is gone")
            self.changes.append(Change(kind, id_, What.WENT, way=way))
        for id_ in sorted(old.keys() & new.keys()):
            if old[id_] != new[id_]:
                yield id_, old[id_], new[id_]

    def _tell(self, weaker: bool | None, words: str) -> Way:  # noqa: FBT001 - three answers
        if weaker is None:
            return Way.NEITHER
        (self.weaker if weaker else self.stronger).append(words)
        return Way.WEAKER if weaker else Way.STRONGER


def last_day(until: Instant) -> str:
    """Return the last day on which something is good that has passed at a moment."""
    return render_instant(Instant(until - 1))[:10]


def listed(items: object) -> str:
    """Return names for a sentence."""
    names = sorted(str(item) for item in items) if isinstance(items, set | frozenset) else [items]
    return ", ".join(f"`{name}`" for name in names)
