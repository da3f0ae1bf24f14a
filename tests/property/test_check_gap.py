"""What must hold of the gap table for any history (I7)."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import records as world
from watchkeeper.check.gap import GapTable, Standing, State, gap_table, state_of
from watchkeeper.check.timeline import MOST_BUCKETS, TimelineCounter
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

_PLAN = world.bundle()
_POLICIES = [policy.id for policy in _PLAN.policies]
_CONTROLS = [control.id for control in _PLAN.controls]
_QUICK = settings(max_examples=100)


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(
        lambda found: tuple(sorted(found))
    )


decisions = st.builds(
    Decision,
    outcome=st.sampled_from(Outcome),
    reasons=st.sampled_from(Reason).map(lambda reason: (reason,)),
    policies=some(_POLICIES),
    controls=some([*_CONTROLS, "nobody-wrote-it"]),
    errors=some(_POLICIES),
)
details = st.fixed_dictionaries(
    {
        "system": st.sampled_from(["desk", "hiring", "gone"]),
        "stage": st.sampled_from(Stage),
        "tool": st.sampled_from(["refund", "export", "lookup"]),
        "point": st.sampled_from([world.GATEWAY, world.GUARD, world.PERMIT]),
        "would": st.none() | decisions,
    }
)
histories = st.lists(st.tuples(decisions, details), max_size=25)


def entries_of(history: list[tuple[Decision, dict[str, Any]]]) -> list[Entry]:
    stream = world.begun()
    for made, more in history:
        stream.decide(made, **more)
    return stream.entries


def table_of(entries: list[Entry], plan: Bundle = _PLAN) -> GapTable:
    return gap_table(entries, world.bundles(plan))


@_QUICK
@given(histories, st.text(max_size=9))
def test_a_document_only_control_never_adds_to_what_is_enforced(
    history: list[tuple[Decision, dict[str, Any]]], name: str
) -> None:
    entries = entries_of(history)
    words = world.control(f"words-{name}", systems=("desk",))
    more = dataclasses.replace(_PLAN, controls=(*_PLAN.controls, words))
    before, after = table_of(entries), table_of(entries, more)
    assert after.enforced_in_production == before.enforced_in_production
    assert after.by_state()[State.ENFORCED] == before.by_state()[State.ENFORCED]
    assert after.by_state()[State.DOCUMENT_ONLY] == before.by_state()[State.DOCUMENT_ONLY] + 1


@_QUICK
@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_records_are_read_never_matters(
    history: list[tuple[Decision, dict[str, Any]]], chance: Any
) -> None:
    entries = entries_of(history)
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert table_of(shuffled) == table_of(entries)


@_QUICK
@given(histories)
def test_only_what_fired_outside_the_agent_s_process_is_enforced(
    history: list[tuple[Decision, dict[str, Any]]],
) -> None:
    inside = [(made, more | {"point": world.GUARD}) for made, more in history]
    observed = [(made, more | {"would": world.BEYOND}) for made, more in history]
    for tame in (inside, observed):
        assert table_of(entries_of(tame)).by_state()[State.ENFORCED] == 0


@_QUICK
@given(histories)
def test_enforced_in_production_is_enforced_applicable_and_fired_in_production(
    history: list[tuple[Decision, dict[str, Any]]],
) -> None:
    for row in table_of(entries_of(history)).enforced_in_production:
        assert row.state is State.ENFORCED
        assert row.stage is Stage.PRODUCTION
        assert row.applicable != "out"
        assert row.policies or row.built_in
        assert row.fired > row.earlier
        assert any(
            point.stage is Stage.PRODUCTION and point.boundary != "in-process"
            for point in row.points
        )


@_QUICK
@given(histories)
def test_points_add_up_and_times_lie_within_the_log(
    history: list[tuple[Decision, dict[str, Any]]],
) -> None:
    entries = entries_of(history)
    for row in table_of(entries).rows:
        assert sum(point.count for point in row.points) == row.fired
        assert (row.first_fired is None) == (row.fired == 0)
        if row.first_fired is not None and row.last_fired is not None:
            assert entries[0].record.predicate.at < row.first_fired <= row.last_fired


@_QUICK
@given(histories, histories)
def test_more_history_never_takes_a_firing_away(
    first: list[tuple[Decision, dict[str, Any]]], second: list[tuple[Decision, dict[str, Any]]]
) -> None:
    before = {(row.control, row.system): row for row in table_of(entries_of(first)).rows}
    after = {(row.control, row.system): row for row in table_of(entries_of(first + second)).rows}
    for place, row in before.items():
        assert after[place].fired >= row.fired
        assert after[place].in_production >= row.in_production


@_QUICK
@given(histories)
def test_an_unread_shard_before_changes_nothing_about_the_plan_in_force(
    history: list[tuple[Decision, dict[str, Any]]],
) -> None:
    entries = entries_of(history)
    later = [dataclasses.replace(entry, ref=Ref(1, entry.ref.index)) for entry in entries]
    found = table_of(later)
    here = tuple(
        dataclasses.replace(row, last_ref=row.last_ref and Ref(0, row.last_ref.index))
        for row in found.rows
    )
    assert dataclasses.replace(found, rows=here) == table_of(entries)


@_QUICK
@given(
    st.builds(
        Standing,
        *[st.booleans()] * 6,
        *[st.integers(min_value=0, max_value=2)] * 5,
    )
)
def test_enforced_needs_a_plan_that_says_so_and_a_firing_outside(standing: Standing) -> None:
    enforced = state_of(standing) is State.ENFORCED
    assert enforced == (
        standing.readable
        and standing.defined
        and standing.applies
        and standing.enforceable
        and standing.fired_outside > 0
    )


@_QUICK
@given(
    st.lists(
        st.tuples(st.integers(0, 4_102_444_800_000_000), st.sampled_from(Outcome)), max_size=60
    )
)
def test_a_timeline_loses_nothing_and_stays_small(times: list[tuple[int, Outcome]]) -> None:
    counter = TimelineCounter()
    for at, outcome in times:
        counter.add(Instant(at), outcome)
    found = counter.timeline()
    assert len(found.buckets) <= MOST_BUCKETS
    assert sum(bucket.total for bucket in found.buckets) == len(times)
    starts = [bucket.start for bucket in found.buckets]
    assert starts == sorted(set(starts))
