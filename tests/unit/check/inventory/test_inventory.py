"""What was seen at run time and is not in the inventory is a finding, from the records alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds import records as world
from watchkeeper.check.inventory import Inventory, Item, Kind, State, inventory, render_inventory
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.administration import TokenRecord
from watchkeeper.records.kinds import Kind as RecordKind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Agent
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload

PIN = "f" * 64
UNKNOWN = Decision(Outcome.BLOCK, (Reason.UNKNOWN_TOOL,))


def _plan(**agent: Any) -> Bundle:
    declared = {"model": "opal-2", "prompt_digest": "a" * 64} | agent
    return world.bundle(agents=(Agent("refund-agent", "desk", **declared),))


def _found(stream: world.Stream, *plans: Bundle) -> Inventory:
    return inventory(stream.entries, world.bundles(*(plans or (_plan(),))))


def _one(found: Inventory, kind: Kind, name: str) -> Item:
    (item,) = [item for item in found.items if (item.kind, item.name) == (kind, name)]
    return item


@pytest.fixture
def stream() -> world.Stream:
    return world.begun()


def _token(stream: world.Stream, agent: str) -> None:
    said = TokenRecord(stream.tick(), agent, "t", "0" * 64, "ana", world.SIGNED)
    stream.add(RecordKind.TOKEN, said)


def test_what_is_declared_and_seen_is_well(stream: world.Stream) -> None:
    for _ in range(3):
        stream.decide(world.PERMITTED, pin=PIN, claimed={"model": "as-declared"})
    found = _found(stream)
    assert found.findings == ()
    for kind, name in ((Kind.SYSTEM, "desk"), (Kind.AGENT, "refund-agent")):
        assert (_one(found, kind, name).state, _one(found, kind, name).count) == (State.DECLARED, 3)
    tool = _one(found, Kind.TOOL, "shop/refund")
    assert (tool.count, tool.last_ref, tool.declared) == (3, Ref(0, 4), PIN)
    assert (tool.first, tool.last) == (world.START.plus(3), world.START.plus(5))
    assert _one(found, Kind.TOOL, "shop/lookup").state is State.NOT_SEEN
    assert _one(found, Kind.PROMPT, "refund-agent").state is State.NOT_SEEN
    assert render_inventory(found).startswith(f"plan {'a' * 12}: 0 findings, over 3 decisions")


def test_a_tool_that_appeared_at_its_server_is_a_finding(stream: world.Stream) -> None:
    stream.decide(UNKNOWN, tool="drain", pin="b" * 64)
    (item,) = _found(stream).findings
    assert (item.kind, item.name, item.state) == (Kind.TOOL, "shop/drain", State.NOT_DECLARED)
    assert item.values == ("b" * 64,)


def test_a_definition_that_changed_is_a_finding_until_it_is_released(stream: world.Stream) -> None:
    stream.decide(world.UNPINNED, pin="b" * 64)
    found = _found(stream)
    assert _one(found, Kind.TOOL, "shop/refund").state is State.DIFFERS
    assert "declared is " + PIN in render_inventory(found)
    tools = (world.tool("refund"),)
    server = replace(_plan().servers[0], tools=(replace(tools[0], pin="b" * 64),))
    now = replace(_plan(), servers=(server,))
    stream.release("b" * 64)
    assert _found(stream, _plan(), now).findings == ()


@pytest.mark.parametrize(
    ("said", "declared", "state"),
    [
        ("differs", "opal-2", State.DIFFERS),
        ("undeclared", "", State.NOT_DECLARED),
        ("as-declared", "opal-2", State.DECLARED),
    ],
)
def test_what_a_client_says_of_its_model(
    stream: world.Stream, said: str, declared: str, state: State
) -> None:
    stream.decide(world.PERMITTED, claimed={"model": said, "flavour": "undeclared"})
    found = _found(stream, _plan(model=declared))
    assert _one(found, Kind.MODEL, "refund-agent").state is state
    assert bool(found.findings) is (state is not State.DECLARED)


def test_a_home_tells_what_was_claimed_and_a_log_does_not(stream: world.Stream) -> None:
    ref = stream.decide(world.PERMITTED, claimed={"model": "differs"})
    assert _one(_found(stream), Kind.MODEL, "refund-agent").values == ()
    body = {"request": {"claimed": {"model": "quartz" * 40}}}
    stream.entries[ref.index] = replace(stream.entries[ref.index], payload=Payload(body))
    item = _one(_found(stream), Kind.MODEL, "refund-agent")
    assert item.values == (("quartz" * 40)[:120],)


def test_a_claim_under_a_plan_that_declared_otherwise_is_past(stream: world.Stream) -> None:
    stream.decide(world.PERMITTED, claimed={"model": "differs"})
    stream.release("b" * 64)
    found = _found(stream, _plan(), _plan(model="quartz-1"))
    assert _one(found, Kind.MODEL, "refund-agent").state is State.RETIRED
    assert found.findings == ()


def test_an_agent_with_a_token_and_in_no_plan_is_a_finding(stream: world.Stream) -> None:
    _token(stream, "stray")
    stream.decide(world.STRANGER, agent="stray", system="")
    (item,) = _found(stream).findings
    assert (item.kind, item.name, item.state) == (Kind.AGENT, "stray", State.NOT_DECLARED)


def test_an_agent_that_a_plan_had_is_retired(stream: world.Stream) -> None:
    stream.decide(world.PERMITTED)
    stream.release("b" * 64)
    found = _found(stream, _plan(), world.bundle(agents=()))
    assert _one(found, Kind.AGENT, "refund-agent").state is State.RETIRED


def test_a_system_out_of_scope_that_acts_is_a_finding(stream: world.Stream) -> None:
    hidden = Decision(Outcome.BLOCK, (Reason.OUT_OF_SCOPE,))
    stream.decide(hidden, system="hiring")
    (item,) = _found(stream).findings
    assert (item.kind, item.name, item.state) == (Kind.SYSTEM, "hiring", State.OUT_OF_SCOPE)


def test_only_what_was_decided_since_then(stream: world.Stream) -> None:
    stream.decide(UNKNOWN, tool="drain", pin="b" * 64)
    since = stream.tick()
    stream.decide(world.PERMITTED)
    found = inventory(stream.entries, world.bundles(_plan()), since)
    assert (found.decisions, found.findings) == (1, ())


def test_without_its_plan_nothing_is_said(stream: world.Stream) -> None:
    stream.decide(world.PERMITTED)
    found = inventory(stream.entries, {}.get)
    assert (found.readable, found.items, found.unread_plans) == (False, (), ())
    assert inventory((), {}.get).readable
