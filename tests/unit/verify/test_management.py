"""Step 26: the state of the management system, worked out again over shards and bundles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.approvals import RULE, answer, release
from tests.worlds.assessed import assessed_plan, decisions, pass_the_day, said_of_aims
from tests.worlds.bank import escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.cli.app import app
from watchkeeper.loop.facts_of.management import aims_of
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.verify import Verification
from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.report import Status

OVERDUE = '{"release-review":["'


def first() -> Bundle:
    return replace(assessed_plan(), releases=RULE)


def urgent() -> Bundle:
    return replace(first(), scope="Paying people, soon.")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    """A home whose plan came by an emergency that nobody looked at, an hour and a second ago."""
    bank = DiskBank(tmp_path / "home", first())
    release(bank, urgent(), why="the shop is down")
    asks(bank, "in time")
    bank.clock.advance(3601)
    asks(bank, "too late")
    yield bank
    bank.close()


def asks(bank: DiskBank, note: str) -> None:
    ticket = escalated(bank.ask(pay(300, note=note))).ticket
    assert ticket is not None
    ticket.wait(10)


def step(found: Verification) -> tuple[Status, str]:
    one = next(one for one in found.steps if one.number == 26)
    return one.status, one.detail


def said(bank: DiskBank) -> list[bool]:
    """Of each decision, whether it says that a release should have been looked at."""
    return [(said_of_aims(one) or "").startswith(OVERDUE) for one in decisions(bank)]


def test_an_emergency_counts_until_somebody_looked_at_it(bank: DiskBank) -> None:
    answer(bank, "ben", urgent(), previous=_before(bank))
    asks(bank, "looked at")
    assert said(bank) == [False, True, False]
    found = bank.verify()
    assert found.findings == ()
    assert step(found)[0] is Status.CHECKED


def _before(bank: DiskBank) -> str:
    (due,) = bank.tell("ana", "plan-approvals")["emergencies"]
    return str(due["previous"])


def test_the_next_shard_knows_it_too(bank: DiskBank) -> None:
    bank.roll()
    asks(bank, "in the next shard")
    assert said(bank) == [False, True, True]
    found = bank.verify()
    assert found.findings == ()
    assert step(found)[0] is Status.CHECKED
    bank.restart()
    state = aims_of(bank.home, "desk", bank.home.now())
    assert state is not None
    assert "release-review" in state.counting


def test_a_bundle_of_one_decision_leaves_that_topic_out(bank: DiskBank, tmp_path: Path) -> None:
    bank.log.publish_now()
    out = tmp_path / "one.wkb"
    index = max(e.ref.index for e in bank.entries() if e.record.kind.value == "decision")
    words = ["log", "bundle", str(bank.path), "--out", str(out), "--index", f"{index}-{index}"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    found = verify_bundle(out, workers=1)
    assert [one for one in found.findings if one.step == 26] == []
    assert step(found)[1].startswith("1 decisions say")


def test_without_the_plans_it_can_not_be_told(bank: DiskBank) -> None:
    bank.log.publish_now()
    for path in (bank.path / "log" / "plans").iterdir():
        path.unlink()
    found = bank.verify()
    assert step(found) == (Status.NOT_CHECKED, "2 by plans that are not published")


def test_before_the_first_decision_it_says_that(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", first())
    assert step(bank.verify()) == (Status.CHECKED, "no decision to look at")
    bank.close()


def test_a_log_without_any_of_it_says_so(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    asks(bank, "x")
    assert step(bank.verify()) == (
        Status.CHECKED,
        "no plan says in which state its management system is",
    )
    bank.close()


def test_a_day_that_passes_in_a_later_shard_counts_there(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", assessed_plan())
    bank.roll()
    pass_the_day(bank)
    asks(bank, "late")
    assert said_of_aims(decisions(bank)[-1]) == '{"impact":["date"]}'
    assert bank.verify().findings == ()
    bank.close()
