"""A bundle of a few records that leaves out by whose word the plan in it came into force."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.approvals import answer, forged, on_disk, release, wider, withdraw
from tests.worlds.bank import allowed, pay
from tests.worlds.bundles import write
from tests.worlds.disk_bank import DiskBank
from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.report import Status


def _packed(bank: DiskBank, first: int) -> Path:
    """A bundle of what happened from a record on, and of what that rests on."""
    bank.log.publish_now()
    return write(bank.path, bank.path.with_name("some.bundle"), index=(first, first + 1))


def _between(bank: DiskBank) -> None:
    """Records that are left out."""
    bank.stop()
    bank.resume()


def _step(bundle: Path) -> tuple[Status, list[str]]:
    found = verify_bundle(bundle, workers=1)
    (step,) = (one for one in found.steps if one.number == 27)
    return step.status, [one.message for one in found.findings if one.step == 27]


def test_the_answers_come_along(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    _between(bank)
    answer(bank, "ben", wider())
    _between(bank)
    release(bank, wider())
    last = allowed(bank.ask(pay())).ticket
    last.wait(30)
    assert _step(_packed(bank, last.ref.index)) == (Status.CHECKED, [])
    bank.close()


def test_a_release_without_them_is_found_there_too(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    answer(bank, "ben", wider())
    withdraw(bank, "ben")
    _between(bank)
    place = forged(bank, wider())
    status, found = _step(_packed(bank, place.index))
    assert status is Status.FAILED
    assert found == ["its approvals are by nobody, and the rule asks for 1 lead"]
    bank.close()
