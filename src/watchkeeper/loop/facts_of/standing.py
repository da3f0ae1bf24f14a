"""The standing approvals that may count for an action: in force, used up by nobody, and apart."""

from __future__ import annotations

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import StandingFact
from watchkeeper.do.decision.request import Request
from watchkeeper.do.decision.standing import Numbers
from watchkeeper.do.encode.encoder import Encoded
from watchkeeper.do.state.parts import Ahead, Standings
from watchkeeper.do.state.projection import State
from watchkeeper.ledger.canonical import canonical, keyed_digest
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import Admitted
from watchkeeper.records.instant import Instant

_ABOUT = "watchkeeper resource"


def standing_facts(home: Home, admitted: Admitted, at: Instant) -> tuple[StandingFact, ...]:
    """Return the standing approvals for an action, the oldest first: one of each reviewer and role.

    Nobody's own action is among them: of the agent, of whom it acts for, or of whoever is kept out
    of what waits; neither by the reviewer nor by who vouched for the passkey that signed it.
    """
    request, pending = admitted.request, admitted.pending
    call, state = request.call, home.state
    held = state.part(Standings).holding(call.agent, request.action, at)
    encoded = _encoded(home.enforcer, admitted) if held else None
    if encoded is None:
        return ()
    out = {call.agent, call.on_behalf_of, *(pending.kept_out if pending else ())}
    about, numbers = about_of(home, request), Numbers(encoded)
    found: dict[tuple[str, str, tuple[str, ...]], StandingFact] = {}
    for ahead in held:
        who = (ahead.by, ahead.role, ahead.reviews)
        if who in found or ahead.about not in {None, about} or not numbers.within(ahead.caps):
            continue
        fact = _fact(state, ahead)
        apart = not {fact.reviewer, fact.vouched or fact.reviewer} & out
        if apart and state.authority.holds(fact.reviewer, fact.role):
            found[who] = fact
    return tuple(found.values())


def _encoded(enforcer: Enforcer, admitted: Admitted) -> Encoded | None:
    call = admitted.request.call
    if admitted.known is not None:
        return admitted.known.encoded
    entry = enforcer.tool(call.server, call.tool)
    if entry is None or admitted.request.problem is not None:
        return None
    found = entry.encoder.encode(call.arguments)
    return found if isinstance(found, Encoded) else None


def about_of(home: Home, request: Request) -> str | None:
    """Return a keyed digest of what a request acts on; None where it names nothing."""
    value = resource_in(home.enforcer, request)
    if value is None:
        return None
    return keyed_digest(home.secret, canonical([_ABOUT, request.action, value]))


def resource_in(enforcer: Enforcer, request: Request) -> str | None:
    """Return what a request acts on, by the argument that the tool file names."""
    entry = enforcer.tool(request.call.server, request.call.tool)
    argument = entry.tool.resource_argument if entry else None
    value = request.call.arguments.get(argument) if argument else None
    return value if isinstance(value, str) else None


def _fact(state: State, ahead: Ahead) -> StandingFact:
    return StandingFact(
        ahead.ref,
        ahead.id,
        ahead.by,
        ahead.role,
        ahead.reviews,
        ahead.caps,
        state.authority.vouched_for(ahead.keyid),
    )
