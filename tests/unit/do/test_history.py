"""Facts of what happened before: succeeded, failed, how often, untrusted content since the word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.worlds.remembered import RememberingBank
from tests.worlds.tasks import APPLICATIONS, opened, signed
from watchkeeper.check.replay import ReplayAnswer, replay_all
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.ledger.canonical import canonical
from watchkeeper.loop.replay import replayer
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.statement import statement_of


def test_what_succeeded_on_a_resource_is_known_for_as_long_as_it_counts() -> None:
    bank = RememberingBank()
    assert bank.pay("payer", 5, to="shop")
    assert not bank.move(to="shop")
    assert bank.last().decision.policies == ("twice",)
    assert bank.move(to="cafe")
    bank.clock.advance(30 * 86_400)
    assert bank.move(to="shop")


def test_whoever_did_it_counts_also_an_agent_of_another_system() -> None:
    bank = RememberingBank()
    assert bank.pay("seller", 5, to="shop")
    assert not bank.move("payer", to="shop")
    assert bank.move("seller", to="shop")


def test_what_is_unknown_counts_as_happened_and_what_failed_does_not() -> None:
    bank = RememberingBank()
    answer = bank.ask_for("payer", "pay", amount=1, currency="EUR")
    assert isinstance(answer, Allowed)
    assert not bank.move()
    bank.kernel.finish(answer, Status.FAILED, answer.at, {})
    assert bank.move()


def test_a_failure_is_known_by_an_argument() -> None:
    bank = RememberingBank()
    assert bank.do("payer", "tell", to="x")
    bank.pay("clerk", 1, to="x", status=Status.FAILED)
    assert not bank.do("payer", "tell", to="x")
    assert bank.do("payer", "tell", to="y")


def test_how_often_is_counted_by_conversation() -> None:
    bank = RememberingBank()
    assert [bank.pay("payer", 1) for _ in range(4)] == [True, True, True, False]
    assert bank.pay("clerk", 1)
    bank.clock.advance(86_400)
    assert bank.pay("payer", 1)


def test_untrusted_content_taints_all_that_its_agent_does() -> None:
    bank = RememberingBank()
    assert bank.swap()
    bank.do("payer", "read", status=Status.FAILED)
    assert not bank.swap()
    assert bank.swap("clerk")
    bank.clock.advance(3600)
    assert bank.swap()


def _in_task(bank: RememberingBank, tool: str, task: str | None, **arguments: Any) -> bool:
    given = {"amount": 1, "into": "EUR"} if tool == "swap" else arguments
    call = replace(bank.call("payer", tool, **given), mandate=task)
    answer = bank.ask(call)
    if isinstance(answer, Allowed):
        bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {})
    return isinstance(answer, Allowed)


def _tasks(bank: RememberingBank, *ids: str) -> None:
    bank.release(replace(bank.home.enforcer.bundle, applications=APPLICATIONS))
    for id_ in ids:
        opened(bank, {}, id=id_, actions=["bank/read", "bank/swap"])


def test_in_a_task_it_taints_the_task_until_its_person_speaks() -> None:
    bank = RememberingBank()
    _tasks(bank, "task-one-00000000", "task-two-00000000")
    assert _in_task(bank, "read", "task-one-00000000")
    assert not _in_task(bank, "swap", "task-one-00000000")
    assert _in_task(bank, "swap", "task-two-00000000")
    # Who names no task has read whatever was read in any of them.
    assert not _in_task(bank, "swap", None)
    bank.clock.advance(1)
    bank.commands.run(signed(bank, "word", id="task-one-00000000"), {})
    assert _in_task(bank, "swap", "task-one-00000000")
    assert not _in_task(bank, "swap", None)
    bank.crash()
    assert _in_task(bank, "swap", "task-one-00000000")
    assert _in_task(bank, "read", "task-one-00000000")
    assert not _in_task(bank, "swap", "task-one-00000000")


def test_what_was_read_outside_of_tasks_taints_every_one_of_them() -> None:
    bank = RememberingBank()
    _tasks(bank, "task-one-00000000")
    assert _in_task(bank, "read", None)
    assert not _in_task(bank, "swap", "task-one-00000000")


def test_a_call_that_was_held_back_read_nothing() -> None:
    bank = RememberingBank()
    answer = bank.ask_for("payer", "read")
    assert isinstance(answer, Allowed)
    bank.kernel.not_released(answer, Reason.STOPPED)
    assert bank.swap()


def test_it_replays_and_a_start_knows_the_same() -> None:
    bank = RememberingBank()
    for to in ("shop", "cafe", "shop"):
        bank.pay("payer", 1, to=to)
        bank.move(to=to)
    bank.do("payer", "read")
    plan = bank.home.enforcer
    again = replayer(lambda digest: plan.bundle if digest == plan.digest else None)
    found = list(replay_all(bank.entries(), again))
    assert {(one.answer, one.detail) for one in found} == {(ReplayAnswer.SAME, "")}
    form = state_to_json(bank.home.state)
    assert state_to_json(state_from_json(form)) == form
    bank.crash()
    assert state_to_json(bank.home.state) == form
    assert not bank.move(to="cafe")


def test_neither_log_nor_state_says_which_resource_it_was() -> None:
    bank = RememberingBank()
    bank.pay("payer", 1, to="a-telling-name")
    records = b"".join(canonical(statement_of(entry.record)) for entry in bank.entries())
    assert b"a-telling-name" not in records
    assert b"a-telling-name" not in bank.home.kept_form()
    track = bank.entries()[-2].beside["tracked"][0]
    assert track["key"].encode() not in records


def test_a_decision_says_what_it_looked_at() -> None:
    bank = RememberingBank()
    bank.pay("payer", 1)
    facts = {fact.value.name: fact.value.clear for fact in bank.last().facts}
    assert facts == {
        "history.paid_before": False,
        "history.failed_before": False,
        "history.pays_here": 0,
        "history.tainted": False,
    }
