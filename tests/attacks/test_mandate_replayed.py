"""What an application signed opens one task once: replayed, late, or by a key that has gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay, public, refused
from tests.worlds.tasks import (
    APPLICATIONS,
    SALT,
    ended,
    mandate_body,
    opened,
    pay_in_task,
    signed,
    tasks_bundle,
)
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.steps import Escalated, Refused
from watchkeeper.records.action import Reason
from watchkeeper.records.plan.systems import Application

BESIDE = {"content": {}, "salt": SALT.hex()}


@pytest.fixture
def bank() -> Bank:
    return Bank(tasks_bundle(required=True))


@pytest.mark.parametrize("between", [lambda _: None, Bank.crash, ended, Bank.roll])
def test_the_same_command_opens_nothing_again(bank: Bank, between: Callable[[Bank], Any]) -> None:
    signature = signed(bank, "mandate", **mandate_body(bank, {}))
    bank.commands.run(signature, BESIDE)
    between(bank)
    with pytest.raises(CommandInvalid, match=r"given before|for another log"):
        bank.commands.run(signature, BESIDE)


def test_an_end_and_a_word_are_taken_once(bank: Bank) -> None:
    opened(bank, {})
    word = signed(bank, "word", id=mandate_body(bank, {})["id"])
    bank.commands.run(word, {})
    with pytest.raises(CommandInvalid, match="given before"):
        bank.commands.run(word, {})


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_clock_that_is_off_by_minutes_is_refused(bank: Bank, seconds: float) -> None:
    body = mandate_body(bank, {})
    bank.clock.leap(seconds)
    signature = signed(bank, "mandate", **body)
    bank.clock.leap(-seconds)
    with pytest.raises(CommandInvalid, match="too old, or made by a clock that is off"):
        bank.commands.run(signature, BESIDE)


def _released(*applications: Application) -> Callable[[Bank], Any]:
    bundle = tasks_bundle(required=True)
    return lambda bank: bank.release(replace(bundle, applications=applications, scope="new"))


APP = APPLICATIONS[0]


@pytest.mark.parametrize(
    "release",
    [
        _released(),
        _released(replace(APP, keys=(public("new key"),))),
        _released(replace(APP, may=("word",))),
        _released(replace(APP, system="elsewhere")),
        _released(replace(APP, id="renamed-app")),
    ],
)
def test_the_tasks_of_an_application_that_was_removed_are_over(
    bank: Bank, release: Callable[[Bank], Any]
) -> None:
    opened(bank, {})
    handle = escalated(bank.ask(pay_in_task(500))).handle
    bank.approve(handle)
    release(bank)
    refused(bank.come_back(handle), Reason.VOIDED)
    refused(bank.ask(pay_in_task(50, note="x")), Reason.NO_MANDATE)
    bank.crash()
    refused(bank.ask(pay_in_task(50, note="y")), Reason.NO_MANDATE)


def test_a_release_that_keeps_it_keeps_its_tasks(bank: Bank) -> None:
    opened(bank, {})
    _released(*APPLICATIONS)(bank)
    allowed(bank.ask(pay_in_task(50)))


def test_an_approval_in_a_task_is_for_exactly_that(bank: Bank) -> None:
    opened(bank, {"resources": ["shop"]})
    opened(bank, {"resources": ["shop"]}, id="task-0000-0000-0002")
    handle = escalated(bank.ask(pay_in_task(500))).handle
    bank.approve(handle)
    for other in (
        pay_in_task(501),
        pay_in_task(500, "task-0000-0000-0002"),
        pay_in_task(500, on_behalf_of="cyd"),
    ):
        waits = bank.ask(other)
        assert isinstance(waits, Escalated | Refused)
        assert not isinstance(waits, Escalated) or waits.handle != handle
    allowed(bank.ask(pay_in_task(500)))


def test_a_task_that_ends_between_the_facts_and_the_decision_is_over(bank: Bank) -> None:
    opened(bank, {})
    admitted = bank.kernel.admit(pay_in_task(50))
    ended(bank)
    refused(bank.decide(admitted), Reason.NO_MANDATE)


def test_what_was_done_in_one_task_is_not_done_again_in_another(bank: Bank) -> None:
    bank = Bank(tasks_bundle())
    opened(bank, {})
    allowed(bank.ask(pay_in_task(50, key="k-1")))
    refused(bank.ask(pay(50, key="k-1")), Reason.KEY_REUSED)
