"""What of a grant may be lent: from its file into the plan, and how it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import bank_bundle, bank_file
from tests.worlds.lenders import lenders_bundle
from tests.worlds.workspace_files import write_workspace
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.whole import compile_folder, lint_workspace
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Delegable


def _folder(path: Path, more: str) -> Path:
    grants = bank_file("authority/payer.yaml") + more
    system = bank_file("systems/desk.yaml")
    return write_workspace(path, {"authority/payer.yaml": grants, "systems/desk.yaml": system})


def test_a_permit_of_its_own_for_each_taker() -> None:
    bundle = lenders_bundle()
    permits = {p.id: p for p in bundle.policies if p.grant == "pays"}
    taken = permits["grant.pays.to.third"]
    assert 'context.facts.lent.contains("pays")' in taken.text
    assert 'context.args["amount"].lessThanOrEqual(decimal("150.00"))' in taken.text
    assert 'principal == Agent::"third"' in taken.text
    assert "grant.pays.to.third.review" in permits
    assert "lent" not in permits["grant.pays"].text
    assert "lent" not in "".join(bank_bundle().cedar_schemas.values())


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("    delegable: {to: [nobody]}\n", "nobody"),
        ("    delegable: {to: [payer]}\n", "has the grant already"),
        ("    delegable: {to: []}\n", "at least 1 item"),
        ("    delegable: {to: [other], most: {amonut: 5}}\n", "amonut"),
        ("    delegable: {to: [other], most: {why: 5}}\n", "why"),
        ("    mandate: optional\n", "required"),
    ],
)
def test_what_can_not_be_lent_is_refused(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(PlanRefused, match=why):
        compile_folder(_folder(tmp_path, more))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("    mandate: required\n", "no-application"),
        ("    delegable: {to: [other], most: {amount: 1000.01}}\n", "lent-beyond"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path: Path, more: str, code: str) -> None:
    assert code in {found.code for found in lint_workspace(_folder(tmp_path, more)).findings}


def _with(bundle: Bundle, **changes: Any) -> Bundle:
    grants = tuple(replace(g, **changes) if g.id == "pays" else g for g in bundle.grants)
    return replace(bundle, grants=grants)


@pytest.mark.parametrize(
    ("before", "after", "weaker"),
    [
        ({"delegable": None}, {"delegable": Delegable(("other",))}, True),
        ({"delegable": Delegable(("other",))}, {"delegable": None}, False),
        (
            {"delegable": Delegable(("other",))},
            {"delegable": Delegable(("other", "third"))},
            True,
        ),
        (
            {"delegable": Delegable(("other",), {"amount": "5"})},
            {"delegable": Delegable(("other",))},
            True,
        ),
        (
            {"delegable": Delegable(("other",), {"amount": "5"})},
            {"delegable": Delegable(("other",), {"amount": "6"})},
            True,
        ),
        (
            {"delegable": Delegable(("other",), until_seconds=60)},
            {"delegable": Delegable(("other",), until_seconds=61)},
            True,
        ),
        ({"mandate": "required"}, {"mandate": None}, True),
        ({"mandate": None}, {"mandate": "required"}, False),
    ],
)
def test_what_changed_is_named(before: Any, after: Any, weaker: bool) -> None:
    bundle = bank_bundle()
    found = diff_bundles(_with(bundle, **before), _with(bundle, **after))
    assert (len(found.weakenings) == 1, len(found.strengthenings) == 1) == (weaker, not weaker)
