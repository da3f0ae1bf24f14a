"""What the agents of a home did lately, in memory, without a value of what they did."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.ledger.canonical import canonical, keyed_digest
from watchkeeper.loop.home import Home
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

LATELY = 20
SIMILAR = 10
READ_BACK = 2_000
"""How many records of the newest shard are read back after a start."""
_MOST_ACTIONS = 20_000


@dataclass(frozen=True, slots=True)
class Done:
    """One earlier decision and what became of it.

    `ended` is the effect's status, empty while there is none; `by` are those who approved it, or
    who refused it.
    """

    ref: Ref
    action_id: str
    at: Instant
    agent: str
    action: str
    outcome: str
    ended: str = ""
    by: tuple[str, ...] = ()
    about: str = ""


class Past:
    """Remembers the newest decisions of a home, by agent and by what they were about.

    What an action was about is kept as a keyed digest of its resource, so that erasing a payload
    leaves no value here. At most 20,000 actions are remembered; the oldest go first. `beside` is
    given each record that is read back at the start.
    """

    def __init__(self, home: Home, beside: Callable[[Entry], None] | None = None) -> None:
        self._home = home
        self._done: OrderedDict[str, Done] = OrderedDict()
        self._by_agent: dict[str, deque[str]] = {}
        self._by_about: OrderedDict[str, deque[str]] = OrderedDict()
        self._newest = Ref(-1, -1)
        start = max(0, home.log.size_of(home.log.shard) - READ_BACK)
        for entry in home.log.entries(start):
            self.take(entry)
            if beside is not None:
                beside(entry)
        home.listeners.append(self.take)

    def take(self, entry: Entry) -> None:
        """Take one more record into account."""
        if entry.ref <= self._newest:
            self._forget_lost(entry.ref)
        self._newest = entry.ref
        said = entry.record.predicate
        if isinstance(said, DecisionRecord):
            self._decided(entry, said)
        elif isinstance(said, EffectRecord):
            self._change(said.action_id, ended=said.status.value)
        elif isinstance(said, VerdictRecord):
            before = self._done.get(said.action_id)
            if before is not None and said.reviewer not in before.by:
                self._change(said.action_id, by=(*before.by, said.reviewer))

    def lately(self, agent: str, apart_from: str = "") -> list[Done]:
        """Return the agent's newest decisions, the newest first."""
        return self._found(self._by_agent.get(agent), apart_from)[:LATELY]

    def similar(self, action_id: str) -> list[Done]:
        """Return the agent's decisions on the same tool and resource as this one."""
        done = self._done.get(action_id)
        held = self._by_about.get(done.about) if done and done.about else None
        return self._found(held, action_id)[:SIMILAR]

    def _found(self, held: deque[str] | None, apart_from: str) -> list[Done]:
        names = (name for name in reversed(held or ()) if name != apart_from)
        return [self._done[name] for name in names if name in self._done]

    def _decided(self, entry: Entry, said: DecisionRecord) -> None:
        before = self._done.pop(said.action_id, None)
        made = Done(
            entry.ref,
            said.action_id,
            said.at,
            said.agent,
            f"{said.server}/{said.tool}",
            said.decision.outcome.value,
            by=before.by if before and said.decision.outcome is Outcome.ALLOW else (),
            about=self._about(entry, said),
        )
        self._done[said.action_id] = made
        while len(self._done) > _MOST_ACTIONS:
            self._done.popitem(last=False)
        if before is None:
            self._note(made)

    def _forget_lost(self, since: Ref) -> None:
        """The log could not be written, and went on from before: what it lost was never decided."""
        for action_id in [done.action_id for done in self._done.values() if done.ref >= since]:
            del self._done[action_id]

    def _note(self, done: Done) -> None:
        mine = self._by_agent.setdefault(done.agent, deque(maxlen=LATELY + 1))
        mine.append(done.action_id)
        if done.about:
            about = self._by_about.setdefault(done.about, deque(maxlen=SIMILAR + 1))
            about.append(done.action_id)
            self._by_about.move_to_end(done.about)
            while len(self._by_about) > _MOST_ACTIONS:
                self._by_about.popitem(last=False)

    def _change(self, action_id: str, **changes: Any) -> None:
        before = self._done.get(action_id)
        if before is not None:
            self._done[action_id] = replace(before, **changes)

    def _about(self, entry: Entry, said: DecisionRecord) -> str:
        """Return a keyed digest of agent, tool and resource; empty where none is named."""
        if said.resource is None or entry.payload is None or not self._home.has_plan:
            return ""
        found = self._home.enforcer.tool(said.server, said.tool)
        argument = found.tool.resource_argument if found else None
        arguments = entry.payload.body.get("request", {}).get("arguments") or {}
        value = arguments.get(argument) if argument else None
        if not isinstance(value, str):
            return ""
        about = [said.agent, said.server, said.tool, value]
        return keyed_digest(self._home.secret, canonical(about))
