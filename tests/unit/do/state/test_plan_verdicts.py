"""Which answers to plans count, which emergency is still open, and that both are kept exactly."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.do.state.projection import State
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, PasskeyRevokedRecord, Signature
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule
from watchkeeper.records.plan_verdict import Emergency, PlanVerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Record

AT = Instant(1_800_000_000_000_000)
OLD, NEW = "a" * 64, "b" * 64
SIGNED = Signature("", "k1", "")
RULE = ReleaseRule((NeededApproval("governance"),))


class Log:
    """Records of one shard, applied to a state as they come."""

    def __init__(self) -> None:
        self.state, self.size = State(), 0

    def add(self, kind: Kind, said: Any) -> Ref:
        ref = Ref(0, self.size)
        self.size += 1
        self.state.apply(Entry(ref, Record(kind, "plan", NEW, said), None))
        return ref

    def answer(self, by: str, answer: Answer = Answer.APPROVE, **more: Any) -> Ref:
        said = PlanVerdictRecord(AT, NEW, OLD, answer, by, "governance", SIGNED, **more)
        return self.add(Kind.PLAN_VERDICT, said)

    def release(self, plan: str, emergency: Emergency | None = None) -> Ref:
        said = PlanReleaseRecord(
            AT, plan, OLD, "ana", {}, {}, SIGNED, rule=RULE, emergency=emergency
        )
        return self.add(Kind.PLAN_RELEASE, said)

    @property
    def part(self) -> PlanVerdicts:
        return self.state.part(PlanVerdicts)

    def answers(self) -> list[tuple[str, str]]:
        return [(one.by, one.answer.value) for one in self.part.of(NEW, OLD)]


def test_the_newest_answer_of_each_person_in_a_role_counts() -> None:
    log = Log()
    log.answer("ana")
    log.answer("ben")
    log.answer("ana", Answer.REFUSE)
    assert log.answers() == [("ben", "approve"), ("ana", "refuse")]


def test_who_takes_an_answer_back_has_none() -> None:
    log = Log()
    given = log.answer("ana")
    log.answer("ana", Answer.WITHDRAW, withdraws=given)
    assert log.answers() == []


def test_an_answer_counts_for_the_plan_that_it_would_follow_alone() -> None:
    log = Log()
    log.answer("ana")
    assert log.part.of(NEW, None) == ()
    assert log.part.of(OLD, OLD) == ()


def test_a_release_ends_every_answer_so_that_none_counts_twice() -> None:
    log = Log()
    log.answer("ana")
    log.release(NEW)
    log.release(OLD)
    assert log.part.given == ()


def test_a_key_that_was_revoked_takes_its_answers_with_it() -> None:
    log = Log()
    log.answer("ana")
    log.add(Kind.PASSKEY_REVOKED, PasskeyRevokedRecord(AT, "ana", "k1", "ana", "", SIGNED))
    assert log.answers() == []


def test_an_emergency_is_open_until_somebody_answers_to_its_plan() -> None:
    log = Log()
    due = AT.plus(3600)
    place = log.release(NEW, Emergency(due, "c" * 64))
    assert [(one.plan, one.release, one.review_by) for one in log.part.open] == [(NEW, place, due)]
    log.release(OLD)
    assert len(log.part.open) == 1, "another release does not look at it"
    log.answer("ana", Answer.REFUSE)
    assert len(log.part.open) == 1, "who released it does not look at it"
    log.answer("ben", Answer.REFUSE)
    assert not log.part.open


def test_it_is_open_again_while_nobodys_look_stands_until_the_next_release() -> None:
    log = Log()
    log.release(NEW, Emergency(AT.plus(3600), "c" * 64))
    due = log.part.open
    first, second = log.answer("ben"), log.answer("cyd")
    log.answer("ben", Answer.WITHDRAW, withdraws=first)
    assert log.part.open == ()
    log.answer("cyd", Answer.WITHDRAW, withdraws=second)
    assert log.part.open == due
    log.answer("ben", Answer.REFUSE)
    newer = log.answer("ben")
    log.answer("ben", Answer.WITHDRAW, withdraws=newer)
    assert log.part.open == due, "a newer answer takes the place of the older"
    log.answer("ben")
    log.release(OLD)
    assert log.part.reviews == ()


def test_it_is_kept_exactly() -> None:
    log = Log()
    log.release(NEW, Emergency(AT.plus(3600), "c" * 64))
    said = PlanVerdictRecord(AT, OLD, NEW, Answer.APPROVE, "ana", "release", SIGNED, ("desk:risk",))
    log.add(Kind.PLAN_VERDICT, said)
    log.answer("ben")
    form = render_checked(state_to_json(log.state))
    again = state_from_json(parse_json_unverified(form))
    assert render_checked(state_to_json(again)) == form
    assert again.part(PlanVerdicts).given == log.part.given
    assert again.part(PlanVerdicts).reviews == log.part.reviews
