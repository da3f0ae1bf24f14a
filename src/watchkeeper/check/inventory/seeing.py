"""One pass over the records: what was seen, under which plan, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from watchkeeper.check.inventory.model import NONE, Kind, MadeUp
from watchkeeper.records.action import DecisionRecord, Reason
from watchkeeper.records.administration import GenesisRecord, PlanReleaseRecord, TokenRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind as RecordKind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

BundleOf = Callable[[str], Bundle | None]
CLAIMS = {"model": Kind.MODEL, "prompt": Kind.PROMPT, "version": Kind.VERSION}
MOST_NAMES = 20_000
"""So many things are told apart; what comes beyond is counted, so that names cost no memory."""
MOST_VALUES = 5
_LONGEST = 120


class Place(NamedTuple):
    """What was seen of what: `said` is what a record says of it, under the plan `plan`."""

    kind: Kind
    name: str
    system: str
    said: str
    plan: str


@dataclass(slots=True)
class Sighting:
    """How often, when first and last, and where the last stands."""

    count: int
    first: Instant
    last: Instant
    last_ref: Ref
    values: list[str] = field(default_factory=list)

    def join(self, other: Sighting) -> None:
        """Add what was seen of the same under another plan."""
        self.count += other.count
        self.first = min(self.first, other.first)
        newest = max((self.last, self.last_ref), (other.last, other.last_ref))
        self.last, self.last_ref = newest
        new = [value for value in other.values if value not in self.values]
        self.values = (self.values + new)[:MOST_VALUES]


@dataclass(slots=True)
class Sightings:
    """What a pass gave: `at` each place, the plan in force, names nobody vouches for."""

    at: dict[Place, Sighting] = field(default_factory=dict)
    plan: str | None = None
    agents_made_up: MadeUp = NONE
    tools_made_up: MadeUp = NONE
    more: int = 0
    decisions: int = 0


def look(entries: Iterable[Entry], bundle_of: BundleOf, since: Instant | None) -> Sightings:
    """Read the records once; what was decided before `since` is not looked at."""
    seer = Seer(bundle_of, since)
    for entry in entries:
        seer.take(entry)
    return seer.found


class Seer:
    """Takes up records in their order."""

    def __init__(self, bundle_of: BundleOf, since: Instant | None = None) -> None:
        self._bundle_of, self._since = bundle_of, since
        self._vouched: set[str] = set()
        self._read: set[str] = set()
        self.found = Sightings()

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        said = entry.record.predicate
        match entry.record.kind:
            case RecordKind.DECISION:
                if self._since is None or said.at >= self._since:
                    self._decision(entry, said)
            case RecordKind.TOKEN:
                self._token(said)
            case RecordKind.PLAN_RELEASE | RecordKind.GENESIS:
                self._plan(said)
            case _:
                pass

    def _plan(self, said: PlanReleaseRecord | GenesisRecord) -> None:
        if isinstance(said, PlanReleaseRecord):
            self.found.plan = said.plan
        elif said.carried is not None:
            self.found.plan = said.carried.plan or self.found.plan

    def _token(self, said: TokenRecord) -> None:
        if len(self._vouched) < MOST_NAMES:
            self._vouched.add(said.agent)

    def _decision(self, entry: Entry, said: DecisionRecord) -> None:
        self.found.decisions += 1
        self._learn(said.plan)
        reason = said.decision.reasons[0] if said.decision.reasons else None
        if said.agent not in self._vouched:
            self.found.agents_made_up = _one_more(self.found.agents_made_up, entry, said)
            return
        self._see(entry, Place(Kind.AGENT, said.agent, said.system, "", said.plan))
        if said.system:
            scope = "out" if reason is Reason.OUT_OF_SCOPE else ""
            self._see(entry, Place(Kind.SYSTEM, said.system, said.system, scope, said.plan))
        self._tool(entry, said, reason)
        for name, verdict in said.claimed.items():
            kind = CLAIMS.get(name)
            if kind is not None:
                place = Place(kind, said.agent, said.system, verdict, said.plan)
                self._see(entry, place, _claim(entry, name))

    def _tool(self, entry: Entry, said: DecisionRecord, reason: Reason | None) -> None:
        """Look at the tool: what no server listed is only a name."""
        if said.method != _CALL:
            return
        action = f"{said.server}/{said.tool}"
        if said.pin is not None:
            self._see(entry, Place(Kind.TOOL, action, said.system, said.pin, said.plan))
        elif reason is Reason.UNKNOWN_TOOL:
            self.found.tools_made_up = _one_more(self.found.tools_made_up, entry, said)

    def _learn(self, digest: str) -> None:
        """Know the agents of a plan by name."""
        if digest not in self._read:
            self._read.add(digest)
            bundle = self._bundle_of(digest)
            self._vouched |= {agent.id for agent in bundle.agents} if bundle is not None else set()

    def _see(self, entry: Entry, place: Place, value: str = "") -> None:
        at = entry.record.predicate.at
        found = self.found.at.get(place)
        if found is None:
            if len(self.found.at) >= MOST_NAMES:
                self.found.more += 1
                return
            found = self.found.at[place] = Sighting(0, at, at, entry.ref)
        found.count += 1
        found.last, found.last_ref = at, entry.ref
        if value and value not in found.values and len(found.values) < MOST_VALUES:
            found.values.append(value)


_CALL = "tools/call"


def _one_more(known: MadeUp, entry: Entry, said: DecisionRecord) -> MadeUp:
    return MadeUp(known.count + 1, said.at, entry.ref)


def _claim(entry: Entry, name: str) -> str:
    """Return what the client said of itself, where its payload is still here; cut short."""
    request: Any = entry.beside.get("request")
    said = request.get("claimed") if isinstance(request, dict) else None
    value = said.get(name) if isinstance(said, dict) else None
    return value[:_LONGEST] if isinstance(value, str) else ""
