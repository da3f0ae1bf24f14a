"""I9: an agent reaches neither approval nor policy; a person with the role does, not who asked."""

from __future__ import annotations

import ast
import base64
import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import watchkeeper
from tests.worlds.bank import Bank, bank_bundle, escalated, pay
from tests.worlds.homes import Person as Stranger
from watchkeeper.do.state.pending import Waiting
from watchkeeper.errors import CommandInvalid, NotAuthorised, WatchkeeperError
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Escalated, Refused
from watchkeeper.records.people import Command

SOURCE = Path(watchkeeper.__file__).parent
VERBS = ["approve", "refuse", "stop", "resume", "token", "release", "accept-clock", "resolve"]


def _waiting() -> tuple[Bank, str]:
    bank = Bank()
    return bank, escalated(bank.ask(pay(400, on_behalf_of="cyd"))).handle


def _state(bank: Bank, handle: str) -> Waiting:
    found = bank.home.state.pending.by_handle(handle)
    assert found is not None
    return found.state


# what an agent can call


def test_nothing_that_an_agent_calls_takes_a_verdict() -> None:
    """The kernel, which is all that an agent's call reaches, has no way to say yes."""
    public = {name for name, _ in inspect.getmembers(Kernel) if not name.startswith("_")}
    assert not public & {*VERBS, "verdict", "run", "command", "commands", "settle"}
    for name in public:
        parameters = inspect.signature(getattr(Kernel, name)).parameters
        assert not any("Signature" in str(p.annotation) for p in parameters.values()), name


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_commands_are_reached_only_where_signed_commands_come_in() -> None:
    users = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any("loop.commands" in name for name in _imports(path))
    }
    doors = {"enforcement/gateway/gateway.py"}
    assert doors <= users
    inside = ("cli/", "console/", "loop/commands/")
    assert all(user in doors or user.startswith(inside) for user in users), users


def test_the_gateway_runs_commands_for_its_local_socket_alone() -> None:
    """`Gateway.command` is the only way in, and no module that serves agents names it."""
    serving = ("gateway/action", "gateway/server", "gateway/web", "messages")
    modules = [p for name in serving for p in (SOURCE / f"enforcement/{name}").rglob("*.py")]
    assert len(modules) > len(serving)
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (isinstance(node, ast.Attribute) and node.attr in {"command", "_commands"})


@pytest.mark.parametrize(
    "tool", ["approve", "watchkeeper_approve", "do/approve", "release", "stop", "resume"]
)
def test_calling_a_tool_of_that_name_decides_nothing(tool: str) -> None:
    bank, handle = _waiting()
    for server in ("bank", "watchkeeper", ""):
        call = replace(pay(), server=server, tool=tool, arguments=bank.verdict_body(handle))
        assert isinstance(bank.ask(call), Refused)
    for method in ("approve", "elicitation/create", "watchkeeper/approve"):
        assert isinstance(bank.ask(replace(pay(), method=method)), Refused)
    assert _state(bank, handle) is Waiting.PENDING


@pytest.mark.parametrize(
    "arguments",
    [{"approved": True}, {"_meta": {"approved": True}}, {"verdicts": ["0/1"]}, {"role": "lead"}],
)
def test_saying_that_it_is_approved_does_not_make_it_so(arguments: dict[str, Any]) -> None:
    bank = Bank()
    call = pay(400)
    assert isinstance(bank.ask(replace(call, arguments={**call.arguments, **arguments})), Refused)
    claimed = replace(call, claimed={"approved": "true"}, trace={"approved": "true"})
    assert isinstance(bank.ask(claimed), Escalated)


# who may decide


@pytest.mark.parametrize("verb", VERBS)
def test_an_agent_is_nobody_who_can_command(verb: str) -> None:
    bank, handle = _waiting()
    with pytest.raises(NotAuthorised):
        bank.commands.run(bank.sign("payer", verb, bank.verdict_body(handle)), {})


@pytest.mark.parametrize("verb", VERBS)
def test_a_name_without_its_key_commands_nothing(verb: str) -> None:
    bank, handle = _waiting()
    with pytest.raises(CommandInvalid):
        bank.commands.run(bank.sign("ben", verb, bank.verdict_body(handle), key="payer"), {})
    assert _state(bank, handle) is Waiting.PENDING


