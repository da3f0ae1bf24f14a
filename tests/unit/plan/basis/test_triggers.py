"""Which changes of a plan make an assessment stale, under which name, and which do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.assessed import IMPACT, assessed_plan, bases, since
from tests.worlds.bank import bank_bundle, bank_file
from watchkeeper.errors import RecordInvalid
from watchkeeper.plan.basis.slice import Looked, looked_from_json, looked_to_json, slice_of
from watchkeeper.plan.basis.triggers import triggers

SYSTEM, GRANTS = "systems/desk.yaml", "authority/payer.yaml"
RULE = "policies/desk/pays.forbid.cedar"


def changed(file: str, old: str, new: str) -> tuple[str, ...]:
    """Why the impact assessment is stale after a change of one file."""
    text = bank_file(file)
    assert old in text
    return since(assessed_plan({file: text.replace(old, new, 1)}), "impact")


@pytest.mark.parametrize(
    ("file", "old", "new", "fires"),
    [
        (SYSTEM, "  - id: payer\n", "  - id: payer\n    model: m-2\n", "changed-model"),
        (SYSTEM, "  - id: payer\n", "  - id: payer\n    version: '2'\n", "changed-version"),
        (
            SYSTEM,
            "  - id: payer\n",
            f"  - id: payer\n    prompt_digest: {'a' * 64}\n",
            "changed-prompt",
        ),
        (SYSTEM, "  - id: other\n", "  - id: other\n  - id: third\n", "new-agent"),
        (SYSTEM, "agents:\n", "intended_use: [Paying shops]\nagents:\n", "new-intended-use"),
        (GRANTS, "alone: 200.00", "alone: 250.00", "wider-authority"),
        (GRANTS, "review: 1000.00", "review: 1000.01", "wider-authority"),
        (GRANTS, "count: 6", "count: 7", "wider-authority"),
        (RULE, "greaterThan", "lessThan", "wider-authority"),
    ],
)
def test_each_change_fires_its_trigger_alone(file: str, old: str, new: str, fires: str) -> None:
    assert changed(file, old, new) == (fires,)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (SYSTEM, "title: Desk", "title: The desk"),
        (SYSTEM, "owner: ana", "owner: ben"),
        (GRANTS, "alone: 200.00", "alone: 100.00"),
        (GRANTS, "count: 6", "count: 5"),
        ("aims.yaml", "name: Ana", "name: Anna"),
        ("aims.yaml", "operate: [ana]", "operate: [ana, ben]"),
        ("controls/limits.yaml", "Pays within limits.", "Pays little."),
    ],
)
def test_what_lets_nothing_more_through_fires_none(file: str, old: str, new: str) -> None:
    assert changed(file, old, new) == ()


def test_several_fire_together_sorted() -> None:
    files = {
        SYSTEM: bank_file(SYSTEM).replace("  - id: payer\n", "  - id: payer\n    model: m-2\n"),
        GRANTS: bank_file(GRANTS).replace("alone: 200.00", "alone: 250.00"),
    }
    assert since(assessed_plan(files), "impact") == ("changed-model", "wider-authority")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (IMPACT.replace("approved_by: ben\n", ""), ("not-approved",)),
        (IMPACT.replace("approved: 2026-11-02\n", ""), ("not-approved",)),
    ],
)
def test_what_nobody_approved_is_stale(text: str, why: tuple[str, ...]) -> None:
    assert since(assessed_plan({"impacts/desk.yaml": text}), "impact") == why


@pytest.mark.parametrize("basis", ["{}", '{"format": 2}', '{"system": "other"}'])
def test_what_is_no_basis_is_none(basis: str) -> None:
    plan = assessed_plan({"impacts/desk.basis.json": basis})
    assert since(plan, "impact") == ("no-basis",)


def test_intended_uses_may_stand_in_any_order_with_any_white_space() -> None:
    plan = slice_of(bank_bundle(), "desk")
    then = Looked("desk", plan, ("Paying shops", "Paying people back"))
    now = Looked("desk", plan, ("Paying   people\n back", "Paying shops"))
    assert triggers(then, now) == ()
    assert triggers(now, replace(then, intended_use=("Paying shops",))) == ()
    assert triggers(replace(then, intended_use=("Paying shops",)), now) == ("new-intended-use",)


def test_a_slice_holds_no_person_no_title_and_no_text() -> None:
    plan = slice_of(bank_bundle(), "desk")
    assert (plan.people, plan.roles, plan.organisation, plan.scope) == ((), {}, "", "")
    assert {policy.text for policy in plan.policies} == {""}


def test_what_was_looked_at_comes_back_as_it_was() -> None:
    looked = Looked("desk", slice_of(bank_bundle(), "desk"), ("Paying shops",))
    assert looked_from_json(looked_to_json(looked), "desk") == looked
    with pytest.raises(RecordInvalid, match="of the system"):
        looked_from_json(looked_to_json(looked), "other")


def test_both_assessments_of_the_bank_are_fresh_when_they_were_just_made() -> None:
    assert set(bases()) == {"impacts/desk.basis.json", "assessments/desk.basis.json"}
    assert (since(assessed_plan(), "impact"), since(assessed_plan(), "risk")) == ((), ())
