"""The state of the management system, found by a sorted line of changes, is that of the plan."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.do.decision.management import Timelines, aims_facts
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import MEMBERS, AimsState, Management, Topic, Watched

SYSTEMS = ("desk", "claims")
MOMENTS = st.integers(0, 12).map(Instant)
WATCHED = st.builds(
    Watched,
    topic=st.sampled_from(Topic),
    id=st.sampled_from(["a", "b"]),
    systems=st.sets(st.sampled_from(SYSTEMS)).map(lambda some: tuple(sorted(some))),
    until=st.none() | MOMENTS,
    since=st.sets(st.sampled_from(["new-tool", "suspended"])).map(lambda some: tuple(sorted(some))),
    roles=st.sampled_from([(), ("governance",)]),
    not_before=st.none() | MOMENTS,
)


@given(st.lists(WATCHED), st.lists(WATCHED, max_size=2), st.lists(MOMENTS, min_size=1))
def test_it_is_what_going_through_all_of_them_finds(
    plan: list[Watched], more: list[Watched], moments: list[Instant]
) -> None:
    management = Management("0" * 64, tuple(plan))
    lines = Timelines(management)
    for at in moments:  # in any order: a clock that is asked twice gets the same answer
        for system in (*SYSTEMS, "other", ""):
            expected = management.at(system, at, tuple(more))
            assert lines.at(system, at, tuple(more)) == expected
            assert lines.at(system, at) == management.at(system, at)


@given(st.lists(WATCHED), MOMENTS, MOMENTS)
def test_time_alone_only_ever_adds_but_where_a_day_to_come_has_come(
    plan: list[Watched], one: Instant, other: Instant
) -> None:
    management = Management("0" * 64, tuple(plan))
    first, last = sorted((one, other))
    early, late = (management.at("desk", at).counting for at in (first, last))
    came = [w.not_before for w in plan if w.not_before is not None and first < w.not_before <= last]
    if not came:
        assert all(set(early[name]) <= set(late.get(name, ())) for name in early)


def test_every_member_is_there_whether_anything_counts_or_not() -> None:
    well = aims_facts(AimsState())
    assert set(well) == {member.name for member in MEMBERS}
    assert not any(well.values())


def test_what_counts_is_named_and_flagged() -> None:
    state = AimsState({"impact": ("date", "new-tool"), "finding": ("late",), "suspended": ("c",)})
    facts = aims_facts(state)
    assert facts["impact_stale"] is True
    assert facts["impact_why"] == ["date", "new-tool"]
    assert facts["findings_overdue"] == ["late"]
    assert facts["certificate_suspended"] is True
    assert facts["risk_stale"] is False
