"""Passkeys that records name, in the page: it holds them to the same rules as the verifier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_passkey_enrolment_forged import FORGED
from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.browser import Opened, opened, started
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import added, enrolled, revoked, told
from tests.worlds.people import Passholder
from watchkeeper import wiring
from watchkeeper.loop.enrolment import record_of
from watchkeeper.records.action import Status
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Wish

STOP = {"scopeKind": "all", "scopeName": "", "reason": None}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def _in_the_page(page: Opened, bank: DiskBank, **chosen: Any) -> dict[str, Any]:
    bank.log.publish_now()
    out, log = bank.path.parent / "out.wkb", bank.path / "log"
    wish = Wish(Selection(**chosen))
    wiring.write_bundle(str(bank.path), out, wish, replace=True, progress=lambda _a, _b: None)
    pins = {"vkey": (log / "log.vkey").read_text(), "records": (log / "records.pem").read_text()}
    return page.verify(out.read_bytes(), pins)


def test_honest_ones_hold(page: Opened, bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"), by="ana")
    added(bank, ben, Passholder("ben", seed="2"))
    told(bank, ben, "stop", **STOP)
    revoked(bank, "ana", ben)
    found = _in_the_page(page, bank)
    assert (found["ok"], found["failed"], found["refused"]) == (True, [], None)


@pytest.mark.parametrize("how", FORGED)
def test_forged_ones_are_found(page: Opened, bank: DiskBank, how: str) -> None:
    bank.home.append(record_of(FORGED[how][0](bank))).wait(10)
    found = _in_the_page(page, bank)
    assert not found["ok"]
    assert found["refused"] is None
    assert len(found["failed"]) == 1


def test_a_bundle_of_one_action_brings_the_passkey_of_its_approval(
    page: Opened, bank: DiskBank
) -> None:
    ben = enrolled(bank, Passholder("ben"))
    for number in range(3):
        done = allowed(bank.ask(pay(20, note=f"n{number}")))
        done.ticket.wait(10)
        bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)
    asked = escalated(bank.ask(pay(300)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    told(bank, ben, "approve", **bank.verdict_body(asked.handle))
    answer = allowed(bank.come_back(asked.handle))
    bank.kernel.finish(answer, Status.SUCCEEDED, bank.home.now(), {"content": []}).wait(10)
    found = _in_the_page(page, bank, decision=answer.request.action_id)
    assert (found["ok"], found["failed"], found["refused"]) == (True, [], None)
