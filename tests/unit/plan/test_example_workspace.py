"""The example workspace of the refund desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest, parse_bundle, tool_pin
from watchkeeper.plan.show import render_plan
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.records.plan.management.state import Topic
from watchkeeper.records.plan.policies import PolicyKind

AIMS = Path(__file__).parents[3] / "examples" / "refund-desk" / "aims"


@pytest.fixture(scope="module")
def linted() -> Linted:
    return lint_workspace(AIMS)


def test_it_holds_and_names_its_gaps(linted: Linted) -> None:
    assert linted.bundle is not None
    assert {finding.severity for finding in linted.findings} == {Severity.MANAGEMENT}
    assert {finding.code for finding in linted.findings} == {
        "document-only",
        "no-assessment",
        "no-control",
        "no-date",
        "no-record",
        "not-enforced",
        "review-incomplete",
        "undetermined",
    }
    assert list(linted.bundle.gaps) == [str(finding) for finding in linted.findings]


def test_every_control_of_annex_a_and_of_our_own_has_a_row(linted: Linted) -> None:
    assert linted.bundle is not None
    rows = [row.control for row in linted.bundle.applicability]
    assert len(rows) == len(set(rows)) == 38 + len(linted.bundle.controls)


def test_its_assessments_are_fresh_and_what_they_looked_at_is_what_there_is(linted: Linted) -> None:
    assert linted.bundle is not None
    assert linted.bundle.management is not None
    watched = {one.topic: one for one in linted.bundle.management.watched}
    for topic in (Topic.IMPACT, Topic.RISK):
        assert (watched[topic].id, watched[topic].since) == ("refund-desk", ())
    review = next(p for p in linted.bundle.policies if p.id == "stale-impact")
    assert (review.kind, review.escalate_to) == (PolicyKind.REVIEW, ("compliance",))


def test_its_refunds_are_bounded(linted: Linted) -> None:
    assert linted.bundle is not None
    grant = next(grant for grant in linted.bundle.grants if grant.id == "refunds")
    (band,), (budget,) = grant.bands, grant.budgets
    assert (band.alone, band.review) == ("200.00", "1000.00")
    assert (budget.count, budget.sum, budget.seconds) == (120, "1500.00", 86_400)
    close = next(p for p in linted.bundle.policies if p.id == "close-account-review")
    assert (close.escalate_to, close.approvals) == (("compliance", "refund-lead"), 2)
    export = next(p for p in linted.bundle.policies if p.id == "no-bulk-export")
    assert export.kind is PolicyKind.FORBID


def test_the_plan_is_canonical_and_reads_back(linted: Linted) -> None:
    assert linted.bundle is not None
    raw = bundle_bytes(linted.bundle)
    assert parse_bundle(raw) == linted.bundle
    assert bundle_bytes(parse_bundle(raw)) == raw
    assert len(bundle_digest(raw)) == 64


def test_its_pins_are_those_of_the_listed_definitions() -> None:
    listed = json.loads((AIMS / "tools" / "desk.definitions.json").read_text("utf-8"))
    text = (AIMS / "tools" / "desk.yaml").read_text("utf-8")
    for definition in listed["tools"]:
        assert f"  {definition['name']}:\n    pin: {tool_pin(definition)}\n" in text


def test_it_is_told_in_plain_words(linted: Linted) -> None:
    assert linted.bundle is not None
    said = render_plan(linted.bundle)
    assert "alone up to 200.00, with review by refund-lead up to 1000.00, never beyond" in said
    assert "at most 120 times and amount 1500.00 in all in 1 day" in said
    assert "staff-training (cara): a document only" in said
