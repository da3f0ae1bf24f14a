"""N of M means N people: whoever counts already adds nothing (decision semantics, 4)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.do.decision.review import ReviewNeed, covers

PEOPLE = st.sampled_from(["ana", "ben", "cyd", "dan"])
ROLES = st.sampled_from(["lead", "clerk"])
VERDICTS = st.lists(st.tuples(PEOPLE, ROLES), max_size=6)
NEEDS = st.builds(
    lambda roles, approvals: ReviewNeed((), tuple(sorted(roles)), max(approvals, len(roles)), 60),
    st.lists(ROLES, min_size=1, max_size=3),
    st.integers(1, 4),
)


@given(NEEDS, VERDICTS, st.data())
def test_the_same_person_in_the_same_role_adds_nothing(
    need: ReviewNeed, verdicts: list[tuple[str, str]], data: st.DataObject
) -> None:
    if not verdicts:
        assert not covers(need, verdicts)
        return
    again = data.draw(st.sampled_from(verdicts))
    assert covers(need, [*verdicts, again]) == covers(need, verdicts)


@given(NEEDS, VERDICTS)
def test_it_is_never_covered_by_fewer_people_than_are_asked_for(
    need: ReviewNeed, verdicts: list[tuple[str, str]]
) -> None:
    if covers(need, verdicts):
        assert len({person for person, _ in verdicts}) >= need.approvals


@given(NEEDS, VERDICTS)
def test_taking_a_verdict_away_never_covers(
    need: ReviewNeed, verdicts: list[tuple[str, str]]
) -> None:
    if not covers(need, verdicts):
        assert not any(covers(need, verdicts[:i] + verdicts[i + 1 :]) for i in range(len(verdicts)))
