"""A token that is taken back carries out nothing that waits; nor does it answer for another."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay, reason_of
from tests.worlds.gateway import Reply, World, open_till
from tests.worlds.guards import Raw, shop_files
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.answering import answer_question, question_for
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import Reason

ONE = sha256_hex(b"one")


@pytest.fixture
def bank() -> Bank:
    bank = Bank()
    bank.token("one")
    return bank


def _revoke(bank: Bank, name: str = "one") -> None:
    bank.tell("ana", "revoke-token", name=name)


def test_what_it_waited_for_is_not_taken_up(bank: Bank) -> None:
    handle = escalated(bank.ask(replace(pay(300), token=ONE))).handle
    bank.approve(handle)
    _revoke(bank)
    answer = bank.kernel.come_back("payer", handle, ONE)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.UNKNOWN_AGENT
    # The approval stands: another token of the same agent takes it up.
    bank.token("two")
    allowed(bank.decide(bank.kernel.come_back("payer", handle, sha256_hex(b"two"))))


def test_a_token_of_another_agent_is_none(bank: Bank) -> None:
    bank.token("theirs", agent="other")
    handle = escalated(bank.ask(replace(pay(300), token=ONE))).handle
    bank.approve(handle)
    answer = bank.kernel.come_back("payer", handle, sha256_hex(b"theirs"))
    assert isinstance(answer, Refused)


@pytest.mark.parametrize("waited", [False, True])
def test_what_it_was_allowed_is_held_back(bank: Bank, waited: bool) -> None:
    if waited:
        handle = escalated(bank.ask(replace(pay(300), token=ONE))).handle
        bank.approve(handle)
        answer = allowed(bank.decide(bank.kernel.come_back("payer", handle, ONE)))
    else:
        answer = allowed(bank.ask(replace(pay(50), token=ONE)))
    answer.ticket.wait(10)
    assert bank.kernel.may_release(answer) is None
    _revoke(bank)
    assert bank.kernel.may_release(answer) is Reason.UNKNOWN_AGENT


def test_a_token_for_another_person_answers_no_question(bank: Bank) -> None:
    for person in ("ben", "cyd"):
        digest, beside = reason_of(person, "onBehalfOf")
        body = {"agent": "payer", "name": person, "digest": sha256_hex(person.encode())}
        bank.tell("ana", "token", beside, **body, onBehalfOf=digest)
    bens, cyds = sha256_hex(b"ben"), sha256_hex(b"cyd")
    handle = escalated(bank.ask(replace(pay(300), token=bens))).handle
    digest, beside = reason_of("what for?", "text")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    asked = {"handle": handle, "role": "lead", "request": pending.digest, "text": digest}
    bank.tell("ana", "ask", beside, **asked)
    assert question_for(bank.home, "payer", handle, cyds) is None
    with pytest.raises(CommandInvalid, match="no question"):
        answer_question(bank.home, "payer", handle, "never mind", cyds)
    assert question_for(bank.home, "payer", handle, bens) is not None
    answer_question(bank.home, "payer", handle, "rent", bens).wait(10)
    _revoke(bank, "ben")
    with pytest.raises(CommandInvalid, match="no question"):
        answer_question(bank.home, "payer", handle, "more", bens)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("revoked") / "world", shop_files) as world:
        yield world


def _with_a_token_of_its_own(world: World, name: str) -> dict[str, str]:
    token = "wk_" + secrets.token_urlsafe(32)
    said = {"agent": "payer", "name": name, "digest": sha256_hex(token.encode())}
    world.ask("ana", "token", said)
    return {"authorization": f"Bearer {token}"}


def test_a_call_that_is_held_at_the_gateway(world: World) -> None:
    headers = _with_a_token_of_its_own(world, "held-1")
    handle = world.call("drop", what="held").handle
    before, heard = world.executed(), list[Reply]()

    def ask() -> None:
        arguments: dict[str, Any] = {"handle": handle, "wait": 20}
        said = {"name": "watchkeeper_result", "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": said}
        heard.append(world.post(body, headers=headers))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(1)
    world.ask("ana", "revoke-token", {"name": "held-1"})
    world.approve(handle)
    asking.join(30)
    assert heard[0].reason == "unknown-agent"
    assert world.executed() == before
    assert world.call("watchkeeper_result", handle=handle).done


def test_a_call_of_a_guard_between_its_facts_and_its_leave(world: World) -> None:
    headers = _with_a_token_of_its_own(world, "guard-1")
    world.tokens["again"] = headers["authorization"].removeprefix("Bearer ")
    line = Raw(world)
    assert line.greet(world, "again") == {"result": {"agent": "payer"}}
    line.say({"call": 1, "tool": "gift", "arguments": {"to": "a", "amount": 5}})
    need = (line.heard() or {})["need"]
    world.ask("ana", "revoke-token", {"name": "guard-1"})
    line.say({"call": 1, "read": need["read"], "content": {"open": True}})
    assert (line.heard() or {})["refused"]["reason"] == "unknown-agent"
    line.close()
