"""What other agents lent an agent of their grants, held against one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.decision.delegation import Lot, beyond_lot
from watchkeeper.do.decision.facts import LentFact
from watchkeeper.do.decision.known import CALL_METHOD, Known, asked, encode
from watchkeeper.do.decision.request import Request
from watchkeeper.do.state.parts import Delegations
from watchkeeper.do.state.parts.delegations import Delegation
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.beside import is_recorded
from watchkeeper.loop.home import Home
from watchkeeper.records.instant import Instant
from watchkeeper.records.lent import DelegationRecord

_ERASED = "what it was lent for is not kept any more"


def lent_facts(home: Home, request: Request, at: Instant) -> tuple[LentFact, ...]:
    """Return, for each grant of another agent that may be lent, by what the call is covered."""
    call = request.call
    if call.method != CALL_METHOD or request.problem is not None:
        return ()
    grants = home.enforcer.grants(call.agent, request.action)
    found = (_fact(home, request, g.id, at) for g in grants if g.agent != call.agent)
    return tuple(fact for fact in found if fact is not None)


def stopped_giver(home: Home, givers: tuple[str, ...], action: str) -> bool:
    """Tell whether a stop takes hold of one of the agents that lent what an action needs."""
    for giver in givers:
        system = home.enforcer.system_of(giver)
        if home.state.stopped(giver, system.id if system else "", action) is not None:
            return True
    return False


def lot_of(home: Home, delegation: Delegation) -> Lot | None:
    """Return what a delegation lends; None where that is not kept any more, or not durable yet."""
    resources = _resources(home, delegation) if delegation.bound else None
    if delegation.bound and resources is None:
        return None
    caps = {cap.argument: cap.most for cap in delegation.caps}
    return Lot(delegation.actions, caps, resources, delegation.until, delegation.count)


def person_of_delegation(home: Home, delegation: Delegation) -> str | None:
    """Return the person for whom the giver acted.

    None if that is not kept any more, or is not the one of the record.
    """
    said, body = _read(home, delegation)
    digest = None if said is None or said.on_behalf_of is None else said.on_behalf_of.digest
    return body["onBehalfOf"] if is_recorded(digest, body, "onBehalfOf") else None


def _resources(home: Home, delegation: Delegation) -> tuple[str, ...] | None:
    """Return the ids that stand beside a record, each held against its digest there."""
    said, body = _read(home, delegation)
    named = body.get("resources")
    if said is None or not isinstance(named, list) or len(named) != len(said.resources):
        return None
    salts = body.get("salts", {})
    for hidden, value in zip(said.resources, named, strict=True):
        held = {"salts": salts, hidden.name: value}
        if not isinstance(value, str) or not is_recorded(hidden.digest, held, hidden.name):
            return None
    return tuple(named)


def _fact(home: Home, request: Request, grant: str, at: Instant) -> LentFact | None:
    held = home.state.part(Delegations)
    last = None
    for delegation in held.of_taker(request.call.agent, grant, at):
        chain = held.chain(delegation)
        why = _beyond(home, request, chain, at)
        refs, givers = tuple(d.ref for d in chain), tuple(d.giver for d in chain)
        last = LentFact(grant, refs, givers, covers=why is None, why=why or "")
        if last.covers:
            return last
    return last


def _beyond(home: Home, request: Request, chain: list[Delegation], at: Instant) -> str | None:
    """Return why a chain does not cover a call: one link that does not is enough."""
    if chain[-1].parent is not None:
        return "what it rests on has ended"
    if stopped_giver(home, tuple(d.giver for d in chain), request.action):
        return "a stop is in force for the agent that lent it"
    known = encode(asked(home.enforcer, request, None))
    if not isinstance(known, Known):
        return "the call is not valid"
    problems = (_link(home, request, known, delegation, at) for delegation in chain)
    return next((why for why in problems if why is not None), None)


def _link(
    home: Home, request: Request, known: Known, delegation: Delegation, at: Instant
) -> str | None:
    if at >= delegation.until or home.state.part(Delegations).left(delegation) == 0:
        return "it has ended, or was used up"
    lot = lot_of(home, delegation)
    if lot is None:
        return _ERASED
    beyond = beyond_lot(lot, known.entry, known.encoded)
    return beyond or _for_another(home, request, delegation)


def _for_another(home: Home, request: Request, delegation: Delegation) -> str | None:
    """Whoever acts for a person lends for that person alone: else they could approve it."""
    if not delegation.personal:
        return None
    person = person_of_delegation(home, delegation)
    if person is None:
        return _ERASED
    return None if request.call.on_behalf_of == person else "it was lent to act for another person"


def _read(home: Home, delegation: Delegation) -> tuple[DelegationRecord | None, Mapping[str, Any]]:
    """Return the record of a delegation and what stands beside it."""
    try:
        entry = home.records.entry(delegation.ref)
    except LedgerError:
        return None, {}
    return entry.record.predicate, {} if entry.payload is None else entry.payload.body
