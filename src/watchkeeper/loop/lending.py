"""An agent lends another what it may do, or less, and takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.decision.delegation import Lot, Wanted, narrowed
from watchkeeper.do.state.parts import Delegations
from watchkeeper.do.state.parts.delegations import Delegation
from watchkeeper.errors import CommandInvalid, LedgerError, cut
from watchkeeper.ledger.canonical import hidden_digest, sha256_hex
from watchkeeper.loop.facts_of.lent import lot_of, person_of_delegation, stopped_giver
from watchkeeper.loop.home import Home
from watchkeeper.ports import Ticket
from watchkeeper.records.action import Hidden
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import Cap, DelegationEndedRecord, DelegationRecord
from watchkeeper.records.plan.grants import Delegable, Grant
from watchkeeper.records.statement import Payload, Record
from watchkeeper.records.typing import Node, NodeKind, spelled

MOST_DEEP = 3
"""How often authority may be lent on."""
MOST_LENT = 100
"""How much one agent may have lent at a time."""
_NUMERIC = {NodeKind.LONG, NodeKind.DECIMAL, NodeKind.SCALED}


@dataclass(frozen=True, slots=True)
class Giver:
    """The agent that lends, and the person for whom it acts in that, if for any."""

    agent: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a giver holds of a grant: its own, or by the delegation `by`."""

    grant: Grant
    delegable: Delegable
    lot: Lot
    by: Delegation | None


@dataclass(frozen=True, slots=True)
class Deal:
    """Who lends to whom, of what."""

    giver: Giver
    to: str
    held: Held


def lend(home: Home, deal: Deal, wanted: Wanted) -> tuple[DelegationRecord, Ticket]:
    """Record that an agent lends another what it holds, or less.

    Raises:
        CommandInvalid: it would be more than the giver holds, or to whom it may not be lent.
        LogUnavailable: it could not be recorded.
    """
    _check_taker(home, deal)
    lot = narrowed(deal.held.lot, wanted, home.now())
    _check_tools(home, lot, deal.held.delegable)
    record, payload = _written(home, deal, lot, _person(home, deal))
    digest = sha256_hex(record.id.encode())
    return record, home.append(Record(Kind.DELEGATION, "delegation", digest, record), payload)


def take_back(home: Home, agent: str, id_: str) -> Ticket:
    """Record that an agent takes back what it lent; all that was lent on from it falls too.

    Raises:
        CommandInvalid: it has lent nothing under that id.
        LogUnavailable: it could not be recorded.
    """
    found = home.state.part(Delegations).find(id_, home.now())
    if found is None or found.giver != agent:
        raise CommandInvalid("you have lent nothing under this id")
    record = DelegationEndedRecord(home.now(), found.id, found.ref, agent, "")
    return home.append(
        Record(Kind.DELEGATION_ENDED, "delegation", sha256_hex(found.id.encode()), record)
    )


def held_by(home: Home, agent: str, grant: str, of: str | None) -> Held:
    """Return what an agent holds of a grant; `of` names one of several delegations.

    Raises:
        CommandInvalid: it holds nothing of it that may be lent.
    """
    at = home.now()
    named = next((g for g in home.enforcer.bundle.grants if g.id == grant), None)
    if named is None or named.delegable is None:
        raise CommandInvalid(f"you hold no grant {cut(grant)} that may be lent")
    if named.agent == agent:
        return Held(named, named.delegable, _whole(named, named.delegable, at), None)
    lent = home.state.part(Delegations).of_taker(agent, grant, at)
    chosen = [d for d in lent if of in {None, d.id}]
    if not chosen:
        raise CommandInvalid(f"you hold no grant {cut(grant)} that may be lent")
    if len(chosen) > 1:
        raise CommandInvalid("you were lent that more than once", "name which by `of`")
    lot = lot_of(home, chosen[0])
    if lot is None:
        raise CommandInvalid("what you were lent it for is not kept any more")
    return Held(named, named.delegable, lot, chosen[0])


def _whole(grant: Grant, delegable: Delegable, at: Instant) -> Lot:
    until = at.plus(delegable.until_seconds or 86_400)
    if grant.valid_until is not None:
        until = min(until, parse_instant(grant.valid_until))
    return Lot(grant.actions, delegable.most, None, until, None)


