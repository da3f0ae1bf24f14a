"""A reviewer whose evidence of competence ran out, or was never there, answers all the same."""

from __future__ import annotations

import pytest

from tests.worlds.assessed import assessed_plan, decisions, pass_the_day, said_of_aims
from tests.worlds.bank import Bank, allowed, escalated, pay
from watchkeeper.errors import NotAuthorised
from watchkeeper.loop.inbox import Inbox
from watchkeeper.records.plan.bundle import Bundle

RAN_OUT = "there is no valid evidence of your competence for the role"


def competent_plan(enforce: str = "true") -> Bundle:
    """Ana's evidence is good for years, Ben's until the day that passes, Cyd has none."""
    rows = "".join(
        f"  - {{need: limits, person: {who}, evidence: trained, on: 2026-09-01, expires: {ends}}}\n"
        for who, ends in (("ana", "2029-01-01"), ("ben", "2026-11-30"))
    )
    needs = "needs:\n  - {id: limits, role: lead, what: Knows the limits.}\n"
    file = f"enforce: {enforce}\n{needs}held:\n{rows}"
    return assessed_plan({"competence.yaml": file})


def _waits(bank: Bank, note: str) -> str:
    asked = escalated(bank.ask(pay(300, note=note)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    return asked.handle


def test_who_never_had_it_is_refused_and_sees_why() -> None:
    bank = Bank(competent_plan())
    handle = _waits(bank, "a")
    with pytest.raises(NotAuthorised, match=RAN_OUT):
        bank.approve(handle, "cyd")
    with pytest.raises(NotAuthorised, match=RAN_OUT):
        bank.refuse(handle, "cyd")
    mine = Inbox(bank.home).items("cyd").items[0].mine
    assert (mine.may, mine.why) == (False, RAN_OUT)
    assert bank.approve(handle, "ben")["state"] == "approved"
    allowed(bank.come_back(handle))


def test_from_the_day_after_its_last_one_it_is_none() -> None:
    bank = Bank(competent_plan())
    pass_the_day(bank)
    handle = _waits(bank, "b")
    with pytest.raises(NotAuthorised, match=RAN_OUT):
        bank.approve(handle, "ben")
    assert Inbox(bank.home).items("ana").items[0].mine.may
    assert bank.approve(handle, "ana")["state"] == "approved"


def test_after_a_start_it_is_still_none() -> None:
    bank = Bank(competent_plan())
    handle = _waits(bank, "c")
    bank.crash()
    with pytest.raises(NotAuthorised, match=RAN_OUT):
        bank.approve(handle, "cyd")


def test_where_it_is_not_enforced_only_the_fact_says_so() -> None:
    bank = Bank(competent_plan("false"))
    handle = _waits(bank, "d")
    assert bank.approve(handle, "cyd")["state"] == "approved"
    assert said_of_aims(decisions(bank)[-1]) == '{"competence":["lead"]}'


def test_the_plan_that_is_published_names_nobody() -> None:
    management = competent_plan().management
    assert management is not None
    assert not [name for name in ("ana", "ben", "cyd") if name in str(management.watched)]


def test_a_list_is_no_way_round() -> None:
    from tests.worlds.reviews import listed

    bank = Bank(competent_plan())
    handle = _waits(bank, "e")
    with pytest.raises(NotAuthorised, match=RAN_OUT):
        bank.tell("cyd", "approve-list", **listed(bank, [handle]))
