"""What a plan says of its reviews: who is kept apart, and whether a reason is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.reviews import bundle_with
from tests.worlds.workspace_files import FILES, with_change, write_workspace
from watchkeeper.errors import PlanRefused
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.policies.annotations import read_annotations
from watchkeeper.plan.whole import compile_folder, lint_workspace
from watchkeeper.records.plan.policies import Policy, PolicyKind

BASE: Mapping[str, str | None] = {"id": "a", "control": "limits", "escalate": "lead"}


def _compiled(folder: Path, changes: Mapping[str, str | bytes | None]) -> dict[str, Policy]:
    return {p.id: p for p in compile_folder(write_workspace(folder, changes)).policies}


def test_a_grant_says_it(tmp_path: Path) -> None:
    said = "      role: lead\n      reason: true\n      separate: [grantor, author]\n"
    changes = with_change("authority/payer.yaml", "      role: lead\n", said)
    found = _compiled(tmp_path, changes)["grant.pays.review"]
    assert (found.separate, found.reason) == (("author", "grantor"), "required")


def test_a_written_review_says_it(tmp_path: Path) -> None:
    said = '@escalate("lead")\n@reason("required")\n@separate("author")\n'
    changes = with_change("policies/desk/pays.review.cedar", '@escalate("lead")\n', said)
    found = _compiled(tmp_path, changes)["broken"]
    assert (found.separate, found.reason) == (("author",), "required")


def test_a_plan_that_says_nothing_of_it_keeps_its_bytes() -> None:
    raw = bundle_bytes(bank_bundle())
    for name in (b'"separate"', b'"reason"', b'"first"', b'"writtenBy"'):
        assert name not in raw


@pytest.mark.parametrize(
    ("name", "value"), [("reason", "always"), ("separate", "grantor"), ("separate", "author, x")]
)
def test_nothing_else_can_be_said(name: str, value: str) -> None:
    with pytest.raises(PlanRefused, match=f"`@{name}` can not be"):
        read_annotations({**BASE, name: value}, PolicyKind.REVIEW)


@pytest.mark.parametrize("kind", [PolicyKind.PERMIT, PolicyKind.FORBID])
def test_only_a_review_can_say_it(kind: PolicyKind) -> None:
    without = {"id": "a", "control": "limits", "separate": "author"}
    with pytest.raises(PlanRefused, match="`@separate`"):
        read_annotations(without, kind)


def test_less_separation_is_a_weakening() -> None:
    before = bundle_with(separate=("author",), reason="required")
    lost = diff_bundles(before, bank_bundle())
    assert any("its author may approve now" in one for one in lost.weakenings)
    assert any("no longer needs a reason" in one for one in lost.weakenings)
    won = diff_bundles(bank_bundle(), before)
    assert any("its author may no longer approve" in one for one in won.strengthenings)
    assert any("an approval needs a reason" in one for one in won.strengthenings)


def test_a_review_that_nobody_could_approve_is_named(tmp_path: Path) -> None:
    changes = {
        **with_change("aims.yaml", "lead: [ana, ben]", "lead: [ana]"),
        **with_change(
            "authority/payer.yaml",
            "      role: lead\n",
            "      role: lead\n      separate: [grantor]\n",
        ),
    }
    found = lint_workspace(write_workspace(tmp_path, changes)).findings
    assert any("who gave the grant may not approve" in one.message for one in found)


def test_an_argument_that_is_not_there_can_not_come_first(tmp_path: Path) -> None:
    tool = FILES["tools/bank.yaml"].replace(
        "clear: [amount]", "clear: [amount]\n    first: [price]"
    )
    found = lint_workspace(write_workspace(tmp_path, {"tools/bank.yaml": tool})).findings
    assert any("has no argument `price`" in one.message for one in found)
