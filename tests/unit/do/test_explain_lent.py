"""A decision says whose standing approval it rests on, and for whom a deputy spoke."""

from __future__ import annotations

from tests.worlds.bank import Bank, allowed, escalated
from tests.worlds.standing import approve_ahead, go_away, more, standing_plan
from watchkeeper.do.account.explain import explain
from watchkeeper.do.decision.facts import facts_from_json, facts_to_json
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted


def _explained(bank: Bank, admitted: object) -> dict[str, object]:
    assert isinstance(admitted, Admitted)
    kernel: Kernel = bank.kernel
    facts = kernel.facts(admitted, bank.reads(admitted))
    assert facts_from_json(facts_to_json(facts)) == facts
    decided = allowed(kernel.decide(admitted, bank.reads(admitted))).decided
    return explain(bank.home.enforcer, facts, admitted.request, decided)


def test_of_what_was_approved_ahead() -> None:
    bank = Bank(standing_plan())
    standing = approve_ahead(bank)
    said = _explained(bank, bank.kernel.admit(more(300)))
    assert said["standing"] == [{"id": standing, "by": "ben", "role": "lead"}]
    assert "ben approved it ahead" in str(said["toOperator"])
    assert "ahead" not in str(said["toAgent"])


def test_of_what_a_deputy_approved() -> None:
    bank = Bank(standing_plan())
    stead = go_away(bank)
    handle = escalated(bank.ask(more(300))).handle
    bank.approve(handle, "dan", **stead)
    said = _explained(bank, bank.kernel.come_back("payer", handle))
    assert said["verdicts"] == [{"by": "dan", "role": "lead", "standsInFor": "ben"}]
    assert said["standing"] == []
