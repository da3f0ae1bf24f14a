"""Figures of oversight, from the records of a bank whose people decide in different ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, bank_bundle, escalated, pay
from tests.worlds.drills import drilled, handle_of, planted, turn
from tests.worlds.reviews import approve_seen, listed, opened
from tests.worlds.standing import approve_ahead, approved, go_away, more, standing_plan
from watchkeeper.check.gap import gap_table, render_gap
from watchkeeper.check.oversight import (
    Oversight,
    Rate,
    ReviewerFigures,
    for_person,
    oversight_of,
    render_oversight,
)
from watchkeeper.check.oversight.figures import rate
from watchkeeper.check.survey import survey
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Outcome
from watchkeeper.records.plan.bundle import Bundle, Limits
from watchkeeper.records.plan.management.oversight import Oversight as Rules


def _bundle(**rules: Any) -> Bundle:
    limits = Limits(pending_per_agent=100)
    return replace(bank_bundle(), limits=limits, oversight=Rules(planted_per_day=9, **rules))


@pytest.fixture
def bank() -> Bank:
    return Bank(_bundle())


def _waits(bank: Bank, number: int = 0, **changes: Any) -> str:
    return escalated(bank.ask(pay(300 + number, note=f"n{number}", **changes))).handle


def _figures(bank: Bank) -> Oversight:
    return oversight_of(survey(bank.entries()).reviews, bank.home.enforcer.bundle.oversight)


def _of(bank: Bank, person: str) -> ReviewerFigures:
    (found,) = [one for one in _figures(bank).reviewers if one.reviewer == person]
    return found


def _after(bank: Bank, seconds: float, number: int, person: str = "ben") -> str:
    """Somebody opens what waits, and approves after so long."""
    handle = _waits(bank, number)
    seen = opened(bank, handle, person)
    bank.clock.advance(seconds)
    approve_seen(bank, handle, person, seen)
    return handle


def test_without_any_record_there_is_nothing_to_say() -> None:
    found = oversight_of(survey(()).reviews)
    assert (found.escalated, found.answered, found.reviewers, found.weeks) == (0, 0, (), ())
    assert render_oversight(found).startswith("0 escalated")


def test_times_that_the_home_measured_stand_apart_from_what_people_say(bank: Bank) -> None:
    for number, seconds in enumerate((2, 40, 60)):
        _after(bank, seconds, number)
    bank.approve(_waits(bank, 9), "ben", millis=999_000)
    mine = _of(bank, "ben")
    assert (mine.timed.n, mine.timed.median_millis, mine.timed.tenth_millis) == (3, 40_000, 2_000)
    assert (mine.said.n, mine.said.median_millis) == (1, 999_000)


def test_faster_than_the_text_could_be_read(bank: Bank) -> None:
    for number, seconds in enumerate((1, 2, 120)):
        _after(bank, seconds, number)
    bank.approve(_waits(bank, 9), "ben", millis=1)  # nobody measured that
    mine = _of(bank, "ben")
    assert (mine.too_fast, mine.readable) == (Rate(2, 3), 3)
    slow = oversight_of(survey(bank.entries()).reviews, Rules(words_per_minute=50))
    quick = oversight_of(survey(bank.entries()).reviews, Rules(words_per_minute=2_000))
    assert slow.too_fast is not None
    assert quick.too_fast is not None
    assert slow.too_fast.count >= 2 >= quick.too_fast.count


def test_a_list_is_read_as_one_text(bank: Bank) -> None:
    handles = [_waits(bank, number) for number in range(3)]
    seen = {handle: opened(bank, handle) for handle in handles}
    bank.clock.advance(15)  # time for one of them, not for three
    views = {handle: one.view_digest for handle, one in seen.items()}
    body = listed(bank, handles)
    body["items"] = [{**item, "view": views[item["handle"]]} for item in body["items"]]
    beside = {"views": {h: {"view": one.view, "receipt": one.receipt} for h, one in seen.items()}}
    bank.tell("ben", "approve-list", beside, **body)
    mine = _of(bank, "ben")
    assert (mine.lists, mine.listed) == (1, 3)
    assert mine.too_fast == Rate(3, 3)
    # Alone, fifteen seconds were enough.
    _after(bank, 15, 9)
    assert _of(bank, "ben").too_fast == Rate(3, 4)


def test_below_twenty_there_is_no_rate(bank: Bank) -> None:
    for number in range(19):
        bank.approve(_waits(bank, number), "ben")
    assert _of(bank, "ben").approved == Rate(19, 19)
    bank.refuse(_waits(bank, 19), "ben")
    assert _of(bank, "ben").approved == Rate(19, 20, 950, 763, 992)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # By the formula of the score interval, as other programs give it.
    [(0, 20, 0, 162), (20, 20, 838, 1000), (10, 20, 299, 701), (81, 263, 255, 367)],
)
def test_the_interval_is_wilsons(count: int, of: int, low: int, high: int) -> None:
    found = rate(count, of)
    assert found.low is not None
    assert found.high is not None
    assert abs(found.low - low) <= 1
    assert abs(found.high - high) <= 1


def test_what_nobody_answered_is_counted_as_it_ended(bank: Bank) -> None:
    _waits(bank, 0)
    bank.clock.advance(5 * 3600)
    turn(bank)
    _waits(bank, 1)
    bank.stop("agent", "payer")
    bank.resume("agent", "payer")
    _waits(bank, 2)
    found = _figures(bank)
    assert (found.escalated, found.answered, found.ended, found.waiting) == (3, 0, 1, 1)
    assert found.expired == Rate(1, 1)
    assert sum(week.expired for week in found.weeks) == 1


def _taken_back(bank: Bank, handle: str) -> None:
    bank.withdraw(handle)


def _refused_again(bank: Bank, _: str) -> None:
    bank.refuse(_waits(bank, 50), "cyd")


def _stopped(bank: Bank, _: str) -> None:
    bank.stop("agent", "payer")


def _tool_stopped(bank: Bank, _: str) -> None:
    bank.stop("tool", "bank/pay")


def _everything_stopped(bank: Bank, _: str) -> None:
    bank.stop()


def _another_refused(bank: Bank, _: str) -> None:
    bank.refuse(_waits(bank, 51, to="cafe"), "cyd")


@pytest.mark.parametrize(
    ("then", "reversed_"),
    [
        (_taken_back, 1),
        (_refused_again, 1),
        (_stopped, 1),
        (_tool_stopped, 1),
        (_everything_stopped, 0),
        (_another_refused, 0),
    ],
)
def test_what_is_decided_otherwise_later_is_a_reversal(
    bank: Bank, then: Callable[[Bank, str], None], reversed_: int
) -> None:
    handle = _waits(bank)
    bank.approve(handle, "ben")
    bank.clock.advance(3600)
    then(bank, handle)
    assert _of(bank, "ben").reversed == reversed_


def test_after_the_plans_time_it_is_none() -> None:
    bank = Bank(_bundle(reversal_seconds=600))
    bank.approve(_waits(bank), "ben")
    bank.clock.advance(3600)
    bank.stop("agent", "payer")
    assert _of(bank, "ben").reversed == 0


def test_planted_ones_stand_apart() -> None:
    bank = Bank(drilled(_bundle()))
    bank.approve(_waits(bank, 1), "ben")
    before = _figures(bank)
    bank.approve(handle_of(bank, planted(bank)), "ben")
    turn(bank)
    after = _figures(bank)
    (was,), (now,) = before.reviewers, after.reviewers
    assert replace(now, planted=0, caught=0) == was
    assert (now.planted, now.caught) == (1, 0)
    assert (after.escalated, after.answered) == (before.escalated, before.answered)
    assert after.planted is not None
    assert (after.planted.answered, after.planted.caught) == (1, Rate(0, 1))


@pytest.mark.parametrize(("act", "caught"), [("refuse", 1), ("approve", 0)])
def test_the_catch_rate(act: str, caught: int) -> None:
    bank = Bank(drilled())
    getattr(bank, act)(handle_of(bank, planted(bank)), "ben")
    turn(bank)
    found = _figures(bank)
    assert found.planted is not None
    assert found.planted.caught == Rate(caught, 1)
    assert _of(bank, "ben").caught == caught
    assert "1 caught" in render_oversight(found) or not caught


def test_planted_ones_are_no_work_of_a_control() -> None:
    bank = Bank(drilled(_bundle()))
    _waits(bank, 1)
    entries = bank.entries()
    handle = handle_of(bank, planted(bank))
    during = survey(bank.entries())
    assert during.outcomes()[Outcome.ESCALATE] == 2
    assert during.reviews.open == 1
    bank.approve(handle)
    turn(bank)
    after, without = survey(bank.entries()), survey(entries)
    assert after.shapes == without.shapes
    assert after.timeline == without.timeline
    assert (after.voided, after.verdicts, after.grantors) == (
        without.voided,
        without.verdicts,
        without.grantors,
    )
    table = gap_table(bank.entries(), lambda _: bank.home.enforcer.bundle)
    assert (table.planted, table.unrevealed) == (1, 0)
    assert "planted escalations, which are left out: 1" in render_gap(table)


def test_a_control_shows_how_its_reviews_went(bank: Bank) -> None:
    for number in range(22):
        _after(bank, 2, number, "cyd")
    table = gap_table(bank.entries(), lambda _: bank.home.enforcer.bundle)
    (row,) = [row for row in table.rows if row.review is not None]
    assert row.review is not None
    assert row.review.approved.share == 1000
    said = render_gap(table)
    assert "people approved 22 of 22 (100 %, 95 %: 85.1-100 %), median 2.0 s to decide" in said
    assert "22 of 22 faster than the text could be read" in said
    # A fact, no judgement: what the row is does not change.
    silent = gap_table(
        [e for e in bank.entries() if e.record.kind.value != "verdict"],
        lambda _: bank.home.enforcer.bundle,
    )
    assert [one.state for one in silent.rows] == [one.state for one in table.rows]


def test_figures_of_persons_are_for_who_operates_and_for_themselves(bank: Bank) -> None:
    bank.approve(_waits(bank, 1), "ben")
    bank.refuse(_waits(bank, 2), "cyd")
    found = _figures(bank)
    assert for_person(found, "ana", operates=True) == found
    mine = for_person(found, "ben", operates=False)
    assert [one.reviewer for one in mine.reviewers] == ["ben"]
    # Two people: what all did, without what I did, is what the other did.
    assert (mine.approved, mine.too_fast, mine.timed, mine.planted) == (None, None, None, None)
    assert (mine.controls, mine.weeks, mine.persons) == ((), (), False)
    assert "cyd" not in render_oversight(mine)


def test_among_many_the_totals_stay(bank: Bank) -> None:
    found = _figures(bank)
    bank.approve(_waits(bank, 1), "ben")
    (one,) = _figures(bank).reviewers
    crowd = tuple(replace(one, reviewer=f"p{n}") for n in range(5))
    many = replace(found, reviewers=(one, *crowd))
    assert for_person(many, "ben", operates=False).approved == found.approved
    assert for_person(many, "p1", operates=False).reviewers == (crowd[1],)
    fewer = replace(found, reviewers=(one, *crowd[:4]))
    assert for_person(fewer, "ben", operates=False).approved is None


def test_a_taken_back_answer_to_a_planted_one_does_not_count() -> None:
    bank = Bank(drilled())
    handle = handle_of(bank, planted(bank))
    bank.approve(handle, "ben")
    bank.withdraw(handle, "ben")
    bank.refuse(handle, "cyd")
    turn(bank)
    assert (_of(bank, "ben").planted, _of(bank, "cyd").caught) == (0, 1)


def test_what_is_approved_ahead_and_for_others_is_counted() -> None:
    bank = Bank(standing_plan())
    ref = approved(bank)
    assert _of(bank, "ben").ahead == 0
    approve_ahead(bank, "ben", ref, count=2, id="std_ben")
    for _ in range(2):
        assert isinstance(bank.ask(more()), Allowed)
    mine = _of(bank, "ben")
    assert (mine.ahead, mine.approved.of) == (2, 1)
    stead = go_away(bank, "cyd")
    bank.approve(escalated(bank.ask(more())).handle, "dan", **stead)
    assert _of(bank, "dan").stood_in == 1
    assert "ahead" in render_oversight(_figures(bank))
