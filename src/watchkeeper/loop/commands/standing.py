"""Approving ahead: one's own approval, turned into so many more like it (decision 0113)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from watchkeeper.do.encode.encoder import Encoded, number_at
from watchkeeper.do.state.parts import Ahead, Planted, Standings
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.errors import CommandInvalid, LedgerError, NotAuthorised, RecordInvalid, cut
from watchkeeper.ledger.beside import KEYED
from watchkeeper.ledger.canonical import hidden_digest, sha256_hex
from watchkeeper.loop.ahead import RuleAhead, offers_of, rule_ahead
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, why_of
from watchkeeper.loop.commands.reviews import check_plan
from watchkeeper.loop.facts_of.standing import about_of
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.standing import ArgumentCap, StandingEndedRecord, StandingRecord
from watchkeeper.records.statement import Payload, Record

_ID = re.compile(r"[a-z0-9_-]{4,64}")


def _standing(desk: Desk, asked: Asked) -> Any:
    said = _asked_for(asked, desk)
    pending = _approved(desk, asked, said)
    _check_like(pending, said, asked)
    _check_rule(desk, said, pending)
    about, digest = _resource(desk, pending) if said.resource is not None else (None, None)
    if said.resource != digest:
        raise CommandInvalid("the standing approval is for another resource than was approved")
    payload = None
    if about is not None:
        salt, keyed = desk.home.ids.random_bytes(16), {"resource": about}
        said = replace(said, keyed=hidden_digest(salt, keyed))
        payload = Payload({KEYED: keyed, "salts": {KEYED: salt.hex()}})
    desk.append(Record(Kind.STANDING, "standing", sha256_hex(said.id.encode()), said), payload)
    return {"id": said.id, "count": said.count, "until": render_instant(said.until)}


def _asked_for(asked: Asked, desk: Desk) -> StandingRecord:
    body = asked.command.body
    named = {name: body.get(name) for name in ("id", "role", "reviews", "agent", "action", "plan")}
    try:
        said = from_json(
            StandingRecord,
            {
                **named,
                "at": render_instant(desk.home.now()),
                "by": asked.command.person,
                "system": "",
                "count": body.get("count"),
                "until": body.get("until"),
                "approval": body.get("from"),
                "signature": to_json(asked.signature),
                "caps": body.get("caps", []),
                **({"resource": body["resource"]} if body.get("resource") else {}),
            },
        )
    except RecordInvalid as error:
        raise CommandInvalid(f"not a standing approval: {error.message}") from None
    if not _ID.fullmatch(said.id) or desk.home.state.part(Standings).find(said.id) is not None:
        raise CommandInvalid("the id is none, or was used before")
    system = desk.home.enforcer.system_of(said.agent)
    return replace(said, system=system.id if system else "")


def _approved(desk: Desk, asked: Asked, said: StandingRecord) -> Pending:
    """Return the action that this very person approved, in this role and under this plan."""
    state, person = desk.home.state, asked.command.person
    if not state.authority.holds(person, said.role):
        raise NotAuthorised(f"{cut(person)} does not hold the role {cut(said.role)}")
    pending = state.pending.approved_by(said.approval)
    given = next((v for v in pending.verdicts if v.ref == said.approval), None) if pending else None
    if pending is None or given is None or given.reviewer != person or given.stands_in_for:
        raise NotAuthorised("no approval of yours stands there", "approve an action like it first")
    if given.role != said.role:
        raise NotAuthorised(f"the approval was given as {cut(given.role)}")
    if pending.state not in {Waiting.PENDING, Waiting.APPROVED, Waiting.RELEASED}:
        raise CommandInvalid(f"the approval does not hold: the action is {pending.state.value}")
    if state.part(Planted).of(pending.action_id) is not None:
        # It tells who asks; but what nobody asked for must not let anything real through.
        raise CommandInvalid("this action can not be approved ahead")
    check_plan(desk, pending)
    vouched = state.authority.vouched_for(asked.signature.keyid)
    if vouched is not None and vouched in pending.kept_out:
        raise NotAuthorised(f"{cut(vouched)} vouched for this passkey, and is kept apart from this")
    if state.part(Standings).made_of(said.approval):
        raise CommandInvalid("the approval was made a standing one before", "approve another first")
    return pending


def _check_like(pending: Pending, said: StandingRecord, asked: Asked) -> None:
    """A standing approval is for what was approved: the same agent, tool, reviews and plan."""
    found = (pending.agent, pending.action, pending.reviews, pending.plan)
    if (said.agent, said.action, said.reviews, said.plan) != found:
        raise CommandInvalid("it is for another agent, tool, review or plan than was approved")
    if asked.command.body.get("resource") is not None and said.resource is None:
        raise CommandInvalid("the resource is none")


def _check_rule(desk: Desk, said: StandingRecord, pending: Pending) -> None:
    """The plan says how far anybody may approve ahead on these reviews."""
    rule = rule_ahead(desk.home.enforcer, said.reviews)
    if isinstance(rule, str):
        raise NotAuthorised(f"the plan lets nobody approve ahead: {rule}")
    now = desk.home.now()
    if not now < said.until <= now.plus(rule.within_seconds):
        raise CommandInvalid(f"the plan lets it last {rule.within_seconds} s at most")
    spent = desk.home.state.part(Standings).spent(said.by, said, rule.since(now), now)
    if said.count < 1 or said.count + spent > rule.count:
        before = f", of which {spent} are given" if spent else ""
        raise CommandInvalid(f"the plan lets {rule.count} be approved ahead{before}")
    _check_caps(desk, said, rule, pending)


def _check_caps(desk: Desk, said: StandingRecord, rule: RuleAhead, pending: Pending) -> None:
    caps = {cap.argument: _decimal(cap) for cap in said.caps}
    if len(caps) != len(said.caps):
        raise CommandInvalid("an argument is capped twice")
    for argument, most in rule.most.items():
        if argument not in caps or caps[argument] > Decimal(most):
            raise CommandInvalid(f"the plan asks for a cap of at most {most} on {cut(argument)}")
    encoded = _encoded(desk, pending)
    for argument in caps:
        if encoded is None or number_at(encoded, argument.removeprefix("args.")) is None:
            raise CommandInvalid(f"{cut(argument)} is no number of what was approved")


def _encoded(desk: Desk, pending: Pending) -> Encoded | None:
    request = desk.home.request_of(pending)
    entry = request and desk.home.enforcer.tool(request.call.server, request.call.tool)
    found = entry.encoder.encode(request.call.arguments) if request and entry else None
    return found if isinstance(found, Encoded) else None


def _decimal(cap: ArgumentCap) -> Decimal:
    found = None
    with suppress(InvalidOperation):
        found = (
            Decimal(cap.most) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,4})?", cap.most) else None
        )
    if found is None:
        raise CommandInvalid(f"{cut(cap.most)} is no decimal", "write it as in `300.00`")
    return found


def _resource(desk: Desk, pending: Pending) -> tuple[str | None, str | None]:
    """Return a keyed digest of what the approved action acts on, and the one in its record."""
    try:
        decision = desk.home.log.entry(pending.decision).record.predicate
    except LedgerError:
        raise CommandInvalid("the approved action can not be read back", "try again") from None
    request = desk.home.request_of(pending)
    about = None if request is None else about_of(desk.home, request)
    return about, decision.resource.digest if about and decision.resource else None


def _end(desk: Desk, asked: Asked) -> Any:
    ahead = desk.home.state.part(Standings).find(asked.text("id"))
    at, person = desk.home.now(), asked.command.person
    if ahead is None or ahead.ended is not None or ahead.until <= at:
        raise CommandInvalid("no such standing approval is in force", "see `do standing`")
    if person != ahead.by and not desk.home.state.authority.holds(person, OPERATE):
        raise NotAuthorised(f"only {cut(ahead.by)} or a holder of `{OPERATE}` may end it")
    why, payload = why_of(asked)
    record = StandingEndedRecord(at, ahead.id, person, why, asked.signature)
    digest = sha256_hex(ahead.id.encode())
    desk.append(Record(Kind.STANDING_ENDED, "standing", digest, record), payload)
    return {"id": ahead.id, "ended": True}


def _approved_here(desk: Desk, asked: Asked) -> Any:
    """Return what one approved and may approve more of ahead."""
    return [to_json(offer) for offer in offers_of(desk.home, asked.command.person)]


def _standings(desk: Desk, _: Asked) -> Any:
    held = desk.home.state.part(Standings).all_holding(desk.home.now())
    return [standing_json(ahead) for ahead in held]


def standing_json(ahead: Ahead) -> Mapping[str, Any]:
    """Return a standing approval as people are told of it."""
    return {
        "id": ahead.id,
        "by": ahead.by,
        "role": ahead.role,
        "agent": ahead.agent,
        "action": ahead.action,
        "reviews": list(ahead.reviews),
        "caps": {cap.argument: cap.most for cap in ahead.caps},
        "sameResource": ahead.about is not None,
        "count": ahead.count,
        "used": ahead.used,
        "since": render_instant(ahead.at),
        "until": render_instant(ahead.until),
        "approval": to_json(ahead.approval),
    }


VERBS = {
    "standing": Verb(_standing, needs_room=True),
    "end-standing": Verb(_end),
    "standings": Verb(_standings, of_doubtful=True),
    "may-stand": Verb(_approved_here, of_doubtful=True),
}
