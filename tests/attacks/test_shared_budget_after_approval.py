"""An approval reserves nothing, and opens no way round a sum that others have spent meanwhile."""

from __future__ import annotations

from tests.worlds.shared import SharedBank
from watchkeeper.loop.steps import Allowed, Escalated, Refused
from watchkeeper.records.action import Reason, Status

_REVIEW = """\
@id("large")
@control("limits")
@escalate("lead")
forbid (principal, action == Action::"bank/pay", resource)
when { context.args has amount && context.args.amount.greaterThan(decimal("50.0")) };
"""
_RULES: dict[str, str | None] = {"policies/desk/large.review.cedar": _REVIEW}


def _asked(bank: SharedBank, amount: float) -> Escalated:
    answer = bank.ask_for("payer", "pay", amount=amount, currency="EUR")
    assert isinstance(answer, Escalated)
    return answer


def test_what_was_approved_is_refused_once_others_have_spent_the_sum() -> None:
    bank = SharedBank(_RULES)
    waiting = _asked(bank, 60)
    assert bank.last().grants == ()
    bank.approve(waiting.handle)
    assert bank.pay("seller", 50)
    answer = bank.come_back(waiting.handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.FORBIDDEN
    assert bank.pay("clerk", 50)


def test_two_approvals_for_the_last_of_it_release_one_action() -> None:
    bank = SharedBank(_RULES)
    first, second = _asked(bank, 60), _asked(bank, 60.5)
    for waiting in (first, second):
        bank.approve(waiting.handle)
    answers = [bank.come_back(waiting.handle) for waiting in (first, second)]
    assert [isinstance(answer, Allowed) for answer in answers] == [True, False]
    assert isinstance(answers[0], Allowed)
    bank.kernel.finish(answers[0], Status.SUCCEEDED, answers[0].at, {})
    assert not bank.pay("seller", 40.01)
    assert bank.pay("seller", 40)


def test_nobody_is_asked_to_approve_what_does_not_fit() -> None:
    bank = SharedBank(_RULES)
    bank.pay("seller", 50)
    answer = bank.ask_for("payer", "pay", amount=60, currency="EUR")
    assert isinstance(answer, Refused)
    assert bank.last().decision.policies == ("shared.day.desk",)
