"""A stop ends what waits and what is approved, at once and for good; the rest goes on waiting."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import World
from watchkeeper.records.action import Reason, VoidRecord
from watchkeeper.records.kinds import Kind


def _voids(till: World) -> dict[str, Reason]:
    found = (e.record.predicate for e in till.entries() if e.record.kind is Kind.VOID)
    return {void.action_id: void.why for void in found if isinstance(void, VoidRecord)}


@pytest.mark.parametrize("scope", ["all", "agent:payer", "system:till", "tool:till/drop"])
def test_each_scope_ends_what_it_takes_hold_of(till: World, scope: str) -> None:
    approved = till.call("drop", what=f"approved {scope}")
    waiting = till.call("drop", what=f"waiting {scope}")
    till.approve(approved.handle)
    before = till.executed()
    till.stop(scope)
    till.resume(scope)
    for reply in (approved, waiting):
        assert _voids(till)[reply.refusal["decision"]] is Reason.STOPPED
        assert till.call("watchkeeper_result", handle=reply.handle).reason == "stopped"
    listed = [item["handle"] for item in till.ask("ben", "pending", {})]
    assert approved.handle not in listed
    assert waiting.handle not in listed
    assert till.executed() == before


def test_what_it_does_not_take_hold_of_goes_on(till: World) -> None:
    mine = till.call("drop", what="mine")
    theirs = till.call("drop", agent="other", what="theirs")
    till.approve(mine.handle)
    till.stop("agent:other")
    till.resume("agent:other")
    assert till.call("watchkeeper_result", handle=mine.handle).done
    reply = till.call("watchkeeper_result", agent="other", handle=theirs.handle)
    assert reply.reason == "stopped"


def test_it_stays_so_through_a_kill(till: World) -> None:
    reply = till.call("drop", what="killed")
    till.approve(reply.handle)
    till.stop("tool:till/drop")
    till.resume("tool:till/drop")
    till.kill()
    till.start()
    assert till.call("watchkeeper_result", handle=reply.handle).reason == "stopped"
    assert {"what": "killed"} not in [done["arguments"] for done in till.executed()]