def _check_taker(home: Home, deal: Deal) -> None:
    giver, to, held = deal.giver, deal.to, deal.held
    delegations = home.state.part(Delegations)
    chain = [] if held.by is None else delegations.chain(held.by)
    if to not in held.delegable.to:
        raise CommandInvalid(f"the plan does not let this be lent to {cut(to)}")
    if to in {giver.agent, held.grant.agent, *(d.giver for d in chain)}:
        raise CommandInvalid("it can not be lent to one of those who lent it")
    if len(chain) >= MOST_DEEP:
        raise CommandInvalid(f"it was lent on {MOST_DEEP} times already")
    givers = (giver.agent, *(d.giver for d in chain))
    if any(stopped_giver(home, givers, action) for action in held.lot.actions):
        raise CommandInvalid("a stop is in force for what would be lent")
    if sum(d.giver == giver.agent for d in delegations.open(home.now())) >= MOST_LENT:
        raise CommandInvalid(f"you have lent {MOST_LENT} times", "take back what is not needed")


def _check_tools(home: Home, lot: Lot, delegable: Delegable) -> None:
    """Refuse bounds that no call could be held against, or that tell what the plan keeps hidden."""
    for action in lot.actions:
        server, _, tool = action.partition("/")
        entry = home.enforcer.tool(server, tool)
        if entry is None or (lot.resources is not None and not entry.tool.resource_argument):
            raise CommandInvalid(f"{cut(action)} names no resource", "bound its arguments instead")
        for argument in lot.caps:
            if not _is_number(entry.tool.root, entry.tool.derived, argument):
                raise CommandInvalid(f"{cut(action)} has no number {cut(argument)}")
            if not _may_be_told(entry.tool.clear, argument, delegable):
                raise CommandInvalid(
                    f"{cut(argument)} is not in clear in the log, and a bound of it would be",
                    "`clear` in the tool file, or `most` in the grant's `delegable`, names it",
                )


def _may_be_told(clear: tuple[str, ...], argument: str, delegable: Delegable) -> bool:
    """Tell whether a bound of an argument may stand in the log: the plan has it there in clear."""
    name = argument.removeprefix("args.")
    named = {one.removeprefix("args.") for one in delegable.most}
    return name in named or name.split(".")[0] in {*clear, "derived"}


def _is_number(root: Node, derived: Mapping[str, Any], argument: str) -> bool:
    head, _, name = argument.partition(".")
    if head == "derived":
        return name in derived
    node: Node | None = root
    for part in argument.removeprefix("args.").split("."):
        node = None if node is None else node.attributes.get(spelled(part))
    return node is not None and node.kind in _NUMERIC


def _person(home: Home, deal: Deal) -> str | None:
    """Return the person for whom it is lent: who was lent it for one lends it on for that one."""
    giver, held = deal.giver, deal.held
    if held.by is None or not held.by.personal:
        return giver.person
    person = person_of_delegation(home, held.by)
    if person is None or giver.person not in {None, person}:
        raise CommandInvalid("you were lent that to act for another person")
    return person


def _written(
    home: Home, deal: Deal, lot: Lot, person: str | None
) -> tuple[DelegationRecord, Payload]:
    held = deal.held
    salts: dict[str, str] = {}

    def hide(name: str, value: str) -> Hidden:
        salt = home.ids.random_bytes(16)
        salts[name] = salt.hex()
        return Hidden(name, digest=hidden_digest(salt, value))

    known = _known_digests(home, held.by)
    resources = []
    for n, value in enumerate(lot.resources or ()):
        name = f"resource.{n}"
        if value in known:
            digest, salts[name] = known[value]
            resources.append(Hidden(name, digest=digest))
        else:
            resources.append(hide(name, value))
    record = DelegationRecord(
        at=home.now(),
        id=f"lent_{home.ids.random_bytes(16).hex()}",
        grant=held.grant.id,
        giver=deal.giver.agent,
        taker=deal.to,
        actions=lot.actions,
        until=lot.until,
        caps=tuple(Cap(argument, most) for argument, most in lot.caps.items()),
        resources=tuple(resources),
        count=lot.count,
        parent=None if held.by is None else held.by.ref,
        on_behalf_of=None if person is None else hide("onBehalfOf", person),
    )
    body: dict[str, Any] = {"salts": salts}
    body |= {} if lot.resources is None else {"resources": list(lot.resources)}
    body |= {} if person is None else {"onBehalfOf": person}
    return record, Payload(body)


def _known_digests(home: Home, by: Delegation | None) -> dict[str, tuple[str, str]]:
    """Return digest and salt of each resource that the parent names: a child repeats them."""
    if by is None or not by.bound:
        return {}
    try:
        entry = home.records.entry(by.ref)
    except LedgerError:
        return {}
    said: DelegationRecord = entry.record.predicate
    body = entry.payload.body if entry.payload else {}
    named = zip(said.resources, body.get("resources", ()), strict=False)
    salts = body.get("salts", {})
    return {value: (str(h.digest), salts[h.name]) for h, value in named if h.name in salts}
