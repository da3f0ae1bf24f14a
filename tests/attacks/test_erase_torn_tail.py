"""A torn tail that was cut off and kept aside holds the value that is to be erased."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank, files_holding
from watchkeeper.records.action import Status

NOTE = "knee 1997"


def test_a_torn_tail_goes_with_the_erasure(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    done = allowed(bank.ask(pay(10, to="clinic", note=NOTE, on_behalf_of="maria")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    bank.log.close()
    newest = max((bank.path / "segments").glob("*.seg"))
    data = newest.read_bytes()
    # A write that never ended: the frame of the decision again, cut off in its payload.
    start = data.rindex(b"\x00wk\x01", 0, data.rindex(NOTE.encode()))
    torn = data[start : data.rindex(NOTE.encode()) + len(NOTE)]
    newest.write_bytes(data + torn)
    bank.restart()
    assert bank.log.recovered is not None
    assert files_holding(bank.path / "kept", NOTE)
    assert bank.look(subject="maria")["tails"] == 1
    bank.erase(subject="maria")
    assert files_holding(bank.path, NOTE) == []
    assert bank.entries()[-1].record.predicate.tails == 1
    assert bank.verify().ok
    bank.close()


def test_a_torn_tail_of_nobody_known_can_be_erased_as_well(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    kept = bank.path / "kept"
    kept.mkdir(mode=0o700)
    (kept / "00000000-9-00000000.torn").write_bytes(NOTE.encode())
    (kept / ".00000000-9-00000001.torn.new").write_bytes(NOTE.encode())
    bank.erase(subject="somebody of whom there is no record")
    assert files_holding(bank.path, NOTE) == []
    assert bank.verify().ok
    bank.close()
