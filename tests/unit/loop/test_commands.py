"""Commands that are begun and not waited for: nothing is told before it is durable."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, escalated, pay
from watchkeeper.enforcement.gateway.action.calls import Hold
from watchkeeper.enforcement.gateway.gateway import Gateway
from watchkeeper.errors import CommandInvalid, LogUnavailable
from watchkeeper.loop.commands import VERBS, Commands
from watchkeeper.records.administration import ScopeKind, StopScope

STOP = {"scopeKind": "all", "scopeName": "", "reason": None}
EVERYTHING = StopScope(ScopeKind.ALL)


def test_a_command_that_is_begun_counts_at_once_and_is_durable_later() -> None:
    bank = Bank()
    before = bank.log.durable
    bank.log.holding = True
    begun = bank.commands.begin(bank.sign("ben", "stop", STOP), {})
    assert EVERYTHING in bank.home.state.stops
    assert bank.log.durable == before
    assert begun.ticket is not None
    begun.ticket.wait()
    assert bank.log.durable == before + 1
    assert begun.answer == {"stopped": {"kind": "all", "name": ""}}


def test_what_only_reads_has_nothing_to_wait_for() -> None:
    bank = Bank()
    begun = bank.commands.begin(bank.sign("ben", "pending", {}), {})
    assert (begun.answer, begun.ticket) == ([], None)


def test_what_was_begun_is_used_up_before_it_is_durable() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.log.holding = True
    signature = bank.sign("ben", "approve", bank.verdict_body(handle))
    assert bank.commands.begin(signature, {}).answer["state"] == "approved"
    with pytest.raises(CommandInvalid, match="given before"):
        bank.commands.begin(signature, {})


def test_the_gateway_goes_on_while_a_verdict_is_on_its_way(tmp_path: Path) -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    signature = bank.sign("ben", "approve", bank.verdict_body(handle))

    async def told() -> tuple[bool, str]:
        gateway = Gateway(bank.kernel, tmp_path, Hold())
        bank.log.holding = True
        telling = asyncio.create_task(gateway.command(signature, {}))
        for _ in range(10):
            await asyncio.sleep(0)
        early = telling.done()
        bank.log.write()
        state = (await telling)["state"]
        await gateway.close()
        return early, state

    assert asyncio.run(told()) == (False, "approved")


def test_a_verdict_that_never_gets_to_the_disk_is_not_told(tmp_path: Path) -> None:
    bank = Bank()
    signature = bank.sign("ben", "stop", STOP)

    async def told() -> None:
        gateway = Gateway(bank.kernel, tmp_path, Hold())
        bank.log.holding = True
        telling = asyncio.create_task(gateway.command(signature, {}))
        await asyncio.sleep(0)
        bank.log.broken = True
        bank.log.write()
        try:
            await telling
        finally:
            await gateway.close()

    with pytest.raises(LogUnavailable):
        asyncio.run(told())


def test_every_verb_names_who_may_say_it() -> None:
    bank = Bank()
    authority = bank.home.state.authority
    free = {name for name, verb in VERBS.items() if verb.role_under(authority) is None}
    own = {"console-code", "add-passkey", "passkeys", "revoke-passkey"}  # who may is theirs to see
    verdicts = {"approve", "refuse", "approve-list", "refuse-list", "withdraw", "ask"}
    of_tasks = {"mandate", "end-mandate", "word", "mandates"}  # an application's, held to its plan
    ahead = {"standing", "may-stand", "standings", "end-standing"}
    away = {"away", "absences", "end-absence"}
    told = {"channels", "delegations"}
    of_plans = {"approve-plan", "refuse-plan", "withdraw-plan", "plan-approvals"}
    told |= {"pending", "unknown", "stop"}
    assert free == verdicts | own | of_tasks | ahead | away | told | of_plans
    assert isinstance(bank.commands, Commands)
