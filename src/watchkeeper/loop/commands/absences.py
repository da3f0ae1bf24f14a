"""Who is away, and who stands in for them meanwhile (decision 0114)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from watchkeeper.do.state.parts import Absences, Away
from watchkeeper.errors import CommandInvalid, NotAuthorised, RecordInvalid, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, why_of
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.standing import LONGEST_ABSENCE, AbsenceEndedRecord, AbsenceRecord
from watchkeeper.records.statement import Record

_ID = re.compile(r"[a-z0-9_-]{4,64}")


def _away(desk: Desk, asked: Asked) -> Any:
    said = _asked_for(asked, desk)
    _check_people(desk, said)
    _check_dates(desk, said)
    desk.append(Record(Kind.ABSENCE, "absence", sha256_hex(said.id.encode()), said))
    return {"id": said.id, "deputy": said.deputy, "until": render_instant(said.until)}


def _asked_for(asked: Asked, desk: Desk) -> AbsenceRecord:
    names = ("id", "person", "role", "deputy", "since", "until")
    named = {name: asked.command.body.get(name) for name in names}
    at, by = render_instant(desk.home.now()), asked.command.person
    signature = to_json(asked.signature)
    try:
        said = from_json(AbsenceRecord, {**named, "at": at, "by": by, "signature": signature})
    except RecordInvalid as error:
        raise CommandInvalid(f"not an absence: {error.message}") from None
    if not _ID.fullmatch(said.id) or desk.home.state.part(Absences).find(said.id) is not None:
        raise CommandInvalid("the id is none, or was used before")
    return replace(said, at=desk.home.now())


def _check_people(desk: Desk, said: AbsenceRecord) -> None:
    authority = desk.home.state.authority
    if not authority.holds(said.person, said.role):
        raise NotAuthorised(f"{cut(said.person)} does not hold the role {cut(said.role)}")
    if said.by != said.person and not authority.holds(said.by, OPERATE):
        raise NotAuthorised(f"only {cut(said.person)} or a holder of `{OPERATE}` may say so")
    if said.deputy == said.by:
        raise NotAuthorised("nobody makes themselves a deputy", "let somebody else say so")
    if said.deputy not in authority.deputies.get(said.role, ()):
        raise NotAuthorised(
            f"the plan names {cut(said.deputy)} as no deputy of the role {cut(said.role)}",
            "name one of `deputies:`, or release a plan that does",
        )
    if authority.holds(said.deputy, said.role):
        raise NotAuthorised(f"{cut(said.deputy)} holds the role already")


def _check_dates(desk: Desk, said: AbsenceRecord) -> None:
    now = desk.home.now()
    if not max(said.since, now) < said.until <= said.since.plus(LONGEST_ABSENCE):
        days = LONGEST_ABSENCE // 86_400
        raise CommandInvalid(f"an absence ends in the future, at most {days} days after it began")
    for other in desk.home.state.part(Absences).known(now):
        if (other.person, other.role) == (said.person, said.role) and _meet(said, other):
            raise CommandInvalid(f"{cut(said.person)} is away then already, by {cut(other.id)}")


def _meet(said: AbsenceRecord, other: Away) -> bool:
    return said.since < other.until and other.since < said.until


def _end(desk: Desk, asked: Asked) -> Any:
    away = desk.home.state.part(Absences).find(asked.text("id"))
    at, person = desk.home.now(), asked.command.person
    if away is None or away.until <= at:
        raise CommandInvalid("there is no such absence", "see `do away`")
    if person not in {away.person, away.by} and not desk.home.state.authority.holds(
        person, OPERATE
    ):
        raise NotAuthorised(f"only {cut(away.person)} or a holder of `{OPERATE}` may end it")
    why, payload = why_of(asked)
    record = AbsenceEndedRecord(at, away.id, person, why, asked.signature)
    desk.append(
        Record(Kind.ABSENCE_ENDED, "absence", sha256_hex(away.id.encode()), record), payload
    )
    return {"id": away.id, "ended": True}


def _absences(desk: Desk, _: Asked) -> Any:
    now = desk.home.now()
    return [absence_json(away, now) for away in desk.home.state.part(Absences).known(now)]


def absence_json(away: Away, at: Instant) -> dict[str, Any]:
    """Return an absence as people are told of it."""
    return {
        "id": away.id,
        "person": away.person,
        "role": away.role,
        "deputy": away.deputy,
        "since": render_instant(away.since),
        "until": render_instant(away.until),
        "by": away.by,
        "now": away.at(at),
        "absence": to_json(away.ref),
    }


VERBS = {
    "away": Verb(_away, needs_room=True),
    "end-absence": Verb(_end),
    "absences": Verb(_absences, of_doubtful=True),
}
