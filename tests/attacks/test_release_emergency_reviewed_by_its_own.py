"""Who releases in an emergency brings somebody along, or picks somebody, to look at it after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.approvals import (
    RULE,
    answer,
    changes_step,
    digest_of,
    forged,
    lied,
    managed,
    on_disk,
    release,
    renamed,
    ruled,
    wider,
)
from tests.worlds.bank import public
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.facts_of.management import aims_of
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.release_rule import NeededApproval

DOWN = "the shop is down"
EXCEPTING = replace(RULE, exceptions="compliance")
ANYBODY = replace(RULE, exceptions=None)


def _with(plan: Bundle, **roles: str) -> Bundle:
    """The same plan with one more holder of each role; who is new there gets a key."""
    known = {one.id for one in plan.people}
    new = tuple(Person(one, one.title(), (public(one),)) for one in {*roles.values()} - known)
    held = {role: (*plan.roles.get(role, ()), one) for role, one in roles.items()}
    return replace(plan, people=plan.people + new, roles={**plan.roles, **held})


def _held(changed: Mapping[str, tuple[str, ...]], plan: Bundle | None = None) -> Bundle:
    plan = plan or wider()
    return replace(plan, roles={**plan.roles, **changed})


def _rekeyed(plan: Bundle, person: str) -> Bundle:
    people = tuple(
        replace(one, keys=(public("dan"),)) if one.id == person else one for one in plan.people
    )
    return replace(plan, people=people)


def test_a_holder_of_another_role_does_not_look_at_it(tmp_path: Path) -> None:
    first = _with(ruled(EXCEPTING, management=managed()), compliance="dan", release="dan")
    plan = _with(wider(EXCEPTING, management=managed()), compliance="dan", release="dan")
    bank = on_disk(tmp_path, first)
    before = bank.home.state.plan
    release(bank, plan, why=DOWN)
    bank.clock.advance(3601)
    for role in ("compliance", "release"):
        with pytest.raises(NotAuthorised, match="asks nobody"):
            answer(bank, "dan", plan, role=role, previous=before)
    aims = aims_of(bank.home, "desk", bank.home.now())
    assert aims is not None
    assert "release-review" in aims.counting
    assert changes_step(bank) == []
    lied(bank, "dan", plan, role="compliance", previous=before)
    (found,) = changes_step(bank)
    assert "asks nobody for an answer as `compliance`" in found
    bank.close()


def test_a_role_that_is_asked_only_since_does_not_look_at_it(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    before = bank.home.state.plan
    release(bank, wider(), why=DOWN)
    more = replace(RULE, approvals=(*RULE.approvals, NeededApproval("compliance")))
    later = _with(wider(more), compliance="dan")
    answer(bank, "cyd", later)
    release(bank, later)
    with pytest.raises(NotAuthorised, match="asks nobody"):
        answer(bank, "dan", wider(), role="compliance", previous=before)
    answer(bank, "cyd", wider(), previous=before)
    assert changes_step(bank) == []
    bank.close()


@pytest.mark.parametrize(
    ("first", "plan"),
    [
        (ruled(ANYBODY), _with(wider(ANYBODY), release="sock")),
        (
            _with(ruled(EXCEPTING), compliance="dan"),
            _with(wider(EXCEPTING), compliance="sock"),
        ),
        (ruled(), _held({"lead": ("ana", "cyd")})),
        (ruled(), _rekeyed(wider(), "ben")),
        (ruled(), _held({"operate": ("ana", "dan")})),
    ],
    ids=[
        "one more releases",
        "another excepts",
        "one less looks",
        "another key",
        "another calls the next",
    ],
)
def test_it_leaves_alone_who_has_a_word(first: Bundle, plan: Bundle, tmp_path: Path) -> None:
    bank = on_disk(tmp_path, first)
    with pytest.raises(CommandInvalid, match="emergency can not change who"):
        release(bank, plan, why=DOWN)
    forged(bank, plan, urgent=DOWN)
    (found,) = changes_step(bank)
    assert found.startswith("an emergency that changes who holds")
    bank.close()


def test_whoever_has_no_word_may_come_and_go(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    plan = _with(renamed(wider()), watch="sock")
    release(bank, plan, why=DOWN)
    assert bank.home.state.plan == digest_of(plan)
    assert changes_step(bank) == []
    bank.close()
