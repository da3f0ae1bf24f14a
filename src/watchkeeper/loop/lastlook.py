"""The last look before an action is done: whatever allowed it has to hold still."""

from __future__ import annotations

from watchkeeper.do.state.actions import OpenAction
from watchkeeper.do.state.parts import Delegations
from watchkeeper.loop.facts_of.lent import stopped_giver
from watchkeeper.loop.facts_of.persons import in_force
from watchkeeper.loop.facts_of.tasks import named_mandate
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Reason


def overtaken(home: Home, allowed: Allowed) -> Reason | None:
    """Return why an allowed action may not be done now; None if it may.

    It was settled meanwhile, a stop came, another plan came into force, the token that it was asked
    with was taken back, what was lent for it or the task that it is done in has ended.
    """
    if home.failure() is not None:
        return Reason.LOG_UNAVAILABLE
    if opened(home, allowed) is None:
        return Reason.VOIDED
    if home.clock_unsure():
        return Reason.CLOCK_UNSURE
    if _stopped(home, allowed):
        return Reason.STOPPED
    call = allowed.request.call
    if not in_force(home, call.agent, call.token):
        return Reason.UNKNOWN_AGENT
    return None if _holds(home, allowed) else Reason.VOIDED


def opened(home: Home, allowed: Allowed) -> OpenAction | None:
    """Return the action as it is open under this very decision; None once it was settled."""
    found = home.state.open.get(allowed.request.action_id)
    return found if found is not None and found.decision == allowed.ticket.ref else None


def _stopped(home: Home, allowed: Allowed) -> bool:
    agent, action = allowed.request.call.agent, allowed.request.action
    givers = tuple(giver for fact in allowed.decided.lent for giver in fact.givers)
    return stopped_giver(home, (agent, *givers), action)


def _holds(home: Home, allowed: Allowed) -> bool:
    """Tell whether plan, task and delegations are those that it was allowed by."""
    at, call = home.now(), allowed.request.call
    lent = home.state.part(Delegations)
    refs = (ref for fact in allowed.decided.lent for ref in fact.refs)
    in_task = call.mandate is None or named_mandate(home, call, at) is not None
    return allowed.plan == home.state.plan and in_task and all(lent.holds(r, at) for r in refs)
