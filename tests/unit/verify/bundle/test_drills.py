"""A planted escalation in a bundle of chosen records: with its commitment and what reveals it."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.bank import pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.drills import drilled, handle_of, planted, turn
from watchkeeper import wiring
from watchkeeper.verify import verify_bundle
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Wish


def test_what_was_planted_brings_its_commitment_along(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", drilled())
    for number in range(3):
        bank.ask(pay(20, note=f"n{number}")).ticket.wait(10)
    plant = planted(bank)
    for number in range(3, 6):
        bank.ask(pay(20, note=f"n{number}")).ticket.wait(10)
    bank.approve(handle_of(bank, plant))
    turn(bank)
    bank.log.publish_now()
    out = tmp_path / "out.wkb"
    wish = Wish(Selection(decision=plant.action_id))
    wiring.write_bundle(str(bank.path), out, wish, replace=True, progress=lambda _a, _b: None)
    bank.close()
    found = verify_bundle(out)
    assert found.ok, found.findings
    assert found.held is not None
    assert found.held < found.size
    (step,) = [one for one in found.steps if one.number == 25]
    assert "1 planted escalations committed to, 1 revealed" in step.detail
