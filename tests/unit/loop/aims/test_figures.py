"""Figures of a log for the management system: where the register and the records meet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds import measured as m
from tests.worlds import records as world
from tests.worlds.aims import ManagedWorkspace
from watchkeeper.loop.aims import figures_of
from watchkeeper.loop.aims.signals import Stands, queries_of, signals_of
from watchkeeper.plan.register.content import Register, register_of
from watchkeeper.plan.workspace.load import load_workspace
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.figures import Figures
from watchkeeper.records.reference import Ref

_BLOCKED = Decision(Outcome.BLOCK, (Reason.NO_AUTHORITY,), (), ("limits",))
_AIM = m.objective(id="in-time", systems=("desk",))


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    aims = ManagedWorkspace()
    signals = [
        {"control": "limits", "outcome": "block", "more_than": 2, "within": "1d"},
        {"objective": "in-time"},
        {"objective": "nobody-aims-at-it"},
    ]
    folder = aims.change("risk", "overpaid", signals=signals).write(tmp_path_factory.mktemp("r"))
    workspace, findings = load_workspace(folder)
    assert workspace is not None, findings
    return register_of(workspace)


def _figures(stream: world.Stream, register: Register | None) -> Figures:
    plan = m.plan(_AIM)
    return figures_of(stream.entries, world.bundles(plan), stream.plan, stream.at, register)


def test_one_pass_gives_all_figures(register: Register) -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    stream.decide(Decision(Outcome.BLOCK, (Reason.UNKNOWN_TOOL,)), tool="drain", pin="b" * 64)
    m.answer(stream, m.escalate(stream), 60)
    found = _figures(stream, register)
    assert (found.size, found.decisions, found.releases) == (6, 3, 1)
    assert (found.release, found.last_decision, found.origin) == (
        Ref(0, 1),
        Ref(0, 4),
        "reconstructed",
    )
    controls = {one.id: one for one in found.controls}
    assert (controls["refund-authority"].state, controls["refund-authority"].fired) == (
        "enforced",
        1,
    )
    assert controls["refund-authority"].last == Ref(0, 2)
    (place,) = controls["refund-authority"].places
    assert (place.system, place.state, place.fired) == ("desk", "enforced", 1)
    assert controls["staff-training"].state == "document-only"
    (aim,) = found.objectives
    assert (aim.id, aim.verdict, aim.value, aim.of) == ("in-time", "met", "100 % (1 of 1)", 1)
    assert [(one.what, one.name) for one in found.unlisted] == [("tool", "shop/drain")]
    assert aim.systems == ("desk",)
    (here,) = found.systems
    assert (here.system, here.decisions, here.last) == ("desk", 3, Ref(0, 4))
    assert found.signals == ()


def test_a_risk_is_showing_once_its_count_is_passed(register: Register) -> None:
    stream = world.begun()
    for _ in range(2):
        stream.decide(_BLOCKED)
    assert _figures(stream, register).signals == ()
    last = stream.decide(_BLOCKED)
    stream.decide(world.PERMITTED)
    (shown,) = _figures(stream, register).signals
    assert (shown.risk, shown.last, shown.systems) == ("overpaid", last, ("desk",))
    assert shown.says == "more than 2 decisions of control limits with outcome block within 24.0 h"
    stream.tick(2 * m.DAY)
    assert _figures(stream, register).signals == ()


def test_a_missed_objective_shows_a_risk(register: Register) -> None:
    stream = world.begun()
    late = m.escalate(stream)
    m.answer(stream, late, m.HOUR)
    (shown,) = _figures(stream, register).signals
    assert (shown.says, shown.last) == ("objective in-time is missed", late)


def test_silence_says_nothing_of_a_risk(register: Register) -> None:
    stream = world.begun()
    plan = m.plan(_AIM)
    measured = m.measured(stream, *plan.objectives, *queries_of(register))
    stands = [shown.stands for shown in signals_of(register, measured)]
    assert stands == [Stands.CANNOT_TELL] * 3


def test_without_a_register_or_a_plan_the_rest_still_stands(register: Register) -> None:
    stream = world.begun()
    stream.decide(_BLOCKED)
    assert _figures(stream, None).signals == ()
    found = figures_of(stream.entries, {}.get, stream.plan, stream.at, register)
    assert (found.objectives, found.signals, found.decisions) == ((), (), 1)


def test_a_control_is_as_good_as_where_it_is_worst() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    plan = m.plan(_AIM)
    wide = [
        replace(one, systems=("desk", "second")) if one.id == "refund-authority" else one
        for one in plan.controls
    ]
    systems = (*plan.systems, world.system("second", servers=()))
    plan = replace(plan, controls=tuple(wide), systems=systems)
    found = figures_of(stream.entries, world.bundles(plan), stream.plan, stream.at)
    controls = {one.id: one for one in found.controls}
    assert controls["refund-authority"].state == "document-only"


def test_what_came_later_is_not_counted() -> None:
    stream = world.begun()
    at = stream.at
    stream.decide(world.PERMITTED)
    found = figures_of(stream.entries, world.bundles(m.plan()), stream.plan, at)
    assert (found.size, found.decisions, found.last_decision) == (2, 0, None)


def test_a_model_that_no_inventory_has_is_not_called_like_its_agent() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED, claimed={"model": "differs"})
    found = _figures(stream, None)
    models = [one.name for one in found.unlisted if one.what == "model"]
    assert models == ["another of refund-agent"]
