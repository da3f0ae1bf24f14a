"""The power goes at any moment: what was acknowledged is there, whatever the disk had by then."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.power.journal import Journal, Promise, Remove, Rename, Sync, SyncFolder, Write
from faults.power.layouts import layouts
from faults.power.recover import Day, chosen, recover_all, work

STATES = 60


class Unsynced(Journal):
    """A disk that says that files are on it, and is not asked."""

    def sync_data(self, fd: int) -> None:
        """Say so."""


class Hasty(Journal):
    """Files that get their name before their content is on the disk."""

    def sync(self, fd: int) -> None:
        """Say so."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return work(tmp_path_factory.mktemp("power") / "house", rounds=9)


def test_i1_i2_every_state_that_a_loss_of_power_may_leave(day: Day, tmp_path: Path) -> None:
    states = chosen(day, seed=3, count=STATES)
    found = list(recover_all(day, states, tmp_path))
    assert len(found) == STATES
    assert [trouble for trouble in found if trouble is not None] == []


def test_the_journal_is_what_was_done(day: Day) -> None:
    """All of it applied gives the home as it stands; the states differ, and promise something."""
    states = list(layouts(day.journal))
    whole = states[-1]
    home = day.journal.root
    there = {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    synced = "synced"  # its content is a hint, written past the journal
    assert {k: v for k, v in whole.files.items() if k != synced} == {
        k: v for k, v in there.items() if k != synced
    }
    kinds = {type(operation) for operation in day.journal.operations}
    assert {Write, Sync, SyncFolder, Promise, Remove, Rename} <= kinds
    assert day.gone
    assert whole.gone == day.gone
    assert not any(value in data for value in day.gone for data in whole.files.values())
    assert any(day.gone[0] in data for layout in states for data in layout.files.values())
    assert whole.records == len(day.records) > 20
    assert any(path.endswith("00000001.seg") for path in whole.files)


def test_i8_what_was_erased_stays_erased(day: Day, tmp_path: Path) -> None:
    """The states around the erasure, of which few are in a sample of the day."""
    states = [state for state in layouts(day.journal) if state.gone][:25]
    assert len(states) == 25
    assert [trouble for trouble in recover_all(day, states, tmp_path) if trouble] == []


@pytest.mark.parametrize("files", [Unsynced, Hasty])
def test_a_disk_that_is_not_asked_is_found_out(files: type[Journal], tmp_path: Path) -> None:
    day = work(tmp_path / "house", rounds=4, files=files)
    states = chosen(day, seed=1, count=80)
    assert [trouble for trouble in recover_all(day, states, tmp_path / "states") if trouble]
