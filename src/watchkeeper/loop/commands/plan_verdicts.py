"""What people say to a plan before it is released, and to one that an emergency released."""

from __future__ import annotations

import re
from typing import Any

from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.do.state.parts.plan_verdicts import Given
from watchkeeper.errors import CommandInvalid, NotAuthorised, RecordInvalid, cut
from watchkeeper.loop.commands.asked import Asked, Desk, Verb, reason_of
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.release_rule import ReleaseRule, excepting_role, reviewing_roles
from watchkeeper.records.plan_verdict import OpenReview, PlanVerdictRecord, Reviews
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

_DIGEST = re.compile(r"[0-9a-f]{64}")
_EXCEPTED = re.compile(r"[a-z0-9-]{1,63}:(?:impact|risk)")
_MAX_EXCEPTED = 100


def _approve(desk: Desk, asked: Asked) -> Any:
    return _answer(desk, asked, Answer.APPROVE)


def _refuse(desk: Desk, asked: Asked) -> Any:
    return _answer(desk, asked, Answer.REFUSE)


def _answer(desk: Desk, asked: Asked, answer: Answer) -> Any:
    _check_own_key(asked)
    plan, role = asked.text("plan"), asked.text("role")
    if not _DIGEST.fullmatch(plan):
        raise CommandInvalid("that is not the digest of a plan")
    excepts = _excepts(asked, answer)
    _check_role(desk, asked, role, excepts)
    _check_follows(desk, asked, plan)
    why, payload = reason_of(asked)
    if why is None and (excepts or answer is Answer.REFUSE):
        raise CommandInvalid("that needs a reason", "give `--reason`")
    said = PlanVerdictRecord(
        at=desk.home.now(),
        plan=plan,
        previous=asked.command.body.get("previous"),
        answer=answer,
        by=asked.command.person,
        role=role,
        signature=asked.signature,
        excepts=excepts,
        reason=why,
    )
    return _recorded(desk, said, payload)


def _check_own_key(asked: Asked) -> None:
    """A passkey shows a page, and no page shows a plan: what was signed would be unseen."""
    if asked.signature.assertion is not None:
        raise CommandInvalid(
            "a plan is not answered to by a passkey", "use your own key, at a terminal"
        )


def _check_role(desk: Desk, asked: Asked, role: str, excepts: tuple[str, ...]) -> None:
    person, rule = asked.command.person, _rule(desk)
    if not desk.home.state.authority.holds(person, role):
        raise NotAuthorised(f"{cut(person)} does not hold the role {cut(role)}")
    if role not in _roles_asked(desk, asked):
        raise NotAuthorised(f"the rule asks nobody for an answer as {cut(role)}")
    if excepts and role != excepting_role(rule):
        raise NotAuthorised(f"only a holder of {cut(excepting_role(rule))} may except anything")


def _roles_asked(desk: Desk, asked: Asked) -> set[str]:
    """Return as what a plan is answered to: an emergency by those who would have approved it.

    Its release took over the rule of the plan before; a later one may ask others.
    """
    rule, urgent = _rule(desk), _urgent(desk, asked)
    found = {role for one in urgent for role in one.roles or reviewing_roles(rule)}
    if urgent and asked.command.body.get("previous") != desk.home.state.plan:
        return found
    return {*found, *reviewing_roles(rule), excepting_role(rule)}


def _urgent(desk: Desk, asked: Asked) -> Reviews:
    """Return the emergencies that an answer is about."""
    plan, previous = asked.text("plan"), asked.command.body.get("previous")
    reviews = desk.home.state.part(PlanVerdicts).reviews
    return tuple(one for one in reviews if one.is_about(plan, previous))


