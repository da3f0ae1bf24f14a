"""An agent asks again late, and goes away: the log is no less consistent for it.

The look at the expired key leaves no record, so that nothing of it may be found in the state that
the next shard or a snapshot takes over: an honest home would be called inconsistent otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, pay, refused
from tests.worlds.disk_bank import DiskBank
from watchkeeper.loop.shards.carried import check_carried
from watchkeeper.loop.steps import Admitted
from watchkeeper.records.action import Reason, Status
from watchkeeper.verify import verify_log


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    done = allowed(bank.ask(pay(20, key="k1")))
    done.ticket.wait(10)
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"ok": True}).wait(10)
    bank.clock.advance(601)
    yield bank
    bank.close()


def look(bank: DiskBank) -> None:
    """Ask again so far that the key is looked up, and never for a decision."""
    size = bank.log.size
    for _ in range(2):
        assert isinstance(bank.kernel.admit(pay(20, key="k1")), Admitted)
    assert bank.log.size == size


def test_a_shard_that_begins_after_a_late_look_is_the_one_that_records_add_up_to(
    bank: DiskBank,
) -> None:
    look(bank)
    bank.roll()
    assert check_carried(bank.log, bank.clock)
    found = verify_log(bank.path)
    assert found.findings == ()
    assert next(step for step in found.steps if step.number == 18).status.value == "checked"
    refused(bank.ask(pay(20, key="k1")), Reason.KEY_EXPIRED)


def test_a_snapshot_after_a_late_look_is_the_one_that_records_add_up_to(bank: DiskBank) -> None:
    look(bank)
    assert bank.home.keep(after=1)
    kept = bank.home.kept_form()
    bank.restart()
    assert bank.home.kept_form() == kept
    for snapshot in (bank.path / "snapshots").iterdir():
        snapshot.unlink()
    bank.restart()
    assert bank.home.kept_form() == kept
    refused(bank.ask(pay(20, key="k1")), Reason.KEY_EXPIRED)
