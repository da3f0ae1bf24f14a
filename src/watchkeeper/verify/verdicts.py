"""What people and agents say while an action waits: whose word counts, for what, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.binding import group_digest, item_binding
from watchkeeper.ledger.envelope import command_body
from watchkeeper.records.action import Escalation
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.policies import AUTHOR, GRANTOR, REQUIRED
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.enrolment import not_apart
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.people import Authority, Commands
from watchkeeper.verify.voices import Voice, coverage_problem, voice


@dataclass(slots=True)
class Waiting:
    """An escalated action that was not released yet, with what was said about it."""

    ref: Ref
    decided: Decided
    asked: Escalation
    verdicts: dict[Ref, VerdictRecord] = field(default_factory=dict)
    open_questions: set[Ref] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Others:
    """What counts beside the verdicts that an allow cites.

    `vouched` is who vouched for which passkey; `ahead` are the standing approvals that it cites,
    None where one of them stands in a shard that was not given, so that none can be counted.
    """

    vouched: Mapping[str, str] = field(default_factory=dict)
    ahead: tuple[Voice, ...] | None = ()


def verdict_problem(
    record: Record, waiting: Waiting, authority: Authority, commands: Commands
) -> str | None:
    """Return why a verdict does not count, or None if it does."""
    said: VerdictRecord = record.predicate
    decided, asked = waiting.decided, waiting.asked
    if (said.action_id, record.digest) != (decided.action, decided.digest):
        return "on another action than it refers to"
    if said.shown != asked.shown:
        return "on something else than what was to be shown"
    if said.at >= asked.expires:
        return "after the escalation had expired"
    if said.answer is Answer.WITHDRAW or said.withdraws is not None:
        return _withdrawal_problem(record, waiting, authority, commands)
    return _reviewer_problem(said, waiting, authority) or _signed_problem(
        said, _bound(waiting, said.role), authority, commands
    )


def _signed_problem(
    said: VerdictRecord, bound: Mapping[str, Any], authority: Authority, commands: Commands
) -> str | None:
    if said.group is not None:
        return _listed_problem(said, bound, authority, commands)
    body = {**bound, "reason": said.reason, "view": said.view, **_deputy(said)}
    return commands.problem(said.signature, authority, said.reviewer, said.answer.value, body)


def _reviewer_problem(said: VerdictRecord, waiting: Waiting, authority: Authority) -> str | None:
    asked = waiting.asked
    holder = said.stands_in_for or said.reviewer
    if said.role not in asked.roles or not authority.holds(holder, said.role):
        return f"{cut(said.reviewer)} does not hold the role {cut(said.role)} that is asked for"
    behind = {said.reviewer, holder, authority.vouched.get(said.signature.keyid, holder)}
    if waiting.decided.agent in behind:
        return "by the agent itself"
    if behind & _kept_out(waiting, authority):
        return f"by {cut(said.reviewer)}, whom the plan keeps apart: who wrote or granted it"
    if said.reason is None and asked.reason == REQUIRED:
        return "without the reason that is asked for"
    return not_apart(said, waiting.verdicts.values(), authority)


def _bound(waiting: Waiting, role: str) -> dict[str, Any]:
    decided, asked = waiting.decided, waiting.asked
    return {
        "handle": asked.handle,
        "request": decided.digest,
        "tool": decided.tool,
        "pin": decided.pin,
        "agent": decided.agent,
        "plan": decided.plan,
        "shown": asked.shown,
        "expires": render_instant(asked.expires),
        "role": role,
    }


def _deputy(said: VerdictRecord) -> dict[str, Any]:
    """Return what a deputy signs besides; whether the absence holds is looked at in step 24."""
    return {"for": said.stands_in_for, "absence": to_json(said.absence)}


def _listed_problem(
    said: VerdictRecord, bound: Mapping[str, Any], authority: Authority, commands: Commands
) -> str | None:
    """One signature decides a list: this action is one of its items, and used once."""
    try:
        items = command_body(said.signature).get("items")
    except CommandInvalid as error:
        return error.message
    item = {"handle": bound["handle"], "binding": item_binding(bound), "view": said.view}
    if not isinstance(items, list) or group_digest(items) != said.group or item not in items:
        return "in a list that does not hold it"
    body = {"role": said.role, "reason": said.reason, "items": items, **_deputy(said)}
    verb = f"{said.answer.value}-list"
    return commands.part_problem(said, authority, verb, body, str(bound["handle"]))


def _withdrawal_problem(
    record: Record, waiting: Waiting, authority: Authority, commands: Commands
) -> str | None:
    said: VerdictRecord = record.predicate
    taken = None if said.withdraws is None else waiting.verdicts.get(said.withdraws)
    if said.answer is not Answer.WITHDRAW or said.withdraws is None or taken is None:
        return "takes back a verdict that does not stand"
    if (taken.reviewer, taken.role) != (said.reviewer, said.role):
        return "takes back the verdict of another person"
    body = {
        "handle": waiting.asked.handle,
        "request": record.digest,
        "verdict": {"shard": said.withdraws.shard, "index": said.withdraws.index},
        "reason": said.reason,
    }
    return commands.problem(said.signature, authority, said.reviewer, "withdraw", body)


def _kept_out(waiting: Waiting, authority: Authority) -> set[str]:
    """Return the people who must not decide, by what the release and the decision say."""
    found: set[str] = set()
    if AUTHOR in waiting.asked.separate:
        written = authority.written_by
        found.update(written[policy] for policy in waiting.decided.policies if policy in written)
    if GRANTOR in waiting.asked.separate:
        found.update(waiting.decided.grantors)
    return found


def question_problem(
    record: Record, waiting: Waiting | None, authority: Authority, commands: Commands
) -> str | None:
    """Return why a question is not a reviewer's, or None if it is."""
    said: QuestionRecord = record.predicate
    if waiting is None:
        return "about an action that does not wait"
    if (said.action_id, record.digest) != (waiting.decided.action, waiting.decided.digest):
        return "about another action than it refers to"
    holds = said.absence is not None or authority.holds(said.by, said.role)
    if said.role not in waiting.asked.roles or not holds:
        return f"{cut(said.by)} does not hold the role {cut(said.role)} that is asked for"
    body = {
        "handle": waiting.asked.handle,
        "request": record.digest,
        "role": said.role,
        "text": said.text,
        "absence": to_json(said.absence),
    }
    return commands.problem(said.signature, authority, said.by, "ask", body)


