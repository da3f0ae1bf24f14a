from __future__ import annotations

import pytest

from watchkeeper.cli.answer import verified_from
from watchkeeper.verify import Finding, Status, Step, Verification


def verification(
    *failed: int, findings: tuple[Finding, ...] = (), left_out: int = 0
) -> Verification:
    steps = tuple(
        Step(number, f"step {number}", Status.FAILED if number in failed else Status.CHECKED, "")
        for number in range(1, 6)
    )
    return Verification(
        origin="lantern/0",
        size=10,
        root="",
        steps=steps,
        findings=findings,
        left_out=left_out,
        counts={},
        unknown=0,
        pinned=True,
        witnessed=False,
    )


def test_all_records_count_where_nothing_failed() -> None:
    found = verified_from(verification())
    assert (found.records, found.verified, found.sound, found.pinned) == (10, 10, True, True)
    assert [step.status for step in found.steps] == ["checked"] * 5


def test_a_record_with_a_finding_does_not_count() -> None:
    findings = (
        Finding(4, 7, "bad signature"),
        Finding(4, 7, "again"),
        Finding(5, None, "rewritten"),
    )
    found = verified_from(verification(4, 5, findings=findings, left_out=3))
    assert (found.verified, found.sound) == (6, False)
    assert found.findings == (
        *("record 7: bad signature", "record 7: again", "rewritten"),
        "and 3 more",
    )


@pytest.mark.parametrize("step", [1, 2, 3])
def test_without_keys_checkpoint_or_tree_no_record_counts(step: int) -> None:
    found = verified_from(verification(step))
    assert (found.verified, found.sound) == (0, False)
