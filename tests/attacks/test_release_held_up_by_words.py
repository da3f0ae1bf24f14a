"""Words are written otherwise, and the release is held up as if more were let through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.approvals import RULE, STALE, answer, managed, release, ruled, wider
from tests.worlds.bank import Bank
from watchkeeper.errors import AssessmentStale
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Topic, Watched

BASE = ruled(management=managed())
NEED = Watched(Topic.COMPETENCE, "knows", roles=("lead",))


def _first(of: str, /, **changes: Any) -> Callable[[Bundle], Bundle]:
    def change(plan: Bundle) -> Bundle:
        one, *rest = getattr(plan, of)
        return replace(plan, **{of: (replace(one, **changes), *rest)})

    return change


WORDS: dict[str, tuple[Callable[[Bundle], Bundle], str]] = {
    "why": (_first("applicability", why="Since."), "its justification is said in other words"),
    "evidence": (_first("applicability", evidence="a note"), "its evidence changed"),
    "nobody": (_first("applicability", owner=""), "nobody answers for it, before `ana`"),
    "title": (_first("systems", title="The desk"), "its title is The desk"),
    "reason": (_first("systems", scope_reason="It is ours."), "its reason to be in"),
    "purpose": (_first("systems", purpose="To pay."), "its purpose is said in other words"),
    "name": (_first("people", name="Anna"), "is called Anna, before Ana"),
    "annex": (_first("controls", annex_a=("A.9.3",)), "its controls of Annex A changed"),
}


@pytest.mark.parametrize("name", WORDS)
def test_they_are_named_and_weaken_nothing(name: str) -> None:
    change, words = WORDS[name]
    diff = diff_bundles(BASE, change(BASE))
    assert (diff.weakenings, diff.widened) == ((), ())
    assert words in " ".join(map(str, diff.changes))


def test_evidence_of_competence_goes_the_way_it_goes() -> None:
    lacks, has = (
        ruled(management=managed(one)) for one in (replace(NEED, since=("missing",)), NEED)
    )
    came, went = diff_bundles(lacks, has), diff_bundles(has, lacks)
    assert (came.weakenings, came.strengthenings) == ((), ())
    assert "there is evidence of it now, good for ever" in str(came.changes)
    words = "competence `knows`: evidence of it is missing now"
    assert (went.weakenings, went.strengthenings) == ((), (words,))


def test_everything_that_is_stale_is_named_at_once() -> None:
    bank = Bank(BASE)
    both = (STALE, replace(STALE, topic=Topic.RISK))
    plan = wider(RULE, management=managed(*both))
    answer(bank, "ben", plan, excepts=["desk:impact"], why="assessed on Monday")
    with pytest.raises(AssessmentStale, match=": desk:risk;") as refused:
        release(bank, plan)
    assert "--role lead --except desk:impact --except desk:risk --reason" in refused.value.advice
    answer(bank, "ben", plan, excepts=["desk:impact", "desk:risk"], why="assessed on Monday")
    assert len(release(bank, plan)["exceptions"]) == 1
