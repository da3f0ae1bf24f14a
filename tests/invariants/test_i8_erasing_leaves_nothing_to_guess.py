"""I8: personal data can be erased without breaking the log, and what is left lets nobody guess."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

from tests.worlds.bank import Bank, allowed, escalated, pay
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.loop.steps import Refused, Stored
from watchkeeper.records.action import Reason, Status

_SECRETS = ("maria.keller", "knee operation", "own-key-7781", "on-behalf-of-jo", "receipt 4411")


def _told() -> Bank:
    """Actions with personal data in every place that can hold some."""
    bank = Bank()
    secret, illness, key, person, receipt = _SECRETS
    call = pay(100, to=secret, note=illness, key=key, on_behalf_of=person)
    call = replace(call, trace={"conversation": secret}, claimed={"version": "1"})
    answer = allowed(bank.ask(call))
    bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"text": receipt})
    escalated(bank.ask(pay(400, to=secret, note=illness, on_behalf_of=person)))
    bank.ask(pay(5000, to=secret, note=illness))
    bank.ask(replace(pay(), arguments={"to": secret, "wrong": illness}))
    bank.ask(pay(10, to=secret), failed="the server said " + "nothing")
    return bank


def test_the_log_itself_holds_none_of_it() -> None:
    for raw, _ in _told().log.disk:
        for secret in _SECRETS:
            assert secret.encode() not in raw


def test_no_digest_in_the_log_is_that_of_a_likely_value() -> None:
    """Whoever guesses a value can not tell from the log that the guess is right."""
    bank = _told()
    secret, illness, key, person, receipt = _SECRETS
    arguments = {
        "amount": 100,
        "cents": 0,
        "key": "k",
        "note": illness,
        "to": secret,
        "why": "late",
    }
    guesses: list[object] = [
        secret,
        illness,
        key,
        person,
        {"text": receipt},
        arguments,
        {"to": secret, "wrong": illness},
        [illness, secret],
        ["key", "payer", "bank", "pay", key],
    ]
    likely = {sha256_hex(canonical_arguments(guess)) for guess in guesses}
    likely |= {sha256_hex(str(guess).encode()) for guess in guesses}
    shown = {d for raw, _ in bank.log.disk for d in re.findall(r"[0-9a-f]{64}", raw.decode())}
    assert not likely & shown


def test_the_same_value_has_another_digest_each_time() -> None:
    bank = _told()
    digests = [
        argument["digest"]
        for raw, _ in bank.log.disk
        for argument in json.loads(raw)["predicate"].get("arguments", [])
        if argument["name"] == "to"
    ]
    assert len(digests) == len(set(digests)) >= 2


def test_a_home_starts_on_erased_records_and_goes_on_as_before() -> None:
    bank = _told()
    before = [raw for raw, _ in bank.log.disk]
    stays = {e.ref.index for e in bank.entries() if e.record.kind == "plan-release"}
    stays |= {pending.decision.index for pending in bank.home.state.pending.waiting()}
    for index in range(bank.log.durable):
        if index not in stays:
            bank.log.erase(index)
    bank.crash()
    assert [raw for raw, _ in bank.log.disk] == before
    (used,) = bank.home.state.budgets.used("pays", bank.home.now())
    assert (used.count, used.sum) == (1, Decimal(100))
    assert len(bank.home.state.pending.waiting()) == 1
    allowed(bank.ask(pay(50, to="somebody else")))


def test_an_erased_escalation_can_be_neither_approved_nor_released() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(400))).handle
    index = bank.entries()[-1].ref.index
    body = bank.verdict_body(handle)
    bank.approve(handle)
    bank.log.erase(index)
    answer = bank.come_back(handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.VOIDED
    assert body["handle"] == handle


def test_an_erased_outcome_is_still_an_outcome() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay(100, key="k1")))
    bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"text": "receipt"})
    bank.log.erase(bank.log.durable - 1)
    again = bank.ask(pay(100, key="k1"))
    assert isinstance(again, Stored)
    assert (again.status, again.result) == (Status.SUCCEEDED, None)
