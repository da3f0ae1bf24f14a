from __future__ import annotations

import dataclasses

import pytest

from tests.worlds import records as world
from watchkeeper.check.gap import GapRow, GapTable, State, gap_table, render_gap
from watchkeeper.records.action import Boundary
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Row
from watchkeeper.records.plan.policies import PolicyKind
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref

OTHER = "b" * 64


def row(table: GapTable, control: str, system: str = "desk") -> GapRow:
    (found,) = [one for one in table.rows if (one.control, one.system) == (control, system)]
    return found


def with_forbid_changed(plan: Bundle) -> Bundle:
    policies = tuple(
        dataclasses.replace(one, text="forbid, but weaker") if one.id == "no-export" else one
        for one in plan.policies
    )
    return dataclasses.replace(plan, policies=policies)


def test_i7_a_document_never_counts_as_operating() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    words = world.without_policies(world.bundle())
    table = gap_table(stream.entries, world.bundles(words))
    assert {one.state for one in table.rows} == {State.DOCUMENT_ONLY}
    assert table.enforced_in_production == ()


def test_i7_a_document_in_one_system_is_not_carried_by_another() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    plan = world.bundle(
        systems=(world.system(), world.system("sales")),
        controls=(
            world.control(
                "refund-authority", policies=("grant.refunds",), systems=("desk", "sales")
            ),
        ),
    )
    table = gap_table(stream.entries, world.bundles(plan))
    assert row(table, "refund-authority").state is State.ENFORCED
    assert row(table, "refund-authority", "sales").state is State.DOCUMENT_ONLY


def test_i7_recorded_as_production_in_a_pilot_system_does_not_count() -> None:
    stream = world.begun(Stage.PRODUCTION)
    stream.decide(world.PERMITTED)
    plan = world.bundle(systems=(world.system(stage=Stage.PILOT),))
    found = row(gap_table(stream.entries, world.bundles(plan)), "refund-authority")
    assert (found.state, found.stage, found.in_production) == (State.ENFORCED, Stage.PILOT, False)


def test_i7_a_production_system_in_a_demonstration_home_does_not_count() -> None:
    stream = world.begun(Stage.PRODUCTION)
    stream.decide(world.PERMITTED)
    plan = world.bundle(stage=Stage.DEMONSTRATION)
    found = row(gap_table(stream.entries, world.bundles(plan)), "refund-authority")
    assert (found.stage, found.in_production) == (Stage.DEMONSTRATION, False)


def test_i7_fired_in_the_pilot_proves_nothing_of_production() -> None:
    stream = world.begun(Stage.PILOT)
    stream.decide(world.PERMITTED)
    found = row(gap_table(stream.entries, world.bundles(world.bundle())), "refund-authority")
    assert (found.state, found.stage, found.in_production) == (
        State.ENFORCED,
        Stage.PRODUCTION,
        False,
    )
    assert "not yet seen to in production" in found.why


def test_evidence_under_other_policies_is_counted_and_proves_nothing() -> None:
    stream = world.begun()
    stream.decide(world.FORBIDDEN, tool="export")
    stream.release(OTHER)
    stream.decide(world.PERMITTED)
    plan = world.bundle()
    table = gap_table(stream.entries, world.bundles(plan, with_forbid_changed(plan)))
    found = row(table, "no-bulk-export")
    assert found.state is State.SILENT_WITH_TRAFFIC
    assert (found.blocked, found.earlier, found.traffic) == (1, 1, 1)
    assert "other policies than now" in found.why


def test_a_release_that_leaves_the_policies_alone_keeps_their_evidence() -> None:
    stream = world.begun()
    stream.decide(world.FORBIDDEN, tool="export")
    stream.release(OTHER)
    plan = world.bundle()
    renamed = dataclasses.replace(plan, organisation="Lantern Goods Ltd")
    table = gap_table(stream.entries, world.bundles(plan, renamed))
    assert row(table, "no-bulk-export").state is State.ENFORCED
    assert row(table, "no-bulk-export").earlier == 0


def test_a_control_that_the_plan_dropped_is_retired_not_undefined() -> None:
    stream = world.begun()
    stream.decide(world.FORBIDDEN, tool="export")
    stream.release(OTHER)
    plan = world.bundle()
    smaller = dataclasses.replace(
        plan,
        controls=tuple(one for one in plan.controls if one.id != "no-bulk-export"),
        policies=tuple(one for one in plan.policies if one.id != "no-export"),
    )
    table = gap_table(stream.entries, world.bundles(plan, smaller))
    assert row(table, "no-bulk-export").state is State.RETIRED
    assert table.wrong == ()


def test_a_policy_in_force_that_names_no_known_control_is_undefined_before_it_fires() -> None:
    plan = world.bundle(policies=(world.policy("stray", "no-such", PolicyKind.FORBID),))
    table = gap_table(world.begun().entries, world.bundles(plan))
    found = row(table, "no-such")
    assert found.state is State.UNDEFINED
    assert found in table.wrong


