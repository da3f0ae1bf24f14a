"""The newest records of a home, kept small in memory while it is served.

Noting one costs the decision's step an append of a tuple; whatever is rendered is rendered by the
page that asks for it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from watchkeeper.errors import LedgerError
from watchkeeper.loop.home import Home
from watchkeeper.records.action import DecisionRecord, EffectRecord, VoidRecord
from watchkeeper.records.administration import ResumeRecord, StopRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

RING = 4_096
SEED = 1_024
"""How many records are read back when the console starts."""


class Told(NamedTuple):
    """What a record says, in a few words; `outcome` is the outcome, the answer or the status."""

    ref: Ref
    at: Instant
    kind: Kind
    action_id: str = ""
    agent: str = ""
    system: str = ""
    tool: str = ""
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    by: str = ""


class Feed:
    """A ring of what was recorded last, the oldest first; what is not durable yet is kept back."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._ring: deque[Told] = deque(maxlen=RING)
        self._decided: OrderedDict[str, Told] = OrderedDict()
        home.listeners.append(self._heard)
        self._seed()

    def all(self) -> list[Told]:
        """Return everything that is kept and durable, the oldest first."""
        return self.after(None)

    def after(self, last: Ref | None) -> list[Told]:
        """Return what is kept and durable after a place, the oldest first."""
        end = self._durable()
        found = []
        for told in reversed(self._ring):
            if last is not None and told.ref <= last:
                break
            if told.ref < end:
                found.append(told)
        return found[::-1]

    def reaches(self, last: Ref) -> bool:
        """Tell whether nothing was lost between a place and what is kept."""
        if not self._ring:
            return True
        first = self._ring[0].ref
        following = {Ref(last.shard, last.index + 1), Ref(last.shard + 1, 0)}
        return first <= last or first in following

    def oldest(self) -> Ref | None:
        """Return the place of the oldest record that is kept."""
        return self._ring[0].ref if self._ring else None

    def newest(self) -> Ref | None:
        """Return the place of the newest durable record that is kept."""
        end = self._durable()
        return next((told.ref for told in reversed(self._ring) if told.ref < end), None)

    def _durable(self) -> Ref:
        log = self._home.log
        return Ref(log.shard, log.size_of(log.shard))

    def _seed(self) -> None:
        log = self._home.log
        try:
            size = log.size_of(log.shard)
            for entry in log.entries(max(0, size - SEED)):
                self._heard(entry)
        except LedgerError:
            return  # what can not be read back is not shown; the log's health says why

    def _heard(self, entry: Entry) -> None:
        # After a failed disk the same places are written anew.
        while self._ring and self._ring[-1].ref >= entry.ref:
            self._ring.pop()
        told = _told(entry)
        if told is not None:
            self._ring.append(self._named(told))

    def _named(self, told: Told) -> Told:
        """Say of what comes after a decision whose action and which tool it is about."""
        if told.kind is Kind.DECISION:
            self._decided[told.action_id] = told
            if len(self._decided) > RING:
                self._decided.popitem(last=False)
            return told
        first = self._decided.get(told.action_id)
        if first is None:
            return told
        return told._replace(agent=first.agent, system=first.system, tool=first.tool)


def _told(entry: Entry) -> Told | None:
    said, kind = entry.record.predicate, entry.record.kind
    if isinstance(said, DecisionRecord):
        return _decided(entry.ref, said)
    if isinstance(said, StopRecord | ResumeRecord):
        scope = f"{said.scope.kind.value} {said.scope.name}".strip()
        return Told(entry.ref, said.at, kind, tool=scope, outcome=kind.value, by=said.by)
    words = _OF_AN_ACTION.get(type(said))
    return Told(entry.ref, said.at, kind, said.action_id, **words(said)) if words else None


_OF_AN_ACTION: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    VerdictRecord: lambda said: {"outcome": said.answer, "by": said.reviewer},
    EffectRecord: lambda said: {"outcome": said.status},
    VoidRecord: lambda said: {"reasons": (said.why,)},
    QuestionRecord: lambda said: {"outcome": "asked", "by": said.by},
    AnswerRecord: lambda said: {"outcome": "answered", "agent": said.agent},
}


def _decided(ref: Ref, said: DecisionRecord) -> Told:
    return Told(
        ref=ref,
        at=said.at,
        kind=Kind.DECISION,
        action_id=said.action_id,
        agent=said.agent,
        system=said.system,
        tool=f"{said.server}/{said.tool}",
        outcome=said.decision.outcome,
        reasons=said.decision.reasons,
    )
