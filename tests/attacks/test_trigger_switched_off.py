"""A trigger that would make an assessment stale is switched off, and nobody is told."""

from __future__ import annotations

import pytest

from tests.worlds.assessed import IMPACT, assessed_plan, since
from tests.worlds.bank import bank_file
from watchkeeper.plan.diff.compare import diff_bundles

OFF = IMPACT + "triggers: {off: [new-agent], why: agents come and go}\n"
SYSTEM = bank_file("systems/desk.yaml").replace("  - id: other\n", "  - id: other\n  - id: third\n")


def test_it_is_named_as_weaker_and_switching_it_on_as_stronger() -> None:
    on, off = assessed_plan(), assessed_plan({"impacts/desk.yaml": OFF})
    words = "assessment `desk:impact`: `new-agent` {}"
    assert words.format("no longer makes it stale") in diff_bundles(on, off).weakenings
    assert words.format("makes it stale again") in diff_bundles(off, on).strengthenings


def test_only_that_trigger_of_that_assessment_is_off() -> None:
    plan = assessed_plan({"impacts/desk.yaml": OFF, "systems/desk.yaml": SYSTEM})
    assert since(plan, "impact") == ()
    assert since(plan, "risk") == ("new-agent",)


@pytest.mark.parametrize("name", ["date", "missing", "no-basis", "not-approved"])
def test_what_is_no_trigger_of_change_can_not_be_switched_off(name: str) -> None:
    with pytest.raises(Exception, match="does not hold"):
        assessed_plan({"impacts/desk.yaml": OFF.replace("new-agent", name)})
