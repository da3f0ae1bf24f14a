"""Objectives are measured from the records alone, exactly, and silence is no value."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.worlds import measured as m
from tests.worlds import records as world
from watchkeeper.check.objectives import Measured, Verdict, measure, plan_in_force
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.drill import Observed
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.management.objectives import Counted, QuantileOf, Share, ShareOf
from watchkeeper.records.plan.systems import Stage


@pytest.fixture
def stream() -> world.Stream:
    return world.begun()


def _counts(row: Measured) -> tuple[int, int, int]:
    return row.number, row.of, row.undecided


def test_a_share_is_exact_to_the_microsecond_of_the_limit(stream: world.Stream) -> None:
    for after in (30 * m.MINUTE, 30 * m.MINUTE + 0.000001):
        m.answer(stream, m.escalate(stream), after)
    row = m.one(stream, m.objective(at_least="0.5"))
    assert (row.value, row.verdict, _counts(row)) == (Fraction(1, 2), Verdict.MET, (1, 2, 0))
    assert m.one(stream, m.objective(at_least="0.500001")).verdict is Verdict.MISSED
    assert row.last == row.last_against
    assert row.json()["value"] == "0.5"


def test_below_the_least_number_there_is_no_value(stream: world.Stream) -> None:
    for _ in range(19):
        m.answer(stream, m.escalate(stream), 5)
    row = m.one(stream, m.objective(least=20))
    assert (row.value, row.verdict, row.met, row.wrong) == (None, Verdict.TOO_FEW, False, False)
    m.answer(stream, m.escalate(stream), 5)
    assert m.one(stream, m.objective(least=20)).met


def test_what_waits_counts_once_its_limit_has_passed(stream: world.Stream) -> None:
    m.escalate(stream)
    stream.tick(30 * m.MINUTE)
    assert _counts(m.one(stream, m.objective())) == (0, 0, 1)
    stream.tick(1)
    assert _counts(m.one(stream, m.objective())) == (0, 1, 0)


def test_how_an_escalation_ends_without_an_answer(stream: world.Stream) -> None:
    expired, stopped, late = (m.escalate(stream) for _ in range(3))
    m.void(stream, stopped, 600, Reason.STOPPED)
    m.void(stream, late, 31 * m.MINUTE, Reason.VOIDED)
    m.void(stream, expired, 4 * m.HOUR)
    assert _counts(m.one(stream, m.objective())) == (0, 2, 1)


def test_one_that_expires_before_the_limit_was_never_decided(stream: world.Stream) -> None:
    m.void(stream, m.escalate(stream), 60)
    assert _counts(m.one(stream, m.objective())) == (0, 1, 0)


def test_two_approvals_decide_when_the_second_is_given(stream: world.Stream) -> None:
    asked = m.escalate(stream, approvals=2)
    m.answer(stream, asked, 60)
    m.answer(stream, asked, 120)  # the same person again
    stream.tick(m.HOUR)
    assert _counts(m.one(stream, m.objective())) == (0, 1, 0)
    m.answer(stream, asked, 0, reviewer="cyd")
    times = m.objective(quantile=("1", QuantileOf.DECIDED_AFTER), at_most="9999")
    assert m.one(stream, times).value == m.HOUR * 1_000_000 + 120_000_000


def test_a_deputy_and_the_holder_are_one_voice(stream: world.Stream) -> None:
    asked = m.escalate(stream, approvals=2)
    m.answer(stream, asked, 60)
    m.answer(stream, asked, 61, reviewer="dan", stands_in_for="ben")
    assert _counts(m.one(stream, m.objective())) == (0, 0, 1)


def test_what_is_taken_back_was_not_decided(stream: world.Stream) -> None:
    asked = m.escalate(stream)
    given = m.answer(stream, asked, 60)
    m.answer(stream, asked, 61, Answer.WITHDRAW, withdraws=given)
    stream.tick(m.HOUR)
    assert _counts(m.one(stream, m.objective())) == (0, 1, 0)
    assert m.one(stream, m.count(Counted.VERDICTS, at_most="9")).number == 1


def test_approved_and_then_never_fetched_was_decided(stream: world.Stream) -> None:
    asked = m.escalate(stream)
    m.answer(stream, asked, 60)
    m.void(stream, asked, 4 * m.HOUR)
    assert _counts(m.one(stream, m.objective())) == (1, 1, 0)


def test_released_on_a_word_given_before_counts_as_decided_then(stream: world.Stream) -> None:
    asked = m.escalate(stream, approvals=2)
    m.answer(stream, asked, 60)
    m.release(stream, asked)
    assert _counts(m.one(stream, m.objective())) == (1, 1, 0)


def test_a_window_holds_its_end_and_not_its_start(stream: world.Stream) -> None:
    m.answer(stream, m.escalate(stream), 5)
    made = stream.entries[2].record.predicate.at
    window = m.objective(window_seconds=60)
    assert m.one(stream, window, at=made.plus(60)).of == 0
    assert m.one(stream, window, at=made.plus(59.999999)).of == 1
    assert m.one(stream, m.objective(), at=made).undecided == 1
    assert m.one(stream, m.objective(), at=made.plus(-0.000001)).undecided == 0


def test_what_was_recorded_later_is_not_there_yet(stream: world.Stream) -> None:
    asked = m.escalate(stream)
    at = stream.tick(m.HOUR)
    m.answer(stream, asked, 2 * m.HOUR)
    found = m.measured(stream, m.objective(), at=at)
    assert (found.records, found.rows[0].of, found.rows[0].number) == (3, 1, 0)


def test_decisions_by_outcome_and_reason(stream: world.Stream) -> None:
    for made in (world.PERMITTED, world.PERMITTED, world.BEYOND, world.FORBIDDEN):
        stream.decide(made)
    blocked = Share(ShareOf.OUTCOME, ("block",))
    row = m.one(stream, m.objective(Counted.DECISIONS, blocked, at_most="0.5"))
    assert (row.value, row.met) == (Fraction(1, 2), True)
    forbidden = Share(ShareOf.REASON, ("forbidden", "no-authority"))
    assert m.one(stream, m.objective(Counted.DECISIONS, forbidden, at_most="1")).number == 2
    where = {"control": ("no-bulk-export",), "outcome": ("block",)}
    row = m.one(stream, m.count(Counted.DECISIONS, where=where, at_most="0"))
    assert (row.value, row.of, row.verdict) == (1, 4, Verdict.MISSED)
    policy = {"policy": ("grant.refunds",), "tool": ("shop/refund",), "agent": ("refund-agent",)}
    assert m.one(stream, m.count(Counted.DECISIONS, where=policy, at_most="9")).number == 2


def test_a_built_in_control_is_found_through_the_plan(stream: world.Stream) -> None:
    stream.decide(replace(world.UNPINNED, controls=()))
    where = {"control": ("tool-integrity",)}
    assert m.one(stream, m.count(Counted.DECISIONS, where=where, at_most="9")).number == 1


def test_effects_carry_what_is_known_of_their_decision(stream: world.Stream) -> None:
    for seconds, status in ((1, Status.SUCCEEDED), (9, Status.FAILED), (2, Status.SUCCEEDED)):
        m.end(stream, stream.decide(world.PERMITTED), seconds, status=status)
    succeeded = Share(ShareOf.STATUS, ("succeeded",))
    row = m.one(stream, m.objective(Counted.EFFECTS, succeeded, at_least="0.67"))
    assert (row.value, row.verdict) == (Fraction(2, 3), Verdict.MISSED)
    assert row.json()["value"] == "0.666666"
    times = m.objective(
        Counted.EFFECTS, quantile=("0.5", QuantileOf.DURATION), at_most="2", systems=("desk",)
    )
    assert (m.one(stream, times).value, m.one(stream, times).met) == (2_000_000, True)
    other = m.objective(Counted.EFFECTS, succeeded, where={"system": ("hiring",)})
    assert m.one(stream, other).verdict is Verdict.TOO_FEW


def test_an_effect_of_another_shard_is_left_out_and_counted(stream: world.Stream) -> None:
    m.end(stream, stream.decide(world.PERMITTED))
    stream.entries = [entry for entry in stream.entries if entry.ref.index != 2]
    found = m.measured(stream, m.count(Counted.EFFECTS, at_most="0"))
    assert (found.unmatched, found.rows[0].number) == (1, 0)


def test_an_allow_without_effect_is_unknown(stream: world.Stream) -> None:
    unknown = stream.decide(world.PERMITTED)
    m.end(stream, stream.decide(world.PERMITTED))
    row = m.one(stream, m.count(Counted.UNKNOWN, at_most="0"))
    assert (row.value, row.of, row.verdict) == (1, 2, Verdict.MISSED)
    m.end(stream, unknown)
    assert m.one(stream, m.count(Counted.UNKNOWN, at_most="0")).met


def test_verdicts_their_times_and_pace(stream: world.Stream) -> None:
    for number, millis in enumerate((1_000, 5_999, 6_000)):
        said = Answer.REFUSE if number else Answer.APPROVE
        m.answer(stream, m.escalate(stream), 30, said, millis_taken=millis)
    m.answer(stream, m.escalate(stream), 30, millis_taken=1, timed=None)
    fast = m.objective(Counted.VERDICTS, Share(ShareOf.TOO_FAST), at_most="0.6")
    # thirty words at 300 a minute take six seconds
    assert _counts(m.one(stream, fast)) == (2, 3, 1)
    assert m.one(stream, fast).verdict is Verdict.MISSED
    refused = Share(ShareOf.OUTCOME, ("refuse",))
    assert m.one(stream, m.objective(Counted.VERDICTS, refused)).value == Fraction(1, 2)
    times = m.objective(Counted.VERDICTS, quantile=("0.5", QuantileOf.DURATION), at_most="6")
    assert (m.one(stream, times).value, m.one(stream, times).of) == (5_999_000, 3)


def test_a_list_is_read_as_one_text(stream: world.Stream) -> None:
    asked = [m.escalate(stream) for _ in range(3)]
    for one in asked:
        m.answer(stream, one, 30, group="g", millis_taken=10_000)
    fast = m.objective(Counted.VERDICTS, Share(ShareOf.TOO_FAST), at_most="0.1")
    assert _counts(m.one(stream, fast)) == (3, 3, 0)


def test_role_tells_verdicts_and_escalations_apart(stream: world.Stream) -> None:
    asked = m.escalate(stream, roles=("lead", "legal"), approvals=2)
    m.answer(stream, asked, 3, role="lead")
    m.answer(stream, asked, 4, role="legal", reviewer="cyd")
    for of, number in ((Counted.VERDICTS, 1), (Counted.ESCALATIONS, 1)):
        row = m.one(stream, m.count(of, where={"role": ("legal",)}, at_most="9"))
        assert row.number == number
    assert m.one(stream, m.objective(where={"role": ("nobody",)})).of == 0


def test_refusals_count_those_that_were_left_out(stream: world.Stream) -> None:
    stream.decide(world.BEYOND)
    stream.refusals({"too-many-requests": 40, "unknown-tool": 2})
    assert m.one(stream, m.count(Counted.REFUSALS, at_most="9")).number == 43
    where = {"system": ("desk",), "reason": ("too-many-requests",)}
    assert m.one(stream, m.count(Counted.REFUSALS, where=where, at_most="9")).number == 40


def test_a_quantile_beyond_what_was_decided_is_missed(stream: world.Stream) -> None:
    for _ in range(3):
        m.answer(stream, m.escalate(stream), 10)
    m.void(stream, m.escalate(stream), 4 * m.HOUR)
    median = m.objective(quantile=("0.5", QuantileOf.DECIDED_AFTER), at_most="10")
    worst = m.objective(quantile=("0.95", QuantileOf.DECIDED_AFTER), at_most="99999")
    assert m.one(stream, median).met
    row = m.one(stream, worst)
    assert (row.value, row.beyond, row.verdict) == (None, True, Verdict.MISSED)


def test_systems_of_the_objective_narrow_what_it_measures(stream: world.Stream) -> None:
    stream.decide(world.PERMITTED)
    stream.decide(world.PERMITTED, system="hiring")
    assert m.one(stream, m.count(Counted.DECISIONS, systems=("desk",), at_most="9")).number == 1


def test_planted_ones_count_for_what_is_planted_alone(stream: world.Stream) -> None:
    drill = m.commit(stream)
    real, made_up = m.escalate(stream), m.escalate(stream)
    m.answer(stream, real, 60)
    m.answer(stream, made_up, 61, Answer.REFUSE)
    m.reveal(stream, drill, made_up, Observed.REFUSED)
    found = m.measured(stream, m.objective(), m.count(Counted.VERDICTS, id="v", at_most="9"))
    assert [(row.number, row.of) for row in found.rows] == [(1, 1), (1, 1)]
    assert (found.planted, found.unrevealed) == (1, 0)
    caught = m.objective(Counted.PLANTED, Share(ShareOf.CAUGHT), at_least="1")
    assert m.one(stream, caught).met
    refused = m.objective(Counted.PLANTED, Share(ShareOf.OUTCOME, ("refused",)), at_least="1")
    assert m.one(stream, refused).met


@pytest.mark.parametrize("observed", [Observed.EXPIRED, Observed.VOIDED])
def test_a_planted_one_that_nobody_answered_tells_nothing(
    stream: world.Stream, observed: Observed
) -> None:
    drill = m.commit(stream)
    made_up = m.escalate(stream)
    m.void(stream, made_up, 60)
    m.reveal(stream, drill, made_up, observed)
    row = m.one(stream, m.objective(Counted.PLANTED, Share(ShareOf.CAUGHT), at_least="1"))
    assert (_counts(row), row.verdict) == ((0, 0, 1), Verdict.TOO_FEW)


def test_what_may_be_made_up_counts_while_nobody_can_tell(stream: world.Stream) -> None:
    drill = m.commit(stream)
    m.answer(stream, m.escalate(stream), 60)
    found = m.measured(stream, m.objective())
    assert (found.unrevealed, found.rows[0].of) == (1, 1)
    m.reveal(stream, drill, None, Observed.NOT_PLANTED)
    found = m.measured(stream, m.objective())
    assert (found.unrevealed, found.planted, found.rows[0].of) == (0, 0, 1)


def test_a_stage_can_be_asked_for_by_name(stream: world.Stream) -> None:
    stream.decide(world.PERMITTED, stage=Stage.PILOT)
    stream.decide(world.PERMITTED)
    assert m.one(stream, m.count(Counted.DECISIONS, at_most="9")).number == 1
    pilot = m.count(Counted.DECISIONS, where={"stage": ("pilot",)}, at_most="9")
    assert (m.one(stream, pilot).number, m.one(stream, pilot).stage) == (1, Stage.PILOT)


def test_what_is_no_query_is_named_and_wrong(stream: world.Stream) -> None:
    row = m.one(stream, m.objective(Counted.EFFECTS))
    assert (row.verdict, row.wrong) == (Verdict.NOT_MEASURABLE, True)
    assert row.why == "no share of effects by `decided_within`"


def test_the_plan_in_force_at_a_moment(stream: world.Stream) -> None:
    at = stream.at
    stream.release("b" * 64)
    assert plan_in_force(stream.entries, at) == "a" * 64
    assert plan_in_force(stream.entries, stream.at) == "b" * 64
    assert plan_in_force((), at) is None
    found = measure(stream.entries, m.plan(), world.bundles(), stream.at)
    assert (found.plan, found.rows, found.records) == ("b" * 64, (), 3)