def _check_follows(desk: Desk, asked: Asked, plan: str) -> None:
    """An answer is to what would follow the plan in force, or to an emergency of another person.

    Until the next release further people may look at one, too, so that one look can be taken back.
    """
    previous, state = asked.command.body.get("previous"), desk.home.state
    urgent = _urgent(desk, asked)
    if any(one.by != asked.command.person for one in urgent):
        return
    if urgent and previous != state.plan:
        raise NotAuthorised("who released in an emergency does not look at it afterwards")
    if not desk.home.has_plan:
        raise CommandInvalid("no plan is in force, so none asks for approvals")
    if previous != state.plan:
        raise CommandInvalid("another plan was released in between", "look at it and try again")
    if plan == state.plan:
        raise CommandInvalid("this very plan is in force already")


def _excepts(asked: Asked, answer: Answer) -> tuple[str, ...]:
    named = asked.command.body.get("excepts")
    if not isinstance(named, list) or len(named) > _MAX_EXCEPTED:
        raise CommandInvalid("not a list of what is excepted")
    for one in named:
        if not isinstance(one, str) or not _EXCEPTED.fullmatch(one):
            raise CommandInvalid(f"{cut(one)} is nothing that can be excepted", "`SYSTEM:impact`")
    if named and answer is not Answer.APPROVE:
        raise CommandInvalid("only who approves can except anything")
    return tuple(named)


def _withdraw(desk: Desk, asked: Asked) -> Any:
    _check_own_key(asked)
    given = _given(desk, asked)
    if given.by != asked.command.person:
        raise NotAuthorised(f"that is the answer of {cut(given.by)}")
    why, payload = reason_of(asked)
    said = PlanVerdictRecord(
        at=desk.home.now(),
        plan=given.plan,
        previous=given.previous,
        answer=Answer.WITHDRAW,
        by=given.by,
        role=given.role,
        signature=asked.signature,
        reason=why,
        withdraws=given.ref,
    )
    return _recorded(desk, said, payload)


def _given(desk: Desk, asked: Asked) -> Given:
    plan = asked.text("plan")
    try:
        ref = from_json(Ref, asked.command.body.get("verdict"))
    except RecordInvalid:
        raise CommandInvalid("the command names no answer", "see `plan approvals`") from None
    for given in desk.home.state.part(PlanVerdicts).given:
        if given.ref == ref and given.plan == plan:
            return given
    raise CommandInvalid("no such answer counts", "see `plan approvals`")


def _recorded(desk: Desk, said: PlanVerdictRecord, payload: Payload | None) -> Any:
    desk.append(Record(Kind.PLAN_VERDICT, "plan", said.plan, said), payload)
    return {
        "plan": said.plan,
        "answer": said.answer.value,
        "role": said.role,
        "excepts": list(said.excepts),
    }


def _approvals(desk: Desk, _: Asked) -> Any:
    """Return what the next release takes, who answered, and what nobody looked at yet."""
    part = desk.home.state.part(PlanVerdicts)
    rule = _rule(desk)
    return {
        "inForce": desk.home.state.plan,
        "rule": None if rule is None else to_json(rule),
        "answers": [_given_json(one) for one in part.given],
        "emergencies": [_review_json(desk, one) for one in part.open],
        "lookedAt": [_review_json(desk, one) for one in part.reviews if one.looks],
    }


def _given_json(one: Given) -> dict[str, Any]:
    return {
        "plan": one.plan,
        "previous": one.previous,
        "answer": one.answer.value,
        "by": one.by,
        "role": one.role,
        "excepts": list(one.excepts),
        "record": to_json(one.ref),
    }


def _review_json(desk: Desk, one: OpenReview) -> dict[str, Any]:
    return {
        "plan": one.plan,
        "previous": one.previous,
        "by": one.by,
        "reviewBy": render_instant(one.review_by),
        "overdue": one.review_by <= desk.home.now(),
        "roles": list(one.roles),
        "release": to_json(one.release),
    }


def _rule(desk: Desk) -> ReleaseRule | None:
    return desk.home.enforcer.bundle.releases if desk.home.has_plan else None


VERBS = {
    "approve-plan": Verb(_approve),
    "refuse-plan": Verb(_refuse),
    "withdraw-plan": Verb(_withdraw),
    "plan-approvals": Verb(_approvals, of_doubtful=True),
}