@pytest.mark.parametrize(
    "plan",
    [
        world.bundle(applicability=(Row("refund-authority", "out", "no money", ""),)),
        world.bundle(systems=(world.system(in_scope=False),)),
    ],
    ids=["left out", "system out of scope"],
)
def test_what_does_not_apply_is_not_enforced_even_if_it_fires(plan: Bundle) -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    found = row(gap_table(stream.entries, world.bundles(plan)), "refund-authority")
    assert (found.state, found.allowed, found.in_production) == (State.NOT_APPLICABLE, 1, False)


def test_without_the_bundle_in_force_nobody_can_say() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    table = gap_table(stream.entries, world.bundles())
    assert not table.readable
    assert [one.state for one in table.rows] == [State.COULD_NOT_EVALUATE]
    assert table.unread_plans == (world.PLAN,)
    assert "not there" in render_gap(table)


def test_an_earlier_plan_that_is_gone_proves_nothing_and_stops_nothing() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    stream.release(OTHER)
    table = gap_table(stream.entries, {OTHER: world.bundle()}.get)
    found = row(table, "refund-authority")
    assert (found.state, found.allowed, found.earlier) == (State.SILENT_NO_TRAFFIC, 1, 1)
    assert table.unread_plans == (world.PLAN,)


def test_no_plan_at_all() -> None:
    stream = world.Stream()
    stream.genesis()
    table = gap_table(stream.entries, world.bundles())
    assert (table.plan, table.rows, table.readable) == (None, (), True)
    assert "no plan was released" in render_gap(table)


def test_points_are_counted_by_kind_boundary_and_stage() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    stream.decide(world.PERMITTED, point=world.GUARD)
    stream.decide(world.PERMITTED, point=world.GUARD)
    found = row(gap_table(stream.entries, world.bundles(world.bundle())), "refund-authority")
    assert [(one.kind, one.boundary, one.count) for one in found.points] == [
        ("guard", Boundary.IN_PROCESS, 2),
        ("mcp-gateway", Boundary.EXCLUSIVE, 1),
    ]
    assert (found.first_fired, found.last_fired) == (world.START.plus(3), world.START.plus(5))
    assert found.last_ref == Ref(0, 4)


def test_decisions_that_no_control_speaks_of_are_named() -> None:
    stream = world.begun()
    stream.decide(dataclasses.replace(world.BEYOND, controls=()))
    stream.refusals({"unknown-tool": 7})
    table = gap_table(stream.entries, world.bundles(world.bundle()))
    assert table.uncontrolled == {"allow": 0, "block": 1, "escalate": 0}
    text = render_gap(table)
    assert "no control says anything: 1 block" in text
    assert "not recorded one by one: 7" in text


def test_a_built_in_check_without_systems_covers_every_system_in_scope() -> None:
    plan = world.bundle(controls=(world.control("pins", built_in=("pin-mismatch",)),))
    table = gap_table(world.begun().entries, world.bundles(plan))
    assert [one.system for one in table.rows if one.control == "pins"] == ["desk"]


def test_annex_a_rows_name_our_own_controls_and_have_no_state() -> None:
    plan = world.bundle(
        controls=(world.control("a", annex_a=("A.6.2.10", "A.6.2.6")),),
        applicability=(Row("A.6.2.6", "in", "operation", "done"), Row("A.2.2", "in", "", "")),
    )
    annex = gap_table(world.begun().entries, world.bundles(plan)).annex
    assert [(one.control, one.applicable, one.own) for one in annex] == [
        ("A.2.2", "in", ()),
        ("A.6.2.6", "in", ("a",)),
        ("A.6.2.10", "undetermined", ("a",)),
    ]


def test_the_text_names_a_demonstration_and_keeps_terminals_safe() -> None:
    plan = world.bundle(stage=Stage.DEMONSTRATION, controls=(world.control("bad\x1b[31m\nname"),))
    text = render_gap(gap_table(world.begun().entries, world.bundles(plan)))
    assert "nothing here counts as enforced in production" in text
    assert "\x1b" not in text
    assert "bad [31m name" in text


def test_the_json_has_every_count_and_state() -> None:
    stream = world.begun()
    stream.decide(world.PERMITTED)
    said = gap_table(stream.entries, world.bundles(world.bundle())).json()
    assert said["states"]["enforced"] == 1
    assert set(said["states"]) == {state.value for state in State}
    (found,) = [one for one in said["controls"] if one["control"] == "refund-authority"]
    assert found["enforcedInProduction"] is True
    assert (found["allowed"], found["blocked"], found["owner"]) == (1, 0, "ana")
    assert found["points"] == [
        {"kind": "mcp-gateway", "boundary": "exclusive", "stage": "production", "count": 1}
    ]


def test_i7_production_evidence_of_older_policies_does_not_prove_the_newer() -> None:
    stream = world.begun()
    stream.decide(world.FORBIDDEN, tool="export")
    stream.release(OTHER)
    stream.decide(world.FORBIDDEN, tool="export", stage=Stage.PILOT)
    plan = world.bundle()
    found = row(
        gap_table(stream.entries, world.bundles(plan, with_forbid_changed(plan))), "no-bulk-export"
    )
    assert (found.state, found.blocked, found.earlier) == (State.ENFORCED, 2, 1)
    assert not found.in_production
