"""N of M means N people: whoever counts already adds nothing (decision semantics, 4)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.do.decision.facts import StandingFact
from watchkeeper.do.decision.review import ReviewNeed, Voice, apart, covers, enough, voice
from watchkeeper.do.decision.standing import completing, counting
from watchkeeper.records.reference import Ref

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


VOICES = st.lists(
    st.builds(voice, PEOPLE, ROLES, st.none() | PEOPLE, st.none() | PEOPLE), max_size=6
)
AHEAD = st.lists(st.tuples(PEOPLE, ROLES, st.none() | PEOPLE), max_size=5).map(
    lambda some: [
        StandingFact(Ref(0, n), f"std_{n}", person, role, ("r",), vouched=vouched)
        for n, (person, role, vouched) in enumerate(some)
    ]
)


@given(NEEDS, VOICES, st.data())
def test_the_voice_of_somebody_who_is_counted_never_covers(
    need: ReviewNeed, voices: list[Voice], data: st.DataObject
) -> None:
    """Nor that of a deputy, or of a passkey that they vouched for, in whatever role."""
    counted = sorted({name for one in apart(voices) for name in one.behind})
    if not counted:
        assert not enough(need, voices)
        return
    again = voice(data.draw(PEOPLE), data.draw(ROLES), data.draw(st.sampled_from(counted)))
    assert enough(need, [*voices, again]) == enough(need, voices)


@given(NEEDS, VOICES)
def test_those_who_count_are_different_people_whoever_stands_behind_them(
    need: ReviewNeed, voices: list[Voice]
) -> None:
    kept = apart(voices)
    assert sum(len(one.behind) for one in kept) == len({n for one in kept for n in one.behind})
    if enough(need, voices):
        assert len(kept) >= need.approvals


@given(NEEDS, VOICES, AHEAD)
def test_standing_approvals_complete_only_what_they_cover_and_none_is_used_for_nothing(
    need: ReviewNeed, given_: list[Voice], ahead: list[StandingFact]
) -> None:
    used = completing(need, given_, ahead)
    voices = [voice(one.reviewer, one.role, one.vouched) for one in used or ()]
    if used is None:
        assert not enough(need, given_)
        return
    assert enough(need, [*given_, *voices])
    assert set(used) <= set(counting(need, given_, ahead))
    if used:
        assert not enough(need, given_)
        for left_out in range(len(voices)):
            assert not enough(need, [*given_, *voices[:left_out], *voices[left_out + 1 :]])
