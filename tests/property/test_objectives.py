"""What must hold of objectives for any history, against a reckoning that reads it all at once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import measured as m
from tests.worlds import records as world
from watchkeeper.check.objectives import Meter, Verdict
from watchkeeper.records.action import DecisionRecord, Outcome, Reason, VoidRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.management.objectives import Counted, QuantileOf, Share, ShareOf
from watchkeeper.records.reference import Ref

_QUICK = settings(max_examples=100)
_LIMIT = 30 * m.MINUTE * 1_000_000

_seconds = st.sampled_from([0.000001, 1, 60, 1_799, 1_800, 1_801, 7_200])
_steps = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "approve", "refuse", "expire", "void", "block", "wait"]),
        _seconds,
        st.integers(0, 9),
    ),
    max_size=30,
)
_windows = st.sampled_from([60, 3_600, 10_000, 30 * m.DAY])


def _history(steps: list[tuple[str, float, int]]) -> world.Stream:
    stream, waiting = world.begun(), []
    for what, seconds, which in steps:
        stream.tick(seconds)
        asked = (
            waiting.pop(which % len(waiting)) if waiting and what not in {"ask", "wait"} else None
        )
        if what == "ask":
            waiting.append(m.escalate(stream, system=("desk", "hiring")[which % 2]))
        elif what == "block":
            stream.decide(world.BEYOND)
            waiting += [asked] if asked else []
        elif asked is not None and what in {"approve", "refuse"}:
            m.answer(stream, asked, 0, Answer(what))
        elif asked is not None:
            stream.void(asked, Reason.EXPIRED if what == "expire" else Reason.STOPPED)
    return stream


def _oracle(stream: world.Stream, at: Instant, window: int) -> tuple[int, int, int]:
    """Look at each escalation of `desk` by itself, with all that came after it."""
    number = of = undecided = 0
    said = [entry.record.predicate for entry in stream.entries if entry.record.predicate.at <= at]
    for index, one in enumerate(said):
        if not (isinstance(one, DecisionRecord) and one.decision.outcome is Outcome.ESCALATE):
            continue
        if one.system != "desk" or not at.plus(-window) < one.at <= at:
            continue
        after = [w for w in said if getattr(w, "decision", None) == Ref(0, index)]
        decided = [w.at - one.at for w in after if isinstance(w, VerdictRecord)]
        ended = [w for w in after if isinstance(w, VoidRecord)]
        if decided:
            of, number = of + 1, number + (decided[0] <= _LIMIT)
        elif _nobody_could(ended, one.at, at):
            of += 1
        else:
            undecided += 1
    return number, of, undecided


def _nobody_could(ended: list[VoidRecord], asked: Instant, at: Instant) -> bool:
    if ended and ended[0].why is Reason.EXPIRED:
        return True
    return (ended[0].at if ended else at) - asked > _LIMIT


@_QUICK
@given(_steps, _windows, st.integers(0, 40))
def test_a_share_is_what_counting_by_hand_gives(
    steps: list[tuple[str, float, int]], window: int, upto: int
) -> None:
    stream = _history(steps)
    at = stream.entries[min(upto, len(stream.entries) - 1)].record.predicate.at
    row = m.one(stream, m.objective(window_seconds=window, systems=("desk",)), at=at)
    assert (row.number, row.of, row.undecided) == _oracle(stream, at, window)
    assert row.value == (Fraction(row.number, row.of) if row.of else None)
    assert row.met is (row.of > 0 and row.number * 100 >= row.of * 95)


@_QUICK
@given(_steps, st.integers(0, 30))
def test_a_log_in_parts_measures_as_the_whole(
    steps: list[tuple[str, float, int]], where: int
) -> None:
    stream = _history(steps)
    asked = (
        m.objective(),
        m.objective(quantile=("0.9", QuantileOf.DECIDED_AFTER), at_most="1800", id="q"),
        m.count(Counted.REFUSALS, id="r", at_most="3"),
    )
    plan = m.plan(*asked)
    meter = Meter(plan, world.bundles(plan), stream.at, asked)
    for part in (stream.entries[:where], stream.entries[where:]):
        for entry in part:
            meter.take(entry)
    assert meter.measurement() == m.measured(stream, *asked)


@_QUICK
@given(_steps, st.permutations([60, 3_600, 10_000]))
def test_objectives_do_not_see_each_other(
    steps: list[tuple[str, float, int]], windows: list[int]
) -> None:
    stream = _history(steps)
    asked = [m.objective(window_seconds=window, id=f"w{window}") for window in windows]
    together = m.measured(stream, *asked).rows
    assert list(together) == [m.one(stream, one) for one in asked]


@_QUICK
@given(_steps, st.sampled_from([0, 60, 3_600]))
def test_windows_side_by_side_count_everything_once(
    steps: list[tuple[str, float, int]], cut: int
) -> None:
    stream = _history(steps)
    blocked = Share(ShareOf.OUTCOME, ("block",))

    def of(window: int, at: Instant) -> int:
        asked = m.objective(Counted.DECISIONS, blocked, window_seconds=window, at_most="1")
        return m.one(stream, asked, at=at).of

    whole = 100_000_000
    assert of(whole, stream.at) == of(whole - cut, stream.at.plus(-cut)) + (
        of(cut, stream.at) if cut else 0
    )


@_QUICK
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40))
def test_never_met_on_less_than_the_least(good: int, bad: int, least: int) -> None:
    stream = world.begun()
    for made in [world.PERMITTED] * good + [world.BEYOND] * bad:
        stream.decide(made)
    asked: Any = m.objective(
        Counted.DECISIONS, Share(ShareOf.OUTCOME, ("block",)), at_most="0.5", least=least
    )
    row = m.one(stream, asked)
    if good + bad < least:
        assert (row.verdict, row.value) == (Verdict.TOO_FEW, None)
    else:
        assert row.met is (2 * bad <= good + bad)
