"""Approving ahead and deputies, as they are written, compiled and compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.reviews import REVIEW, bundle_with
from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.errors import PlanRefused
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.diff import diff_bundles
from watchkeeper.plan.policies.annotations import read_annotations
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import PolicyKind, StandingRule

RULE = StandingRule(20, 28_800, {"amount": "300.00"})


def test_it_is_compiled_into_the_grants_review(tmp_path: Path) -> None:
    bundle = _compiled(
        tmp_path, "authority/payer.yaml", "role: lead", "role: lead\n      standing: " + _SAYS
    )
    (review,) = [policy for policy in bundle.policies if policy.id == REVIEW]
    assert review.standing == RULE


_SAYS = "{count: 20, within: 8h, most: {amount: 300.00}}"


def test_deputies_are_sorted_and_none_are_left_out(tmp_path: Path) -> None:
    says = "deputies: {operate: [ben], lead: []}\nroles:\n"
    assert _compiled(tmp_path, "aims.yaml", "roles:\n", says).deputies == {"operate": ("ben",)}


def _compiled(folder: Path, file: str, old: str, new: str) -> Bundle:
    text = FILES[file]
    assert isinstance(text, str)
    return compile_folder(write_workspace(folder, {file: text.replace(old, new)}))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("20 in 8h", StandingRule(20, 28_800)),
        ("1 in 7d, amount 300", StandingRule(1, 604_800, {"amount": "300"})),
        ("2 in 5m, a.b 1, c 2.5", StandingRule(2, 300, {"a.b": "1", "c": "2.5"})),
    ],
)
def test_it_is_read_from_an_annotation(text: str, rule: StandingRule) -> None:
    assert _read(text).standing == rule


@pytest.mark.parametrize(
    "text",
    ["", "8h", "0 in 8h", "20 in 8d", "20 in 8", "2 in 8h, a", "2 in 8h, a 1, a 2", "2 in 8h a 1"],
)
def test_anything_else_is_no_annotation(text: str) -> None:
    with pytest.raises(PlanRefused, match="standing"):
        _read(text)


def _read(text: str):  # type: ignore[no-untyped-def]
    notes = {"id": "x", "control": "limits", "escalate": "lead", "standing": text}
    return read_annotations(notes, PolicyKind.REVIEW)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (RULE, replace(RULE, count=21), "21 may be approved ahead, before 20"),
        (RULE, replace(RULE, within_seconds=28_801), "lasts 28801 s, before 28800 s"),
        (RULE, replace(RULE, most={"amount": "301"}), "at most 301, before at most 300.00"),
        (RULE, replace(RULE, most={}), "any number, before at most 300.00"),
        (None, RULE, "may be approved ahead now"),
    ],
)
def test_what_is_weaker_is_named_and_the_way_back_is_stronger(
    old: StandingRule | None, new: StandingRule, words: str
) -> None:
    before, after = bundle_with(standing=old), bundle_with(standing=new)
    assert any(words in said for said in diff_bundles(before, after).weakenings)
    back = diff_bundles(after, before)
    assert back.weakenings == ()
    assert len(back.strengthenings) == 1


def test_a_deputy_less_is_stronger() -> None:
    before = replace(bank_bundle(), deputies={"lead": ("dan",)})
    found = diff_bundles(before, bank_bundle())
    assert found.strengthenings == ("role `lead`: `dan` may no longer stand in for a holder",)


def test_a_plan_that_says_nothing_of_either_keeps_its_digest(tmp_path: Path) -> None:
    bundle = compile_folder(write_workspace(tmp_path, {}))
    assert bundle_digest(bundle_bytes(bundle)) == _AS_IT_WAS


_AS_IT_WAS = "f7d198224a6f44f92660a3594dcd1e096018a775cb04ae7f01a3e93213cf06ea"
