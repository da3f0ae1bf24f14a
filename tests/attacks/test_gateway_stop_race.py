"""A stop among many calls: from its record's index on nothing is allowed, and nothing executed."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator

import httpx2
import pytest

from tests.worlds.gateway import Reply, World, call_body, open_till, reply_of
from watchkeeper.records.action import Outcome
from watchkeeper.records.kinds import Kind

SCOPES = ("all", "agent:payer", "system:till", "tool:till/send")


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("stop") / "world") as world:
        yield world


async def test_no_action_is_allowed_after_the_stop(own: World) -> None:
    told: list[int] = []
    numbers = itertools.count()
    many = asyncio.Event()

    async def agent(client: httpx2.AsyncClient, number: int) -> Reply:
        while True:
            body = call_body("send", {"to": f"{number}", "text": f"{next(numbers)}"})
            reply = reply_of(await client.post(own.url + "/mcp/till", json=body))
            told.append(number)
            if len(told) == 40:
                many.set()
            if not reply.done:
                return reply

    async with httpx2.AsyncClient(timeout=60, headers=own.headers()) as client:
        agents = [asyncio.create_task(agent(client, number)) for number in range(8)]
        await many.wait()
        await asyncio.to_thread(own.stop, "agent:payer")
        done = own.executed()
        replies = await asyncio.gather(*agents)
    assert {reply.reason for reply in replies} == {"stopped"}
    assert own.executed()[len(done) :] == [] or _held_before(own)
    entries = own.entries()
    (stop,) = [e.ref.index for e in entries if e.record.kind is Kind.STOP]
    after = [e.record.predicate for e in entries[stop:] if e.record.kind is Kind.DECISION]
    assert after
    assert all(d.decision.outcome is not Outcome.ALLOW for d in after)


def _held_before(own: World) -> bool:
    """What was executed after the stop was acknowledged had been sent to the tool before it."""
    entries = own.entries()
    (stop,) = [e.ref.index for e in entries if e.record.kind is Kind.STOP]
    effects = [e.record.predicate for e in entries[stop:] if e.record.kind is Kind.EFFECT]
    sent = [e for e in effects if e.result is not None and e.result.name == "result"]
    return all(
        e.decision.index < stop and e.started <= entries[stop].record.predicate.at for e in sent
    )


def test_a_stop_ends_what_is_held_for_a_person(own: World) -> None:
    """The call waits in the gateway; a stop comes, then an approval, which is none any more."""
    own.end()
    own.hold = 30.0
    own.start()
    told: list[Reply] = []
    call = threading.Thread(target=lambda: told.append(own.call("drop", what="held")))
    call.start()
    while not (waiting := own.ask("ben", "pending", {})) or waiting[0]["shown"] is None:
        call.join(0.01)
    verdict = own.signed("ben", "approve", own.shown(waiting[0]["handle"])[1])
    own.stop("tool:till/drop")
    assert own.send(verdict)["error"]["code"] == "command-invalid"
    call.join(30)
    assert told[0].reason == "stopped"
    assert own.executed() == []


def test_each_scope_takes_hold_and_survives_a_kill(own: World) -> None:
    assert own.call("send", to="a", text="before").done
    for scope in SCOPES:
        own.stop(scope)
        assert own.call("send", to="a", text="after").reason == "stopped"
        own.resume(scope)
    for scope in SCOPES:
        own.stop(scope)
    own.kill()
    own.start()
    for scope in SCOPES:
        assert own.call("send", to="a", text="after").reason == "stopped"
        own.resume(scope)
    assert own.call("send", to="a", text="after").done
    assert len(own.executed()) == 2


def test_a_stop_of_one_leaves_the_others_alone(own: World) -> None:
    own.stop("agent:other")
    assert own.call("send", to="a", text="mine").done
    assert own.call("send", agent="other", to="a", text="other's").reason == "stopped"


def test_an_action_that_a_stop_held_back_can_be_done_after_it(own: World) -> None:
    """A key of an action that was refused, or held back, is not used up."""
    own.stop("tool:till/pay")
    assert own.call("pay", to="a", amount=1, key="later").reason == "stopped"
    own.resume("tool:till/pay")
    assert own.call("pay", to="a", amount=1, key="later").done
