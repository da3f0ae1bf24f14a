"""What comes back to a home: an action that waited for people, or the same action again."""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.decision.request import Request
from watchkeeper.do.state.parts import Delegations, Mandates, Planted
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.do.state.projection import State
from watchkeeper.errors import LedgerError, LogUnavailable
from watchkeeper.loop.home import Home
from watchkeeper.loop.recall import stored_outcome
from watchkeeper.loop.steps import Admitted, Answer, Escalated, Refused
from watchkeeper.ports import Ticket
from watchkeeper.records.action import Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

_ENDED = {
    Waiting.REFUSED: Reason.REFUSED_BY_REVIEWER,
    Waiting.VOIDED: Reason.VOIDED,
}


def taken_up(
    home: Home, pending: Pending, void: Callable[[Pending, Reason], Ticket]
) -> Request | Answer:
    """Return the request of an approved action, to go on with; else where the action stands.

    `void` records that it can no longer be released, where that is so and not recorded yet.
    """
    why = overtaken(home.state, pending, home.now())
    if pending.waits() and why is not None:
        try:
            ticket = void(pending, why)
        except LogUnavailable:
            why, ticket = Reason.LOG_UNAVAILABLE, None
        return Refused(why, agent_sentence(why), pending.action_id, ticket)
    if pending.state is Waiting.PENDING:
        sentence = agent_sentence(Reason.REVIEW_REQUIRED)
        return Escalated(pending.handle, sentence, pending.action_id, pending.expires)
    if pending.state is Waiting.RELEASED:
        effect = home.state.outcomes.get(pending.action_id)
        return _outcome(home, effect, pending.action_id)
    if pending.state is not Waiting.APPROVED:
        reason = pending.why or _ENDED[pending.state]
        return Refused(reason, agent_sentence(reason), pending.action_id)
    request = home.request_of(pending)
    if request is None:
        sentence = agent_sentence(Reason.VOIDED)
        return Refused(Reason.VOIDED, sentence, pending.action_id)
    return request


def stored(home: Home, admitted: Admitted) -> Answer | None:
    """Return the outcome of the same action, if it has one already."""
    for key in admitted.keys:
        use = home.state.keys.find(key["id"], home.now())
        same = admitted.request.same
        if use is not None and use.effect is not None and use.arguments == same:
            return _outcome(home, use.effect, use.action_id)
    return None


def _outcome(home: Home, effect: Ref | None, action_id: str) -> Answer:
    """Return what came of an action, once that is durable (I2)."""
    if effect is not None:
        try:
            return stored_outcome(home.log, effect)
        except LedgerError:
            pass  # its record is still on its way, or the disk fails
    return Refused(Reason.EFFECT_UNKNOWN, agent_sentence(Reason.EFFECT_UNKNOWN), action_id)


def overtaken(state: State, pending: Pending, at: Instant) -> Reason | None:
    """Return why an action can no longer wait: a stop, another plan, a task that ended, or time."""
    for agent in (pending.agent, *pending.givers):
        if state.stopped(agent, pending.system, pending.action) is not None:
            return Reason.STOPPED
    if pending.plan != state.plan or not _is_lent_still(state, pending, at):
        return Reason.VOIDED
    return Reason.EXPIRED if pending.expires <= at else None


def _is_lent_still(state: State, pending: Pending, at: Instant) -> bool:
    """Tell whether the task of an action is open still, and all holds that was lent for it."""
    lent = state.part(Delegations)
    open_ = pending.mandate is None or state.part(Mandates).is_open(pending.mandate, at)
    return open_ and all(lent.holds(ref, at) for ref in pending.delegations)


def refused_by_approval(state: State, pending: Pending | None, at: Instant) -> Reason | None:
    """Return the reason that an approval gives against the action that needs it, or None."""
    if pending is None:
        return None
    if state.part(Planted).of(pending.action_id) is not None:
        return Reason.PLANTED
    if pending.state is Waiting.RELEASED:
        return Reason.EFFECT_UNKNOWN
    if pending.state is not Waiting.APPROVED:
        return pending.why or _ENDED.get(pending.state, Reason.VOIDED)
    return overtaken(state, pending, at)


def unavailable(request: Request) -> Refused:
    """Return the answer while nothing can be recorded."""
    reason = Reason.LOG_UNAVAILABLE
    return Refused(reason, agent_sentence(reason), request.action_id)


def waiting_of(state: State, agent: str) -> int:
    """Return how many actions of an agent wait for people, without those that were planted."""
    planted = (state.pending.by_action(one.action_id) for one in state.part(Planted).open())
    made_up = sum(1 for one in planted if one and one.agent == agent and one.waits())
    return state.pending.count_of(agent) - made_up
