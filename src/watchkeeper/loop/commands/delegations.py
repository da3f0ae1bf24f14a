"""What agents lent one another: shown to people, and taken back by them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from watchkeeper.do.state.parts import Delegations
from watchkeeper.errors import CommandInvalid, LogUnavailable, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, why_of
from watchkeeper.records.action import Reason
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import DelegationEndedRecord
from watchkeeper.records.statement import Record


def _listed(desk: Desk, _: Asked) -> Any:
    held = desk.home.state.part(Delegations)
    return [
        {
            "id": one.id,
            "grant": one.grant,
            "giver": one.giver,
            "taker": one.taker,
            "actions": list(one.actions),
            "most": {cap.argument: cap.most for cap in one.caps},
            "until": render_instant(one.until),
            "left": held.left(one),
            "rests": [link.id for link in held.chain(one)[1:]],
        }
        for one in held.open(desk.home.now())
    ]


def _end(desk: Desk, asked: Asked) -> Any:
    id_, home = asked.text("id"), desk.home
    found = home.state.part(Delegations).find(id_, home.now())
    if found is None:
        raise CommandInvalid(f"nothing is lent under {cut(id_)}", "see `do delegations`")
    why, payload = why_of(asked)
    by = asked.command.person
    record = DelegationEndedRecord(home.now(), id_, found.ref, by, why, asked.signature)
    digest = sha256_hex(id_.encode())
    desk.append(Record(Kind.DELEGATION_ENDED, "delegation", digest, record), payload)
    _void(desk)
    return {"ended": id_}


def _void(desk: Desk) -> None:
    """End all that waits and rests on what has ended."""
    held, at = desk.home.state.part(Delegations), desk.home.now()
    for pending in desk.home.state.pending.waiting():
        if not all(held.holds(ref, at) for ref in pending.delegations):
            with suppress(LogUnavailable):  # what is left is ended once it can be recorded
                desk.ticket = desk.kernel.void(pending, Reason.VOIDED)


VERBS = {
    "delegations": Verb(_listed, of_doubtful=True),
    "end-delegation": Verb(_end, OPERATE),
}
