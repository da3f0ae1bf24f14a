"""Reviewers ask back before they decide."""

from __future__ import annotations

from typing import Any

from watchkeeper.errors import CommandInvalid, NotAuthorised, cut
from watchkeeper.loop.commands.asked import Asked, Desk, Verb, text_of
from watchkeeper.loop.commands.reviews import deputy_in, pending_of
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import QuestionRecord
from watchkeeper.records.statement import Record

MOST_QUESTIONS = 5
"""How often people may ask back about one action: it waits no longer for that."""


def _ask(desk: Desk, asked: Asked) -> Any:
    pending, role = pending_of(desk, asked.text("handle")), asked.text("role")
    if asked.command.body.get("request") != pending.digest:
        raise CommandInvalid("the question is about another request than the one that waits")
    away = deputy_in(desk, asked, role)
    holds = away is not None or desk.home.state.authority.holds(asked.command.person, role)
    if role not in pending.roles or not holds:
        raise NotAuthorised(f"{cut(asked.command.person)} does not decide on it as {cut(role)}")
    if len(pending.questions) >= MOST_QUESTIONS:
        raise CommandInvalid(f"{MOST_QUESTIONS} questions were asked about it already", "decide")
    text, payload = text_of(asked, "text")
    if text is None:
        raise CommandInvalid("nothing is asked", "write a question")
    said = QuestionRecord(
        at=desk.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        by=asked.command.person,
        role=role,
        text=text,
        signature=asked.signature,
        absence=away.ref if away else None,
    )
    desk.append(Record(Kind.QUESTION, "action", pending.digest, said), payload)
    return {"handle": pending.handle, "state": pending.state.value}


VERBS = {"ask": Verb(_ask, needs_room=True)}
