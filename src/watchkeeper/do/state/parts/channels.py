"""Channels that fell silent: nothing that is sent by them arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import ChannelRecord, Hearing
from watchkeeper.records.statement import Entry


class Channels:
    """The channels that are silent, each with the record that says so.

    A plan that does not name a channel any more changes nothing here: whoever reads this asks for
    the channels of the plan in force.
    """

    name: ClassVar[str] = "channels"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.CHANNEL})

    def __init__(self) -> None:
        self.silent: dict[str, ChannelRecord] = {}

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said: ChannelRecord = entry.record.predicate
        if said.state is Hearing.SILENT:
            self.silent[said.channel] = said
        else:
            self.silent.pop(said.channel, None)

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON; it grows old by records alone, whatever `at` is."""
        del at
        return {name: to_json(said) for name, said in sorted(self.silent.items())}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        made.silent = {name: from_json(ChannelRecord, one) for name, one in body.items()}
        return made