def answer_problem(record: Record, waiting: Waiting | None) -> str | None:
    """Return why an answer is not the agent's to an open question, or None if it is."""
    said: AnswerRecord = record.predicate
    if waiting is None:
        return "about an action that does not wait"
    if (said.action_id, record.digest) != (waiting.decided.action, waiting.decided.digest):
        return "about another action than it refers to"
    if said.agent != waiting.decided.agent:
        return "by another agent"
    return None if said.question in waiting.open_questions else "to no open question"


def approval_problem(waiting: Waiting, decided: Decided, at: int, others: Others) -> str | None:
    """Return why the verdicts that an allow cites do not release it, or None if they do."""
    before = waiting.decided
    if at >= waiting.asked.expires:
        return "released after the escalation had expired"
    if (decided.action, decided.digest) != (before.action, before.digest):
        return "approved as another action than was shown"
    if (decided.agent, decided.tool, decided.pin, decided.plan) != (
        before.agent,
        before.tool,
        before.pin,
        before.plan,
    ):
        return "approved for another agent, tool, pin or plan"
    cited = [waiting.verdicts.get(ref) for ref in decided.verdicts]
    if None in cited or len(set(decided.verdicts)) != len(cited):
        return (
            "cites a verdict that is none, not valid, taken back, of a revoked key, or used twice"
        )
    if others.ahead is None:
        return None  # who else approved stands in a shard that was not given: step 24 says so
    given = [_voice(verdict, others.vouched) for verdict in cited if verdict is not None]
    return _coverage_problem(waiting.asked, [*given, *others.ahead])


def approved(waiting: Waiting) -> bool:
    """Tell whether an action has every approval that it waits for."""
    given = [_voice(verdict, {}) for verdict in waiting.verdicts.values()]
    return _coverage_problem(waiting.asked, given) is None


def _voice(said: VerdictRecord, vouched: Mapping[str, str]) -> Voice:
    by = vouched.get(said.signature.keyid)
    return voice(said.reviewer, said.role, said.stands_in_for, by)


def _coverage_problem(asked: Escalation, voices: list[Voice]) -> str | None:
    return coverage_problem(asked.roles, asked.approvals, voices)
