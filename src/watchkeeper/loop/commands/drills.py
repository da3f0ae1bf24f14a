"""Escalations that are planted: committing to them, and revealing them."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.state.parts import Plant, Planted
from watchkeeper.do.state.parts.planted import DAY
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.beside import CASES, plants_of
from watchkeeper.ledger.canonical import canonical, hidden_digest, sha256_hex
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb
from watchkeeper.loop.drills.case import Case, Marks, unsealed
from watchkeeper.loop.drills.planting import reveal, reveal_ended, would_be
from watchkeeper.ports import Ticket
from watchkeeper.records.action import Outcome
from watchkeeper.records.drill import DrillRecord, Observed
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.statement import Payload, Record

MOST_CASES = 50
LATEST = DAY
OPEN_FOR = 6 * DAY
"""Seconds within which a case must end, so that none is open when step 25 begins to ask for it."""


def _plant(desk: Desk, asked: Asked) -> Any:
    """Commit to cases; the gateway plants each at its time."""
    named, cases = asked.command.body.get("commitments"), asked.beside.get("cases")
    if not isinstance(named, list) or not isinstance(cases, list) or len(named) != len(cases):
        raise CommandInvalid("as many cases are given as are committed to")
    if not 1 <= len(named) <= MOST_CASES or len(set(named)) != len(named):
        raise CommandInvalid(f"1 to {MOST_CASES} different cases are planted at once")
    _check_room(desk, len(named))
    found = [unsealed(case) for case in cases]
    if [case["commitment"] for case in cases] != named:
        raise CommandInvalid("a case is not the one that was committed to")
    for case, marks in found:
        _check_case(desk, case, marks)
    salt, body = desk.home.ids.random_bytes(16), {CASES: cases}
    said = DrillRecord(
        at=desk.home.now(),
        id=asked.text("id"),
        commitments=tuple(named),
        by=asked.command.person,
        signature=asked.signature,
        cases=hidden_digest(salt, plants_of(body)),
    )
    digest = sha256_hex(canonical(named))
    payload = Payload({**body, "salts": {CASES: salt.hex()}})
    desk.append(Record(Kind.DRILL, "drill", digest, said), payload)
    return {"id": said.id, "planted": len(named)}


def _check_room(desk: Desk, count: int) -> None:
    rules = desk.home.enforcer.bundle.oversight or Oversight()
    made = desk.home.state.part(Planted).made_since(desk.home.now().plus(-DAY))
    if made + count > rules.planted_per_day:
        raise CommandInvalid(
            f"the plan lets {rules.planted_per_day} be planted a day; {made} were",
            "`oversight: {planted_per_day: N}` in aims.yaml says how many may be",
        )


def _check_case(desk: Desk, case: Case, marks: Marks) -> None:
    """A case is due soon, would be escalated, and ends in time.

    Raises:
        CommandInvalid: it is not so.
    """
    now = desk.home.now()
    if not now <= marks.due <= now.plus(LATEST):
        raise CommandInvalid("a case is planted within a day")
    state = desk.home.state
    if state.part(Planted).of(marks.action_id) or state.pending.by_action(marks.action_id):
        raise CommandInvalid("there is an action of that id")
    decided = would_be(desk.kernel, case, marks)
    if decided.part.outcome is not Outcome.ESCALATE or decided.need is None:
        what = f"{decided.part.outcome.value}: {decided.why}"
        raise CommandInvalid(f"{cut(case.call.tool)} would not be escalated: {what}")
    if marks.due.plus(decided.need.expires_seconds) > now.plus(OPEN_FOR):
        raise CommandInvalid("it would wait longer than six days: then it is to be revealed")


def _reveal(desk: Desk, asked: Asked) -> Any:
    """Reveal what can be of a drill; what was not planted yet will not be."""
    mine = [one for one in desk.home.state.part(Planted).open() if one.id == asked.text("id")]
    if not mine:
        raise CommandInvalid("nothing of that drill is left to be revealed", "see `do drill list`")
    told = [ticket for ticket in (_revealed(desk, plant) for plant in mine) if ticket]
    if not told:
        raise CommandInvalid("people can still answer: it is revealed when they can not any more")
    desk.ticket = told[-1]
    return {"id": asked.text("id"), "revealed": len(told), "waiting": len(mine) - len(told)}


def _revealed(desk: Desk, plant: Plant) -> Ticket | None:
    if plant.decision is None:
        return reveal(desk.kernel, plant, Observed.NOT_PLANTED)
    return reveal_ended(desk.kernel, plant)


def _drills(desk: Desk, _: Asked) -> Any:
    return [
        {
            "id": one.id,
            "due": render_instant(one.due),
            "state": "to-come" if one.decision is None else "planted",
            "decision": None if one.decision is None else str(one.decision),
        }
        for one in desk.home.state.part(Planted).open()
    ]


VERBS = {
    "plant": Verb(_plant, OPERATE, needs_room=True),
    "reveal": Verb(_reveal, OPERATE),
    "drills": Verb(_drills, OPERATE, of_doubtful=True),
}
