"""Nobody decides on an action of their own: not the person in whose name the agent acts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.gateway import make_world
from tests.worlds.till_workspace import server_module
from watchkeeper import wiring
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import NotAuthorised
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Escalated
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.instant import render_instant

PINS = {d["name"]: tool_pin(d) for d in server_module("till").definitions()}


def test_whoever_the_agent_acts_for_can_not_approve(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world")
    log = wiring.open_log(world.home)
    try:
        home = Home(log, wiring.clock(), wiring.ids())
        home.pins = {("till", name): pin for name, pin in PINS.items()}
        kernel = Kernel(home, Point("mcp-gateway", Boundary.EXCLUSIVE))
        call = Call("payer", "tools/call", "till", "drop", {"what": "x"}, on_behalf_of="ben")
        admitted = kernel.admit(call)
        assert isinstance(admitted, Admitted)
        waiting = kernel.decide(admitted)
        assert isinstance(waiting, Escalated)
        assert waiting.ticket is not None
        waiting.ticket.wait(30)
        (pending,) = home.state.pending.waiting()
        shown = home.shown(pending)
        assert shown is not None
        verdict = {name: shown[name] for name in ("request", "tool", "pin", "agent", "plan")}
        verdict |= {"handle": pending.handle, "shown": pending.shown, "role": "lead"}
        verdict |= {"expires": render_instant(pending.expires), "reason": None}
        with pytest.raises(NotAuthorised, match="of their own"):
            Commands(kernel).run(world.signed("ben", "approve", verdict), {})
        assert pending.waits()
        said = Commands(kernel).run(world.signed("cara", "approve", verdict), {})
        assert said["state"] == "approved"
    finally:
        log.close()
