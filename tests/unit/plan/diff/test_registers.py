"""What the records of the management system say now and did not before."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.plan.diff import PlanDiff, diff_bundles
from watchkeeper.plan.diff.changes import Change, What
from watchkeeper.plan.diff.registers import with_registers
from watchkeeper.plan.whole import lint_workspace


def _changes(new: ManagedWorkspace) -> tuple[Change, ...]:
    return with_registers(PlanDiff(), ManagedWorkspace().register(), new.register()).changes


def test_a_changed_risk_is_named_with_what_it_bears_on() -> None:
    (change,) = _changes(ManagedWorkspace().change("risk", "overpaid", owner="ben", assessed=None))
    assert (change.kind, change.id, change.what) == ("risk", "overpaid", What.CHANGED)
    assert change.words == "`approved_digest`, `assessed`, `owner` changed"
    assert change.touches.risks == ("overpaid",)
    assert change.touches.systems == ("desk",)
    assert change.touches.controls


def test_records_come_and_go() -> None:
    (gone,) = _changes(ManagedWorkspace().remove("risk", "overpaid"))
    assert (gone.id, gone.what, gone.touches.risks) == ("overpaid", What.WENT, ("overpaid",))
    (whole,) = _changes(ManagedWorkspace().remove("methods"))
    assert str(whole) == "methods `whole` went"


def test_the_same_says_nothing_and_one_register_alone_neither() -> None:
    register = ManagedWorkspace().register()
    assert _changes(ManagedWorkspace()) == ()
    assert with_registers(PlanDiff(), None, register) == PlanDiff()
    assert with_registers(PlanDiff(), register, None) == PlanDiff()


def test_a_word_in_a_record_is_no_weakening(tmp_path: Path) -> None:
    old = lint_workspace(ManagedWorkspace().write(tmp_path / "old"))
    changed = ManagedWorkspace().change("risk", "overpaid", title="Paid too much")
    new = lint_workspace(changed.write(tmp_path / "new"))
    assert old.bundle is not None
    assert new.bundle is not None
    found = with_registers(diff_bundles(old.bundle, new.bundle), old.register, new.register)
    assert found.weakenings == ()
    assert [one.kind for one in found.changes] == ["management", "risk"]
    assert "nothing that decides changed" in found.changes[0].words
    assert found.touches.risks == ("overpaid",)