def test_a_key_that_the_plan_does_not_know_commands_nothing() -> None:
    bank, handle = _waiting()
    said = Command(
        bank.log.origin, "ben", "approve", "0" * 32, bank.clock.wall(), bank.verdict_body(handle)
    )
    with pytest.raises(CommandInvalid):
        bank.commands.run(seal_command(said, Stranger("ben").signer), {})


def test_nobody_decides_for_whom_the_agent_acts() -> None:
    bank, handle = _waiting()
    for act in (bank.approve, bank.refuse):
        with pytest.raises(NotAuthorised, match="of their own"):
            act(handle, "cyd")
    bank.approve(handle, "ben")
    assert _state(bank, handle) is Waiting.APPROVED


def test_a_person_without_the_role_does_not_decide() -> None:
    bank = Bank(replace(bank_bundle(), roles={**bank_bundle().roles, "lead": ("ben",)}))
    handle = escalated(bank.ask(pay(400))).handle
    with pytest.raises(NotAuthorised):
        bank.approve(handle, "ana")
    with pytest.raises(NotAuthorised):
        bank.approve(handle, "ana", role="release")


@pytest.mark.parametrize("verb", ["resume", "token", "accept-clock", "resolve", "release"])
def test_a_role_is_needed_for_what_widens(verb: str) -> None:
    bank = Bank()
    with pytest.raises(NotAuthorised):
        bank.tell("ben", verb)


def test_a_role_that_the_newest_plan_took_away_is_gone() -> None:
    bank = Bank()
    bank.release(replace(bank_bundle(), roles={**bank_bundle().roles, "operate": ("cyd",)}))
    bank.stop(person="ana")
    with pytest.raises(NotAuthorised):
        bank.resume(person="ana")
    bank.resume(person="cyd")
    assert not bank.home.state.stops


# what is signed is what counts, once


def test_the_same_command_is_not_taken_twice_over_a_restart_either() -> None:
    bank, handle = _waiting()
    signature = bank.sign("ben", "approve", bank.verdict_body(handle))
    bank.commands.run(signature, {})
    with pytest.raises(CommandInvalid, match="before"):
        bank.commands.run(signature, {})
    bank.crash()
    with pytest.raises(CommandInvalid, match="before"):
        bank.commands.run(signature, {})


@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_command_is_taken_only_while_it_is_fresh(seconds: float) -> None:
    bank, handle = _waiting()
    signature = bank.sign("ben", "approve", bank.verdict_body(handle))
    bank.clock.leap(seconds)
    with pytest.raises(CommandInvalid, match="too old"):
        bank.commands.run(signature, {})


@pytest.mark.parametrize(
    "change",
    [
        {"request": "0" * 64},
        {"tool": "bank/look"},
        {"pin": "0" * 64},
        {"agent": "other"},
        {"plan": "0" * 64},
        {"shown": "0" * 64},
        {"expires": "2030-01-01T00:00:00.000000Z"},
        {"handle": "esc_0"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_verdict_holds_for_exactly_what_was_shown(change: dict[str, Any]) -> None:
    bank, handle = _waiting()
    with pytest.raises(WatchkeeperError):
        bank.tell("ben", "approve", **{**bank.verdict_body(handle), **change})
    assert _state(bank, handle) is Waiting.PENDING


def test_a_verdict_for_one_log_is_none_for_another() -> None:
    bank, handle = _waiting()
    body = bank.verdict_body(handle)
    said = Command("example.org/other/0", "ben", "approve", "1" * 32, bank.clock.wall(), body)
    with pytest.raises(CommandInvalid, match="another log"):
        bank.commands.run(seal_command(said, _signer()), {})


def test_a_signature_over_other_bytes_is_none() -> None:
    bank, handle = _waiting()
    signed = bank.sign("ben", "refuse", bank.verdict_body(handle))
    payload = base64.b64decode(signed.payload).replace(b'"verb":"refuse"', b'"verb":"approve"')
    with pytest.raises(CommandInvalid):
        bank.commands.run(replace(signed, payload=base64.b64encode(payload).decode()), {})
    assert _state(bank, handle) is Waiting.PENDING


def _signer() -> Any:
    from tests.worlds.bank import signer

    return signer("ben")
