"""What a rule about lent authority is, and what it may look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.people import Authority, Commands


@dataclass(slots=True)
class Scene:
    """What stands when a record is taken up: who may sign, the plan in force, and what is at hand.

    `elsewhere` tells whether a record stands in a shard that was not given; with `gaps` some of the
    records in between are not there, so that what was used can not be counted. `unchecked` counts
    what could not be looked at, by why.
    """

    authority: Authority
    commands: Commands
    plan_of: PlanOf
    elsewhere: Callable[[Ref], bool]
    plan: str | None = None
    gaps: bool = False
    unchecked: Counter[str] = field(default_factory=Counter)


class Rule(Protocol):
    """One kind of lent authority, followed through the log and from shard to shard."""

    kinds: ClassVar[frozenset[Kind]]
    """The records that it is given besides decisions: a release once it is in force."""

    def record(self, ref: Ref, record: Record, scene: Scene) -> Iterable[str]:
        """Take up a record; return what does not hold."""
        ...

    def decision(self, ref: Ref, decided: Decided, at: int, scene: Scene) -> Iterable[str]:
        """Take up a decision made at `at`, in microseconds; return what does not hold."""
        ...

    def said(self) -> str:
        """Say in a few words what was looked at, empty if nothing was."""
        ...
