"""From what was seen to what is in the inventory, and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watchkeeper.check.inventory.model import Inventory, Item, Kind, State
from watchkeeper.check.inventory.seeing import BundleOf, Place, Sighting, Sightings, look
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Agent
from watchkeeper.records.statement import Entry

AS_DECLARED = "as-declared"
_FIELDS = {Kind.MODEL: "model", Kind.PROMPT: "prompt_digest", Kind.VERSION: "version"}
_ORDER = list(Kind)


def inventory(
    entries: Iterable[Entry], bundle_of: BundleOf, since: Instant | None = None
) -> Inventory:
    """Hold what the records show, from `since` on, against the plan in force; one pass."""
    return compare(look(entries, bundle_of, since), bundle_of, since)


def compare(seen: Sightings, bundle_of: BundleOf, since: Instant | None = None) -> Inventory:
    """Do what `inventory` does, from a pass already made."""
    digests = sorted({place.plan for place in seen.at})
    plans = {digest: bundle_of(digest) for digest in digests}
    now = bundle_of(seen.plan) if seen.plan is not None else None
    items: tuple[Item, ...] = ()
    if now is not None:
        known = {digest: _Declared(plan) for digest, plan in plans.items() if plan is not None}
        made = _Comparison(seen, _Declared(now), known)
        items = tuple(sorted(made.items(), key=_order))
    return Inventory(
        plan=seen.plan,
        readable=seen.plan is None or now is not None,
        items=items,
        agents_made_up=seen.agents_made_up,
        tools_made_up=seen.tools_made_up,
        more=seen.more,
        decisions=seen.decisions,
        since=since,
        unread_plans=tuple(digest for digest, plan in plans.items() if plan is None),
    )


class _Declared:
    """What one plan declares, by kind and name: an empty text where it says nothing of it."""

    def __init__(self, bundle: Bundle) -> None:
        self.systems = {system.id: system for system in bundle.systems}
        self.agents = {agent.id: agent for agent in bundle.agents}
        self.pins = {
            f"{server.id}/{tool.name}": tool.pin
            for server in bundle.servers
            for tool in server.tools
        }
        self.system_of = {
            server: system.id for system in bundle.systems for server in system.servers
        }

    def has(self, kind: Kind, name: str) -> bool:
        """Tell whether there is such a thing."""
        if kind is Kind.SYSTEM:
            return name in self.systems
        return name in (self.pins if kind is Kind.TOOL else self.agents)

    def value(self, kind: Kind, name: str) -> str:
        """Return what is declared of it."""
        if kind is Kind.TOOL:
            return self.pins.get(name, "")
        agent = self.agents.get(name)
        return _of_agent(agent, kind) if agent is not None else ""


class _Comparison:
    def __init__(self, seen: Sightings, now: _Declared, plans: dict[str, _Declared]) -> None:
        self._now, self._plans = now, plans
        self._seen: dict[tuple[Kind, str, str, State], Sighting] = {}
        for place, sighting in seen.at.items():
            self._join(place, sighting)

    def items(self) -> Iterator[Item]:
        """Yield what was seen, and what was declared and not seen."""
        names = {(kind, name) for kind, name, _, _ in self._seen}
        for (kind, name, system, state), seen in self._seen.items():
            yield Item(
                kind=kind,
                name=name,
                system=system,
                state=state,
                count=seen.count,
                first=seen.first,
                last=seen.last,
                last_ref=seen.last_ref,
                declared=self._now.value(kind, name),
                values=tuple(seen.values) if state is not State.DECLARED else (),
            )
        for kind, name, system in self._declared():
            if (kind, name) not in names:
                value = self._now.value(kind, name)
                yield Item(kind, name, system, State.NOT_SEEN, declared=value)

    def _join(self, place: Place, sighting: Sighting) -> None:
        if place.kind is Kind.TOOL:
            sighting.values[:] = [place.said]
        key = (place.kind, place.name, place.system, self._state(place))
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = sighting
        else:
            known.join(sighting)

    def _state(self, place: Place) -> State:
        kind, name = place.kind, place.name
        if not self._now.has(kind, name):
            had = any(plan.has(kind, name) for plan in self._plans.values())
            return State.RETIRED if had else State.NOT_DECLARED
        if kind is Kind.SYSTEM:
            out = place.said == "out" and not self._now.systems[name].in_scope
            return State.OUT_OF_SCOPE if out else State.DECLARED
        if kind is Kind.TOOL:
            return self._tool_state(place)
        return State.DECLARED if kind is Kind.AGENT else self._claim_state(place)

    def _claim_state(self, place: Place) -> State:
        """What a client claims was compared with the plan of then: of another it says nothing."""
        then, declared = self._plans.get(place.plan), self._now.value(place.kind, place.name)
        if then is not None and then.value(place.kind, place.name) != declared:
            return State.RETIRED
        if place.said == AS_DECLARED:
            return State.DECLARED
        return State.DIFFERS if declared else State.NOT_DECLARED

    def _tool_state(self, place: Place) -> State:
        if place.said == self._now.pins[place.name]:
            return State.DECLARED
        had = any(plan.pins.get(place.name) == place.said for plan in self._plans.values())
        return State.RETIRED if had else State.DIFFERS

    def _declared(self) -> Iterator[tuple[Kind, str, str]]:
        for system in self._now.systems.values():
            if system.in_scope:
                yield Kind.SYSTEM, system.id, system.id
        for agent in self._now.agents.values():
            yield Kind.AGENT, agent.id, agent.system
            for kind in _FIELDS:
                if _of_agent(agent, kind):
                    yield kind, agent.id, agent.system
        for action in self._now.pins:
            yield Kind.TOOL, action, self._now.system_of.get(action.partition("/")[0], "")


def _of_agent(agent: Agent, kind: Kind) -> str:
    name = _FIELDS.get(kind)
    return "" if name is None else str(getattr(agent, name))


def _order(item: Item) -> tuple[object, ...]:
    return (not item.finding, item.system, _ORDER.index(item.kind), item.name, item.state)
