"""Tasks: opened by an application, they narrow what an agent may do until they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay, refused
from tests.worlds.tasks import APP, TASK, ended, opened, pay_in_task, signed, tasks_bundle
from watchkeeper.do.state.parts import Mandates
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.canonical import canonical
from watchkeeper.records.action import DecisionRecord, Reason
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import statement_of


@pytest.fixture
def bank() -> Bank:
    return Bank(tasks_bundle(required=True))


def _decision(bank: Bank) -> DecisionRecord:
    found = [e.record.predicate for e in bank.entries() if e.record.kind is Kind.DECISION]
    last: DecisionRecord = found[-1]
    return last


def test_a_grant_that_requires_a_task_permits_nothing_without_one(bank: Bank) -> None:
    refused(bank.ask(pay(100)), Reason.NO_MANDATE)
    opened(bank)
    refused(bank.ask(pay(100)), Reason.NO_MANDATE)
    allowed(bank.ask(pay_in_task(100)))
    (record,) = (e for e in bank.entries() if e.record.kind is Kind.MANDATE)
    assert _decision(bank).mandate == record.ref


def test_where_more_than_a_task_is_missing_it_is_not_called_that(bank: Bank) -> None:
    refused(bank.ask(pay(1000.01)), Reason.NO_AUTHORITY)


@pytest.mark.parametrize(
    ("content", "call"),
    [
        ({"resources": ["shop", "mill"]}, {"to": "bakery"}),
        ({"values": [{"argument": "amount", "most": "50.00"}]}, {"amount": 50.01}),
        ({"values": [{"argument": "amount", "least": "100"}]}, {"amount": 99.99}),
        ({"values": [{"argument": "note", "among": ["a", "b"]}]}, {"note": "c"}),
        ({"values": [{"argument": "note", "among": ["a", "b"]}]}, {}),
        ({"values": [{"argument": "cents", "among": [0, 5]}], "resources": ["shop"]}, {"to": "x"}),
        ({"values": [{"argument": "cents", "among": [5]}]}, {}),
        ({"values": [{"argument": "cents", "among": ["0"]}]}, {}),
    ],
)
def test_what_is_outside_isrefused(bank: Bank, content: Any, call: Any) -> None:
    opened(bank, content)
    refused(bank.ask(pay_in_task(**call)), Reason.OUTSIDE_MANDATE)
    assert "outside-mandate" in _decision(bank).decision.reasons


@pytest.mark.parametrize(
    ("content", "call"),
    [
        ({}, {}),
        ({"resources": ["shop", "mill"]}, {"to": "mill"}),
        ({"values": [{"argument": "amount", "most": "50.00"}]}, {"amount": 50}),
        ({"values": [{"argument": "args.amount", "least": "50", "most": "50"}]}, {"amount": 50.0}),
        ({"values": [{"argument": "note", "among": ["a"], "action": "bank/pay"}]}, {"note": "a"}),
        ({"values": [{"argument": "cents", "among": [0]}]}, {}),
    ],
)
def test_what_is_within_is_permitted(bank: Bank, content: Any, call: Any) -> None:
    opened(bank, content)
    allowed(bank.ask(pay_in_task(**call)))


def test_a_task_permits_nothing_that_the_plan_does_not(bank: Bank) -> None:
    opened(bank, {})
    refused(bank.ask(pay_in_task(1000.01)), Reason.NO_AUTHORITY)
    escalated(bank.ask(pay_in_task(500)))
    opened(bank, {}, id="task-0000-0000-0002", agent="other")
    refused(bank.ask(pay_in_task(1, "task-0000-0000-0002", agent="other")), Reason.NO_AUTHORITY)


def test_a_task_narrows_even_where_none_is_required() -> None:
    bank = Bank(tasks_bundle())
    opened(bank)
    allowed(bank.ask(pay(50, to="mill")))
    refused(bank.ask(pay_in_task(50, to="mill", note="b")), Reason.OUTSIDE_MANDATE)
    looks = {"server": "bank", "tool": "look", "arguments": {"to": "shop"}}
    refused(bank.ask(pay_in_task(0, **looks)), Reason.OUTSIDE_MANDATE)
    looked = pay_in_task(0, None, **looks)
    allowed(bank.ask(looked))


def test_methods_other_than_calls_are_in_no_task() -> None:
    bundle = tasks_bundle()
    servers = tuple(replace(s, methods=("resources/read",)) for s in bundle.servers)
    bank = Bank(replace(bundle, servers=servers))
    opened(bank, {})
    read = {"method": "resources/read", "tool": "", "arguments": {"uri": "x:y"}}
    allowed(bank.ask(pay_in_task(0, None, **read)))
    refused(bank.ask(pay_in_task(0, **read)), Reason.OUTSIDE_MANDATE)


def test_an_end_voids_what_waits_and_refuses_what_comes(bank: Bank) -> None:
    opened(bank, {})
    handle = escalated(bank.ask(pay_in_task(500))).handle
    bank.approve(handle)
    ended(bank)
    refused(bank.come_back(handle), Reason.VOIDED)
    refused(bank.ask(pay_in_task(50)), Reason.NO_MANDATE)
    with pytest.raises(CommandInvalid, match="no task"):
        ended(bank)


def test_time_ends_it_and_what_waits_in_it(bank: Bank) -> None:
    opened(bank, {}, until=bank.clock.wall().plus(60))
    handle = escalated(bank.ask(pay_in_task(500))).handle
    bank.approve(handle)
    bank.clock.advance(60)
    bank.kernel.tick()
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    assert pending.why is Reason.VOIDED
    refused(bank.come_back(handle), Reason.VOIDED)
    refused(bank.ask(pay_in_task(50)), Reason.NO_MANDATE)


@pytest.mark.parametrize(
    ("scope", "ends"),
    [
        (("all", ""), True),
        (("agent", "payer"), True),
        (("system", "desk"), True),
        (("agent", "other"), False),
        (("tool", "bank/pay"), False),
    ],
)
def test_a_stop_of_its_agent_ends_it_for_good(
    bank: Bank, scope: tuple[str, str], ends: bool
) -> None:
    opened(bank, {})
    bank.stop(*scope)
    bank.resume(*scope)
    answer = bank.ask(pay_in_task(50))
    refused(answer, Reason.NO_MANDATE) if ends else allowed(answer)


def test_a_person_who_operates_ends_it_and_nobody_else(bank: Bank) -> None:
    opened(bank, {})
    for other in ("app:other-app", "ben"):
        with pytest.raises(NotAuthorised):
            ended(bank, other)
    allowed(bank.ask(pay_in_task(50)))
    ended(bank, "ana")
    refused(bank.ask(pay_in_task(50, note="b")), Reason.NO_MANDATE)


def test_a_word_is_recorded_by_who_may_say_so(bank: Bank) -> None:
    opened(bank)
    for application in (APP, "app:talker"):
        bank.commands.run(_word(bank, application), {})
    with pytest.raises(NotAuthorised):
        bank.commands.run(_word(bank, "app:other-app"), {})
    with pytest.raises(NotAuthorised):
        bank.tell("ana", "word", id=TASK)
    words = [e.record.predicate.by for e in bank.entries() if e.record.kind is Kind.MANDATE_WORD]
    assert words == [APP, "app:talker"]


def _word(bank: Bank, application: str) -> Any:
    return signed(bank, "word", application, id=TASK)


@pytest.mark.parametrize(
    ("content", "changes", "why"),
    [
        ({}, {"id": "short"}, "no id of a task"),
        ({}, {"agent": "nobody"}, "no agent"),
        ({}, {"actions": []}, "1 to 64 actions"),
        ({}, {"actions": "bank/pay"}, "names its actions"),
        ({}, {"actions": ["bank/pay", "bank/pay"]}, "each once"),
        ({}, {"actions": ["bank/burn"]}, "no action"),
        ({}, {"until": 31 * 86_400}, "within 30 days"),
        ({}, {"until": -1}, "in the future"),
        ({}, {"digest": "0" * 64}, "not the one that was signed"),
        ({"resources": ["shop"]}, {"actions": ["bank/look"]}, "names no resource"),
        ({"values": [{"argument": "amonut", "most": "5"}]}, {}, "no argument"),
        ({"values": [{"argument": "amount"}]}, {}, "limits nothing"),
        ({"values": [{"argument": "amount", "most": "five"}]}, {}, "no decimal"),
        ({"values": [{"argument": "amount", "most": "NaN"}]}, {}, "no decimal"),
        ({"values": [{"argument": "to", "most": "5", "action": "bank/look"}]}, {}, "no action of"),
        ({"onBehalfOf": ""}, {}, "1 to 256"),
        ({"onBehalfOf": None}, {}, "says something twice"),
        ({"ressources": ["shop"]}, {}, "not the content"),
        ({"resources": ["s" * 20_000]}, {}, "longer than"),
        ({"resources": [str(n) for n in range(65)]}, {}, "at most 64"),
    ],
)
def test_a_mandate_that_binds_nothing_sure_isrefused(
    bank: Bank, content: Any, changes: Any, why: str
) -> None:
    if "until" in changes:
        changes = {"until": bank.clock.wall().plus(changes["until"])}
    with pytest.raises(CommandInvalid, match=why):
        opened(bank, content, **changes)
    assert not bank.home.state.part(Mandates).open(bank.clock.wall())


def test_what_it_is_bound_to_is_not_in_the_log_or_the_state(bank: Bank) -> None:
    opened(bank, {"resources": ["very-telling"], "onBehalfOf": "mrs-miller"})
    form = bank.home.kept_form()
    log = b"".join(canonical(statement_of(entry.record)) for entry in bank.entries())
    for value in (b"very-telling", b"mrs-miller"):
        assert value not in form
        assert value not in log


@pytest.mark.parametrize("go", [Bank.crash, Bank.roll, lambda bank: bank.home.keep(0)])
def test_it_is_open_after_a_restart(bank: Bank, go: Callable[[Bank], Any]) -> None:
    opened(bank)
    go(bank)
    bank.crash()
    allowed(bank.ask(pay_in_task(50)))
    refused(bank.ask(pay_in_task(50, to="mill")), Reason.OUTSIDE_MANDATE)
