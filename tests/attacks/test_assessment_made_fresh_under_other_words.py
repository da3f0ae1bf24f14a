"""A stale assessment gets another basis and a later day, under the approval of what it said."""

from __future__ import annotations

import json

import pytest

from tests.worlds.assessed import IMPACT, MANAGED, assessed_plan, bases, signed, since
from tests.worlds.bank import bundle_of
from watchkeeper.plan.diff.compare import diff_bundles

FILE, BASIS = "impacts/desk.yaml", "impacts/desk.basis.json"
SIGNED = signed({**MANAGED, **bases()})


def _other_basis() -> str:
    body = json.loads(bases()[BASIS])
    body["plan"]["organisation"] = "Other"
    return json.dumps(body)


@pytest.mark.parametrize(
    "files",
    [
        {FILE: SIGNED[FILE].replace("assessed: 2026-11-01", "assessed: 2026-11-02")},
        {FILE: SIGNED[FILE].replace("Paying", "Not paying")},
        {BASIS: _other_basis()},
        {FILE: IMPACT},
    ],
    ids=["another day", "other words", "another basis", "an approval of nothing"],
)
def test_under_an_approval_of_something_else_it_is_stale(files: dict[str, str]) -> None:
    assert since(bundle_of({**SIGNED, **files}), "impact") == ("not-approved",)


@pytest.mark.parametrize("day", ["2026-11-03", "2099-01-01"])
def test_made_after_it_was_approved_it_is_stale(day: str) -> None:
    plan = assessed_plan({FILE: IMPACT.replace("assessed: 2026-11-01", f"assessed: {day}")})
    assert since(plan, "impact") == ("not-approved",)


def test_signed_again_it_is_fresh() -> None:
    assert since(assessed_plan({BASIS: _other_basis()}), "impact") == ()


def test_an_approval_that_comes_or_goes_is_named_and_widens_nothing() -> None:
    before, after = bundle_of({**SIGNED, FILE: IMPACT}), bundle_of(SIGNED)
    came, went = diff_bundles(before, after), diff_bundles(after, before)
    assert (came.weakenings, came.widened, went.weakenings) == ((), (), ())
    assert "is stale no longer by not-approved" in str(came.changes)
    assert "is stale now: not-approved" in str(went.changes)
