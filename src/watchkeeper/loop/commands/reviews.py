"""What waits for people, and what they say to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.state.parts import Absences, Away
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.errors import CommandInvalid, NotAuthorised, cut
from watchkeeper.loop.commands.apart import check_apart
from watchkeeper.loop.commands.asked import Asked, Desk, Verb, reason_of
from watchkeeper.loop.inbox.binding import bound_values
from watchkeeper.loop.inbox.dialogue import dialogue_of
from watchkeeper.loop.inbox.looked import Looked, looked
from watchkeeper.loop.inbox.objections import UNFIT, Signer, objection
from watchkeeper.records.action import Reason
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.policies import REQUIRED
from watchkeeper.records.statement import Payload, Record


def _pending(desk: Desk, _: Asked) -> Any:
    return [
        {
            "handle": pending.handle,
            "state": pending.state.value,
            "expires": render_instant(pending.expires),
            "approved": [v.reviewer for v in pending.verdicts],
            "verdicts": [
                {"by": v.reviewer, "role": v.role, "shard": v.ref.shard, "index": v.ref.index}
                for v in pending.verdicts
            ],
            "shownDigest": pending.shown,
            "shown": desk.home.shown(pending),
            "dialogue": [to_json(one) for one in dialogue_of(desk.home, pending)],
        }
        for pending in desk.home.state.pending.waiting()
    ]


def _verdict(desk: Desk, asked: Asked) -> Any:
    pending = pending_of(desk, asked.text("handle"))
    check_plan(desk, pending)
    for name, value in bound_values(pending).items():
        if asked.command.body.get(name) != value:
            raise CommandInvalid(f"the verdict is for another {name} than the one that waits")
    answer, role = Answer(asked.command.verb), asked.text("role")
    away = check_reviewer(desk, asked, role, pending)
    if answer is Answer.APPROVE:
        check_apart(desk.home, asked.command.person, asked.signature, pending)
    reason, payload = reason_of(asked)
    check_reason(answer, pending, reason)
    seen = looked(desk.home, pending, asked.command.person, asked.command.body, asked.beside)
    record_verdict(desk, asked, pending, Said(answer, role, reason, payload, away), seen)
    return {"handle": pending.handle, "state": pending.state.value}


def _withdraw(desk: Desk, asked: Asked) -> Any:
    """Take one's own approval back, as long as the action was not released."""
    pending = _known(desk, asked.text("handle"))
    if not pending.waits():
        raise CommandInvalid(f"it can not be taken back any more: it is {pending.state.value}")
    mine = next((v for v in pending.verdicts if v.reviewer == asked.command.person), None)
    named = {"shard": mine.ref.shard, "index": mine.ref.index} if mine else None
    if mine is None or asked.command.body.get("verdict") != named:
        raise CommandInvalid("there is no such approval of yours", "see `do pending`")
    if asked.command.body.get("request") != pending.digest:
        raise CommandInvalid("the approval is for another request than the one that waits")
    reason, payload = reason_of(asked)
    said = VerdictRecord(
        at=desk.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        answer=Answer.WITHDRAW,
        reviewer=asked.command.person,
        role=mine.role,
        shown=pending.shown,
        millis_taken=0,
        signature=asked.signature,
        reason=reason,
        withdraws=mine.ref,
    )
    desk.append(Record(Kind.VERDICT, "action", pending.digest, said), payload)
    return {"handle": pending.handle, "state": pending.state.value}


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says to an action; `text` is what is kept beside the digest of the reason.

    `away` is the absence by which they say it as a deputy.
    """

    answer: Answer
    role: str
    reason: str | None
    text: Payload | None
    away: Away | None = None


def record_verdict(  # noqa: PLR0913 - who said what, to what, having seen what
    desk: Desk,
    asked: Asked,
    pending: Pending,
    said: Said,
    seen: Looked,
    *,
    group: str | None = None,
) -> None:
    """Put a verdict on record, with the text of its reason and the view that was signed.

    `group` is the digest of the list that the same signature decided.
    """
    record = VerdictRecord(
        at=desk.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        answer=said.answer,
        reviewer=asked.command.person,
        role=said.role,
        shown=pending.shown,
        millis_taken=seen.millis,
        signature=asked.signature,
        reason=said.reason,
        view=seen.view,
        group=group,
        timed=seen.timed,
        stands_in_for=said.away.person if said.away else None,
        absence=said.away.ref if said.away else None,
    )
    body: Mapping[str, Any] = said.text.body if said.text else {}
    view = {"view": seen.text} if seen.text is not None else {}
    beside = Payload({**body, **view}) if body or view else None
    desk.append(Record(Kind.VERDICT, "action", pending.digest, record), beside)


def pending_of(desk: Desk, handle: str) -> Pending:
    """Return an action that waits for people; one that expired is ended here.

    Raises:
        CommandInvalid: none waits under this handle.
    """
    pending = _known(desk, handle)
    if pending.state is Waiting.PENDING and pending.expires <= desk.home.now():
        desk.kernel.void(pending, Reason.EXPIRED)
    if pending.state is not Waiting.PENDING:
        raise CommandInvalid(f"the action is not waiting any more: it is {pending.state.value}")
    return pending


def _known(desk: Desk, handle: str) -> Pending:
    pending = desk.home.state.pending.by_handle(handle)
    if pending is None:
        raise CommandInvalid(f"no action waits under {cut(handle)}", "see `do pending`")
    return pending


def check_plan(desk: Desk, pending: Pending) -> None:
    """A verdict holds under the plan by which the action was escalated.

    Raises:
        CommandInvalid: another plan is in force.
    """
    if pending.plan != desk.home.state.plan:
        raise CommandInvalid("the plan was changed since: the action has to be asked again")


def check_reviewer(desk: Desk, asked: Asked, role: str, pending: Pending) -> Away | None:
    """A verdict comes from somebody who holds the role, and whom nothing keeps out.

    Returns the absence by which it comes from a deputy instead, where the command names one.

    Raises:
        NotAuthorised, CommandInvalid: why not.
    """
    person = asked.command.person
    if role not in pending.roles:
        raise NotAuthorised(f"the action does not wait for the role {cut(role)}")
    away = deputy_in(desk, asked, role)
    if away is None and not desk.home.state.authority.holds(person, role):
        raise NotAuthorised(f"{cut(person)} does not hold the role {cut(role)}")
    request = desk.home.request_of(pending)
    if request is None:
        raise CommandInvalid("the request was erased and can not be approved")
    at, behalf = desk.home.now(), request.call.on_behalf_of
    vouched = desk.home.state.authority.vouched_for(asked.signature.keyid)
    if desk.home.competence.unfit(person, (role,), at):
        raise NotAuthorised(
            f"{cut(person)} can not decide on this: {UNFIT}",
            "renew it and release the plan with that, or let another holder of the role answer",
        )
    by = Signer(person, away, vouched)
    why = objection(desk.home.state, by, pending, behalf, at)
    if why is not None:
        raise NotAuthorised(f"{cut(person)} can not decide on this: {why}")
    return away


def deputy_in(desk: Desk, asked: Asked, role: str) -> Away | None:
    """Return the absence by which a command speaks for a holder of the role, None for oneself.

    Raises:
        NotAuthorised: the absence that it names is none now, or is not theirs to stand in for.
    """
    named, place = asked.command.body.get("for"), asked.command.body.get("absence")
    if named is None and place is None:
        return None
    for away in desk.home.state.part(Absences).of(asked.command.person, desk.home.now()):
        if (away.person, away.role, to_json(away.ref)) == (named, role, place):
            return away
    raise NotAuthorised(
        f"{cut(asked.command.person)} does not stand in for {cut(named)} as {cut(role)} now",
        "see `do away`: who is away, from when to when, and who stands in",
    )


def check_reason(answer: Answer, pending: Pending, reason: str | None) -> None:
    """A refusal needs a reason, and an approval does where the plan says so.

    Raises:
        CommandInvalid: there is none.
    """
    if reason is None and (answer is Answer.REFUSE or pending.reason == REQUIRED):
        raise CommandInvalid(f"a reason is required to {answer.value}", "give `--why`")


VERBS = {
    "pending": Verb(_pending, of_doubtful=True),
    "approve": Verb(_verdict),
    "refuse": Verb(_verdict),
    "withdraw": Verb(_withdraw),
}
