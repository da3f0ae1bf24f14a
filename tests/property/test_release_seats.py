"""The seats of a release rule: filled whenever different people can fill them at all."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.parts.plan_verdicts import Given
from watchkeeper.loop.release.approvals import seated
from watchkeeper.records.people import Answer
from watchkeeper.records.reference import Ref

_ROLES, _PEOPLE = ("a", "b", "c"), ("p", "q", "r", "s")
_needed = st.dictionaries(st.sampled_from(_ROLES), st.integers(1, 2), max_size=3)
_given = st.lists(
    st.tuples(st.sampled_from(_PEOPLE), st.sampled_from(_ROLES)), max_size=8, unique=True
)


def _answers(who: list[tuple[str, str]]) -> list[Given]:
    return [
        Given(Ref(0, at), "plan", None, Answer.APPROVE, person, role, "")
        for at, (person, role) in enumerate(who)
    ]


@settings(max_examples=150)
@given(_needed, _given)
def test_they_are_filled_where_anybody_could(
    needed: dict[str, int], who: list[tuple[str, str]]
) -> None:
    seats = [role for role, count in needed.items() for _ in range(count)]
    could = any(
        all((person, role) in who for person, role in zip(people, seats, strict=True))
        for people in permutations(_PEOPLE, len(seats))
    )
    found = seated(needed, _answers(who))
    assert isinstance(found, list) == could
    if isinstance(found, list):
        assert sorted(one.role for one in found) == sorted(seats)
        assert len({one.by for one in found}) == len(seats)
    else:
        assert found in needed


@settings(max_examples=100)
@given(_needed, _given, st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(
    needed: dict[str, int], who: list[tuple[str, str]], random: object
) -> None:
    other = list(who)
    random.shuffle(other)
    both = [seated(needed, _answers(some)) for some in (who, other)]
    assert isinstance(both[0], list) == isinstance(both[1], list)
