"""I3: one approval, one release; a retry that we can recognise never executes twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.bank import Bank, allowed, bank_bundle, escalated, pay
from watchkeeper.do.state.pending import Waiting
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Escalated, Refused, Stored
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.kinds import Kind


def _refused(answer: Answer) -> Reason:
    assert isinstance(answer, Refused), answer
    return answer.reason


def _done(bank: Bank, answer: Answer) -> Allowed:
    found = allowed(answer)
    bank.kernel.finish(found, Status.SUCCEEDED, found.at, {"paid": True})
    return found


def _approved(bank: Bank, amount: float = 400, **more: object) -> str:
    handle = escalated(bank.ask(pay(amount, **more))).handle
    bank.approve(handle)
    return handle


# one approval, one release


def test_two_that_come_back_at_once_release_it_once() -> None:
    bank = Bank()
    handle = _approved(bank)
    both = [bank.kernel.come_back("payer", handle) for _ in range(2)]
    answers = [bank.decide(admitted) for admitted in both]
    assert isinstance(answers[0], Allowed)
    assert _refused(answers[1]) is Reason.EFFECT_UNKNOWN


def test_deciding_an_admitted_call_twice_releases_it_once() -> None:
    bank = Bank()
    admitted = bank.kernel.admit(pay())
    assert isinstance(admitted, Admitted)
    assert isinstance(bank.decide(admitted), Allowed)
    assert _refused(bank.decide(admitted)) is Reason.EFFECT_UNKNOWN


def test_an_identical_call_joins_the_one_that_waits() -> None:
    bank = Bank()
    first = escalated(bank.ask(pay(400)))
    assert escalated(bank.ask(pay(400))).handle == first.handle
    bank.approve(first.handle)
    assert isinstance(bank.ask(pay(400)), Allowed)
    assert bank.home.state.pending.by_handle(first.handle).state is Waiting.RELEASED  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change", [{"agent": "other"}, {"on_behalf_of": "cyd"}, {"key": "k2"}, {"note": "x"}]
)
def test_a_call_by_or_for_another_does_not_join_it(change: dict[str, object]) -> None:
    bank = Bank()
    first = escalated(bank.ask(pay(400)))
    answer = bank.ask(pay(400, **change))
    assert not isinstance(answer, Escalated) or answer.handle != first.handle


def test_a_handle_is_of_no_use_to_another_agent() -> None:
    bank = Bank()
    handle = _approved(bank)
    assert _refused(bank.come_back(handle, agent="other")) is Reason.INVALID_REQUEST


def test_an_approval_does_not_outlive_its_expiry() -> None:
    bank = Bank()
    handle = _approved(bank)
    late = bank.kernel.come_back("payer", handle)
    bank.clock.advance(4 * 3600)
    assert _refused(bank.decide(late)) is Reason.EXPIRED
    assert _refused(bank.come_back(handle)) is Reason.EXPIRED
    assert [e for e in bank.entries() if e.record.kind is Kind.VOID]


def test_silence_until_the_expiry_is_a_refusal_and_is_recorded() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(400))).handle
    bank.clock.advance(4 * 3600)
    bank.kernel.tick()
    assert _refused(bank.come_back(handle)) is Reason.EXPIRED
    with pytest.raises(CommandInvalid):
        bank.approve(handle)


def test_a_new_plan_voids_what_waits_even_if_we_die_in_between() -> None:
    bank = Bank()
    handle = _approved(bank)
    release = bank.log.durable
    bank.release(replace(bank_bundle(), scope="Paying more people."))
    del bank.log.disk[release + 1 :]
    bank.crash()
    assert bank.home.state.pending.by_handle(handle).waits()  # type: ignore[union-attr]
    assert _refused(bank.come_back(handle)) is Reason.VOIDED
    assert bank.entries()[-1].record.predicate.why is Reason.VOIDED


def test_a_plan_released_while_facts_are_read_voids_the_approval() -> None:
    bank = Bank()
    admitted = bank.kernel.come_back("payer", _approved(bank))
    bank.release(replace(bank_bundle(), scope="Paying more people."))
    assert _refused(bank.decide(admitted)) is Reason.VOIDED


def test_a_fact_that_the_reviewer_saw_and_that_changed_escalates_again() -> None:
    bank = Bank()
    handle = _approved(bank)
    again = escalated(bank.come_back(handle, limit="4000.00"))
    assert again.handle != handle
    assert _refused(bank.come_back(handle)) is Reason.VOIDED
    bank.approve(again.handle, "cyd")
    assert isinstance(bank.come_back(again.handle, limit="4000.00"), Allowed)


def test_approval_never_overrides_a_hard_rule_a_stop_or_a_spent_budget() -> None:
    bank = Bank()
    handle = _approved(bank)
    assert _refused(bank.come_back(handle, limit="10.00")) is Reason.FORBIDDEN
    allowed(bank.ask(pay(150, to="cafe")))
    assert _refused(bank.come_back(handle)) is Reason.NO_AUTHORITY
    stopped = Bank()
    handle = _approved(stopped)
    stopped.stop("tool", "bank/pay")
    assert _refused(stopped.come_back(handle)) is Reason.STOPPED
    stopped.resume("tool", "bank/pay")
    assert _refused(stopped.come_back(handle)) is Reason.STOPPED, "a stop ends what waits for good"


def test_two_people_means_two_people() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(100, why="broken"))).handle
    assert bank.approve(handle, "ben")["state"] == "pending"
    with pytest.raises(NotAuthorised):
        bank.approve(handle, "ben")
    assert isinstance(bank.come_back(handle), Escalated)
    assert bank.approve(handle, "cyd")["state"] == "approved"
    assert isinstance(bank.come_back(handle), Allowed)


# the same action again


def test_the_same_key_gives_the_stored_outcome_again() -> None:
    bank = Bank()
    done = _done(bank, bank.ask(pay(100, key="k1")))
    again = bank.ask(pay(100, key="k1"))
    assert isinstance(again, Stored)
    assert again.decision_id == done.request.action_id


@pytest.mark.parametrize("change", [{"to": "cafe"}, {"on_behalf_of": "cyd"}])
def test_the_same_key_for_anything_else_is_refused(change: dict[str, object]) -> None:
    bank = Bank()
    _done(bank, bank.ask(pay(100, key="k1")))
    assert _refused(bank.ask(pay(100, key="k1", **change))) is Reason.KEY_REUSED


def test_the_same_key_while_the_outcome_is_unknown_is_refused() -> None:
    bank = Bank()
    allowed(bank.ask(pay(100, key="k1")))
    assert _refused(bank.ask(pay(100, key="k1"))) is Reason.EFFECT_UNKNOWN
    bank.crash()
    assert _refused(bank.ask(pay(100, key="k1"))) is Reason.EFFECT_UNKNOWN


def test_a_key_is_another_agent_s_own() -> None:
    bank = Bank()
    _done(bank, bank.ask(pay(100, key="k1")))
    assert _refused(bank.ask(pay(100, key="k1", agent="other"))) is Reason.NO_AUTHORITY


@pytest.mark.parametrize("restart", [False, True])
def test_a_key_that_expired_is_refused_behind_one_that_lives_longer(restart: bool) -> None:
    bank = Bank()
    _done(bank, bank.ask(pay(100, note="lives for 20 minutes")))
    _done(bank, bank.ask(pay(100, key="lives for 10")))
    bank.clock.advance(660)
    if restart:
        bank.crash()
    assert _refused(bank.ask(pay(100, key="lives for 10"))) is Reason.KEY_EXPIRED


def test_the_tool_file_recognises_a_retry_that_has_no_key() -> None:
    bank = Bank()
    _done(bank, bank.ask(pay(100, note="a")))
    assert isinstance(bank.ask(pay(100, note="a")), Stored)
    assert _refused(bank.ask(pay(50, note="a"))) is Reason.KEY_REUSED
    bank.clock.advance(20 * 60)
    assert isinstance(bank.ask(pay(100, note="a")), Allowed)


def test_a_key_of_one_that_waits_is_not_free_for_another() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(400, key="k1"))).handle
    assert _refused(bank.ask(pay(100, key="k1"))) is Reason.KEY_REUSED
    bank.refuse(handle)
    assert isinstance(bank.ask(pay(100, key="k1")), Allowed)
