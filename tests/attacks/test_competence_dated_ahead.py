"""Evidence of competence of a day to come lets somebody answer today, though theirs ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.assessed import assessed_plan, decisions, said_of_aims
from tests.worlds.bank import escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import messages
from watchkeeper.errors import NotAuthorised
from watchkeeper.records.day import beginning
from watchkeeper.records.plan.bundle import Bundle

DAY = beginning("2026-11-25")
RAN_OUT = "there is no valid evidence of your competence for the role"
LACKS = '{"competence":["lead"]}'


def _plan(*held: tuple[str, str]) -> Bundle:
    """Everybody's evidence is good, but Ben's."""
    mine = [("ben", on, until) for on, until in held]
    rows = "".join(
        f"  - {{need: limits, person: {who}, evidence: trained, on: {on}, expires: {until}}}\n"
        for who, on, until in [(who, "2026-09-01", "2029-01-01") for who in ("ana", "cyd")] + mine
    )
    needs = "needs:\n  - {id: limits, role: lead, what: Knows the limits.}\n"
    return assessed_plan({"competence.yaml": f"enforce: true\n{needs}held:\n{rows}"})


def _waits(bank: DiskBank, note: str) -> str:
    asked = escalated(bank.ask(pay(300, note=note)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    return asked.handle


@pytest.mark.parametrize(
    "held",
    [
        [("2026-11-25", "2029-01-01")],
        [("2026-09-01", "2026-11-22"), ("2026-11-25", "2029-01-01")],
    ],
    ids=["all of it", "after it ended"],
)
def test_until_its_day_it_is_none(held: list[tuple[str, str]], tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", _plan(*held))
    with pytest.raises(NotAuthorised, match=RAN_OUT):
        bank.approve(_waits(bank, "before"), "ben")
    bank.clock.advance((DAY - bank.home.now()) / 1_000_000)
    assert bank.approve(_waits(bank, "on its day"), "ben")["state"] == "approved"
    assert [said_of_aims(one) for one in decisions(bank)] == [LACKS, "{}"]
    assert messages(bank) == set()
    bank.close()


@pytest.mark.parametrize(
    "held",
    [
        [("2024-01-01", "2024-12-31"), ("2026-09-01", "2029-01-01")],
        [("2026-01-01", "2026-11-30"), ("2026-11-20", "2029-01-01")],
        [("2026-01-01", "2026-11-23"), ("2026-11-24", "2029-01-01")],
        [("2026-01-01", "2029-01-01"), ("2026-02-01", "2026-03-01")],
    ],
    ids=["once it had ended", "renewed", "renewed on the day after", "something short beside it"],
)
def test_what_is_there_today_counts(held: list[tuple[str, str]], tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", _plan(*held))
    assert bank.approve(_waits(bank, "today"), "ben")["state"] == "approved"
    assert [said_of_aims(one) for one in decisions(bank)] == ["{}"]
    bank.close()
