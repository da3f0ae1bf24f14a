"""Planting what was committed to, at its time, and revealing it when nobody can answer any more.

What is planted goes the way of every escalation, so that nothing tells it apart. It differs in
what can come of it: nothing. No agent has its handle, no call can join it, and a planted action
that is approved is refused by the home itself.
"""

from __future__ import annotations

from dataclasses import replace

from watchkeeper.do.decision.decide import Decided
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.state.parts import Plant, Planted
from watchkeeper.do.state.pending import Waiting
from watchkeeper.errors import CommandInvalid, LedgerError
from watchkeeper.ledger.canonical import keyed_digest
from watchkeeper.loop.drills.case import Case, Marks, request_of, unsealed
from watchkeeper.loop.drills.disguise import disguised
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.recall import queries_of
from watchkeeper.loop.steps import Admitted
from watchkeeper.ports import Ticket
from watchkeeper.records.action import Reason
from watchkeeper.records.drill import DrillRevealedRecord, Observed
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer
from watchkeeper.records.statement import Payload, Record

LATE = 2
"""Seconds after its time at which a case is not planted any more: its action's id would tell."""


def would_be(kernel: Kernel, case: Case, marks: Marks) -> Decided:
    """Return what would be decided on a case now; nothing is recorded.

    Raises:
        CommandInvalid: it does not say the facts that the tool declares, or is no valid request.
    """
    return kernel.dry(*_admitted(kernel, case, marks))[1]


def plant_due(kernel: Kernel) -> list[Ticket]:
    """Plant what is due, and return the tickets of the records.

    What would not be escalated now is left, to be revealed as not planted.
    """
    home, tickets = kernel.home, []
    now = home.now()
    for plant in home.state.part(Planted).open():
        if plant.decision is None and plant.due <= now < plant.due.plus(LATE):
            found = _case(home, plant)
            if found is not None and not _crowded(home, found[0].call.agent):
                tickets.append(kernel.plant(*_admitted(kernel, *found)))
    return [ticket for ticket in tickets if ticket is not None]


def next_due(home: Home) -> Instant | None:
    """Return when the next case is to be planted."""
    waiting = (p.due for p in home.state.part(Planted).open() if p.decision is None)
    return min(waiting, default=None)


def reveal_due(kernel: Kernel) -> list[Ticket]:
    """Reveal what has ended, or was not planted in its time; return the tickets of the records.

    Raises:
        LogUnavailable: it could not be recorded.
    """
    now, tickets = kernel.home.now(), []
    for plant in kernel.home.state.part(Planted).open():
        if plant.decision is not None:
            tickets.append(reveal_ended(kernel, plant))
        elif now >= plant.due.plus(LATE):
            tickets.append(reveal(kernel, plant, Observed.NOT_PLANTED))
    return [ticket for ticket in tickets if ticket is not None]


def reveal_ended(kernel: Kernel, plant: Plant) -> Ticket | None:
    """Reveal one that was planted; None while people can still answer it."""
    state = kernel.home.state
    pending = state.pending.by_action(plant.action_id)
    if plant.ended is None and pending is not None and pending.state is Waiting.APPROVED:
        kernel.void(pending, Reason.PLANTED)
        plant = state.part(Planted).of(plant.action_id) or plant
    return None if plant.ended is None else reveal(kernel, plant, plant.ended)


def reveal(kernel: Kernel, plant: Plant, observed: Observed) -> Ticket | None:
    """Put on record what a commitment was; None where what opens it is not kept any more."""
    home = kernel.home
    body = _beside(home, plant)
    if body is None:
        return None
    said = DrillRevealedRecord(
        at=home.now(),
        id=plant.id,
        drill=plant.drill,
        commitment=plant.commitment,
        salt=body["salt"],
        request=body["request"],
        expected=Answer(body["expected"]),
        wrong=body["wrong"],
        observed=observed,
        action_id=None if plant.decision is None else plant.action_id,
        decision=plant.decision,
    )
    payload = None
    if "text" in body:
        payload = Payload({"wrong": body["text"], "salts": {"wrong": body["textSalt"]}})
    return home.append(Record(Kind.DRILL_REVEALED, "action", body["request"], said), payload)


def _admitted(kernel: Kernel, case: Case, marks: Marks) -> tuple[Admitted, tuple[FactRead, ...]]:
    """Return a case as a call that was let in, and its facts as if they had been read."""
    home, began = kernel.home, kernel.home.clock.monotonic()
    entry = home.enforcer.tool(case.call.server, case.call.tool)
    names = {query.source.name for query in queries_of(entry, case.call.arguments)} if entry else ()
    if set(names) != set(case.facts):
        said = ", ".join(sorted(names)) or "none"
        raise CommandInvalid(f"a case gives the facts that its tool declares: {said}")
    call = disguised(home, case.call)
    request = request_of(call, marks.action_id, marks.nonce, home.secret)
    # No real call is the same call: none can join it, and no key of it holds one up.
    apart = keyed_digest(home.secret, home.ids.random_bytes(32))
    at = home.now()
    reads = tuple(FactRead(name, at, dict(case.facts[name])) for name in sorted(names))
    return Admitted(replace(request, same=apart), (), (), began), reads


def _crowded(home: Home, agent: str) -> bool:
    """Tell whether the agent has as many waiting as it may: one more would be seen to be odd."""
    limit = home.enforcer.bundle.limits.pending_per_agent
    return home.state.pending.count_of(agent) >= limit


def _case(home: Home, plant: Plant) -> tuple[Case, Marks] | None:
    """Return the case of a commitment; None where it was erased or does not fit."""
    body = _beside(home, plant)
    try:
        return None if body is None or "case" not in body else unsealed(body)
    except CommandInvalid:
        return None


def _beside(home: Home, plant: Plant) -> dict[str, str] | None:
    try:
        cases = home.log.entry(plant.drill).beside.get("cases", ())
    except LedgerError:
        return None
    return next((case for case in cases if case["commitment"] == plant.commitment), None)
