"""What waits for people, and what they say to it."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.errors import CommandInvalid, NotAuthorised, cut
from watchkeeper.loop.commands.apart import check_apart
from watchkeeper.loop.commands.asked import Asked, Desk, Verb, reason_of
from watchkeeper.records.action import Reason
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.statement import Record


def _pending(desk: Desk, _: Asked) -> Any:
    return [
        {
            "handle": pending.handle,
            "state": pending.state.value,
            "expires": render_instant(pending.expires),
            "approved": [v.reviewer for v in pending.verdicts],
            "shownDigest": pending.shown,
            "shown": desk.home.shown(pending),
        }
        for pending in desk.home.state.pending.waiting()
    ]


def _verdict(desk: Desk, asked: Asked) -> Any:
    pending = _pending_of(desk, asked.text("handle"))
    _check_binding(desk, asked, pending)
    role = asked.text("role")
    _check_reviewer(desk, asked.command.person, role, pending)
    if asked.command.verb == Answer.APPROVE:
        check_apart(desk.home, asked.command.person, asked.signature, pending)
    reason, payload = reason_of(asked)
    millis = asked.command.body.get("millis")
    verdict = VerdictRecord(
        at=desk.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        answer=Answer(asked.command.verb),
        reviewer=asked.command.person,
        role=role,
        shown=pending.shown,
        millis_taken=millis if isinstance(millis, int) and millis >= 0 else 0,
        signature=asked.signature,
        reason=reason,
    )
    desk.append(Record(Kind.VERDICT, "action", pending.digest, verdict), payload)
    return {"handle": pending.handle, "state": pending.state.value}


def _pending_of(desk: Desk, handle: str) -> Pending:
    pending = desk.home.state.pending.by_handle(handle)
    if pending is None:
        raise CommandInvalid(f"no action waits under {cut(handle)}", "see `do pending`")
    if pending.state is Waiting.PENDING and pending.expires <= desk.home.now():
        desk.kernel.void(pending, Reason.EXPIRED)
    if pending.state is not Waiting.PENDING:
        raise CommandInvalid(f"the action is not waiting any more: it is {pending.state.value}")
    return pending


def _check_binding(desk: Desk, asked: Asked, pending: Pending) -> None:
    """A verdict holds for exactly what was shown, under the plan in force."""
    bound = {
        "request": pending.digest,
        "tool": pending.action,
        "pin": pending.pin,
        "agent": pending.agent,
        "plan": pending.plan,
        "shown": pending.shown,
        "expires": render_instant(pending.expires),
    }
    for name, value in bound.items():
        if asked.command.body.get(name) != value:
            raise CommandInvalid(f"the verdict is for another {name} than the one that waits")
    if pending.plan != desk.home.state.plan:
        raise CommandInvalid("the plan was changed since: the action has to be asked again")


def _check_reviewer(desk: Desk, person: str, role: str, pending: Pending) -> None:
    if role not in pending.roles:
        raise NotAuthorised(f"the action does not wait for the role {cut(role)}")
    if not desk.home.state.authority.holds(person, role):
        raise NotAuthorised(f"{cut(person)} does not hold the role {cut(role)}")
    request = desk.home.request_of(pending)
    if request is None:
        raise CommandInvalid("the request was erased and can not be approved")
    if person in {request.call.agent, request.call.on_behalf_of}:
        raise NotAuthorised("nobody decides on an action of their own")
    if person in {verdict.reviewer for verdict in pending.verdicts}:
        raise NotAuthorised(f"{cut(person)} has approved already; another person must")


VERBS = {
    "pending": Verb(_pending, of_doubtful=True),
    "approve": Verb(_verdict),
    "refuse": Verb(_verdict),
}
