"""What keeps a home going: its plan, clock, shards, keys, and what is erased from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from watchkeeper.do.state.authority import Authority
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.commands.asked import (
    OPERATE,
    RELEASE,
    Asked,
    Desk,
    Verb,
    reason_of,
    why_of,
)
from watchkeeper.loop.custody import adopt, doubts, next_key, revoke_key, rotate_key
from watchkeeper.loop.erasure.asked import erasing_of
from watchkeeper.loop.erasure.erase import Word
from watchkeeper.loop.release import release_plan
from watchkeeper.records.administration import ClockAcceptedRecord
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Payload, Record


def _accept_clock(desk: Desk, asked: Asked) -> Any:
    before = desk.home.state.last_at or desk.home.now()
    desk.home.accept_clock()
    at = desk.home.now()
    record = ClockAcceptedRecord(at, before, asked.command.person, asked.signature)
    desk.append(Record(Kind.CLOCK_ACCEPTED, "clock", sha256_hex(b"clock"), record))
    return {"accepted": render_instant(at)}


def _roll(desk: Desk, asked: Asked) -> Any:
    new = asked.command.body.get("newLogKey") is True
    shard = desk.home.roll(asked.command.person, asked.signature, new_log_key=new)
    return {"shard": shard, "origin": desk.home.log.origin, "newLogKey": new}


def _release(desk: Desk, asked: Asked) -> Any:
    why = _emergency(asked)
    return release_plan(desk.kernel, asked.command, asked.signature, asked.beside, why)


def _emergency(asked: Asked) -> tuple[str, Payload] | None:
    """Return the reason of an emergency, as a digest and apart its text; None if it is none."""
    said = asked.command.body.get("emergency")
    if said is None:
        return None
    reason = said.get("reason") if isinstance(said, Mapping) else None
    command = replace(asked.command, body={"reason": reason})
    digest, payload = reason_of(replace(asked, command=command))
    if digest is None or payload is None:
        raise CommandInvalid("an emergency needs a reason", "give `--reason`")
    return digest, payload


def _erase(desk: Desk, asked: Asked) -> Any:
    why, payload = why_of(asked)
    word = Word(asked.command.person, asked.signature, why, payload)
    return erasing_of(desk.kernel, asked.command, asked.beside, word)


def _next_key(desk: Desk, asked: Asked) -> Any:
    return next_key(desk.home, asked.command)


def _rotate_key(desk: Desk, asked: Asked) -> Any:
    proof = asked.beside.get("proof")
    return rotate_key(desk.home, asked.command, asked.signature, why_of(asked), proof)


def _revoke_key(desk: Desk, asked: Asked) -> Any:
    return revoke_key(desk.home, asked.command, asked.signature, why_of(asked))


def _doubts(desk: Desk, _: Asked) -> Any:
    return doubts(desk.home)


def _adopt(desk: Desk, asked: Asked) -> Any:
    return adopt(desk.home, asked.command, asked.signature, why_of(asked))


VERBS = {
    "accept-clock": Verb(_accept_clock, OPERATE, needs_room=True),
    "roll": Verb(_roll, OPERATE, needs_room=True),
    "release": Verb(_release, RELEASE, needs_room=True),
    "erasable": Verb(_erase, Authority.erasing),
    "erase": Verb(_erase, Authority.erasing, needs_room=True),
    "next-key": Verb(_next_key, OPERATE),
    "rotate-key": Verb(_rotate_key, OPERATE),
    "revoke-key": Verb(_revoke_key, OPERATE),
    "doubts": Verb(_doubts, OPERATE, of_doubtful=True),
    "adopt": Verb(_adopt, OPERATE, of_doubtful=True),
}
