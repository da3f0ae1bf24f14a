"""What a piece of a home's state is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self

from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry


class Part(Protocol):
    """One piece of the state, of its own records alone."""

    name: ClassVar[str]
    """What it is called in a state that was kept."""
    kinds: ClassVar[frozenset[Kind]]
    """The records that it is given, in their order."""

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        ...

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it in one form, without what can no longer count at `at`; empty if nothing is."""
        ...

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        ...
