"""95 % of escalations decided within 30 minutes: measured on a real home, and counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds import measured as m
from tests.worlds.bank import bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper import wiring
from watchkeeper.cli import check
from watchkeeper.records.action import DecisionRecord, Outcome
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.bundle import Limits
from watchkeeper.records.plan.management.objectives import Counted

LATE = 3


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    aims = (
        m.objective(least=20, systems=("desk",)),
        m.count(Counted.UNKNOWN, id="no-loose-end", at_most="99"),
        m.objective(id="quiet", least=500),
    )
    plan = replace(bank_bundle(), objectives=aims, limits=Limits(pending_per_agent=100))
    bank = DiskBank(tmp_path_factory.mktemp("objectives") / "home", plan)
    for number in range(40):
        asked = escalated(bank.ask(pay(300 + number, note=f"n{number}")))
        assert asked.ticket is not None
        asked.ticket.wait(10)
        bank.clock.advance(31 * 60 if number < LATE else 60)
        bank.approve(asked.handle, "ben")
    bank.log.close()
    return bank.path


def _run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(check.app, [str(one) for one in arguments])
    return done.exit_code, done.stdout, done.stderr


def _by_hand(home: Path) -> Fraction:
    asked, quick = {}, 0
    for entry in wiring.read_entries(home):
        said = entry.record.predicate
        if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ESCALATE:
            asked[entry.ref] = said.at
        elif isinstance(said, VerdictRecord):
            quick += said.at - asked[said.decision] <= 30 * 60 * 1_000_000
    return Fraction(quick, len(asked))


def _last(home: Path) -> str:
    *_, last = wiring.read_entries(home)
    return str(last.record.predicate.at)


def test_the_value_is_what_counting_by_hand_gives(home: Path) -> None:
    code, out, _ = _run("objectives", home, "--at", _last(home), "--json")
    found = json.loads(out)
    rows = {row["objective"]: row for row in found["objectives"]}
    by_hand = _by_hand(home)
    assert Fraction(rows["in-time"]["number"], rows["in-time"]["of"]) == by_hand
    assert by_hand == Fraction(37, 40)
    assert (code, rows["in-time"]["verdict"], rows["in-time"]["value"]) == (1, "missed", "0.925")
    assert (rows["no-loose-end"]["verdict"], rows["quiet"]["verdict"]) == ("met", "too-few")
    where = rows["in-time"]["lastAgainst"]
    newest = [entry for entry in wiring.read_entries(home) if entry.ref.index == where["index"]]
    assert newest[0].record.predicate.decision.outcome is Outcome.ESCALATE


def test_the_text_names_what_is_missed_and_its_owner(home: Path) -> None:
    code, out, _ = _run("objectives", home, "--at", _last(home))
    assert code == 1
    assert "92.5 % (37 of 40)" in out
    assert "missed: in-time" in out
    assert "ben answers for it" in out
    assert "40 to measure" in out  # of the one that asks for 500


def test_long_after_the_last_record_there_is_no_value(home: Path) -> None:
    code, out, _ = _run("objectives", home, "--at", "2031-01-01", "--json")
    rows = json.loads(out)["objectives"]
    assert {row["verdict"] for row in rows} == {"too-few"}
    assert code == 0
    assert all(row["value"] is None and not row["met"] for row in rows)


def test_a_published_log_measures_the_same(home: Path) -> None:
    at = _last(home)
    assert _run("objectives", home / "log", "--at", at) == _run("objectives", home, "--at", at)


def test_before_the_first_release_there_is_nothing_to_aim_at(home: Path) -> None:
    code, out, _ = _run("objectives", home, "--at", "2000-01-01")
    assert (code, out.strip()) == (0, "no plan was released, so there are no objectives")
    assert _run("objectives", home, "--at", "soon")[0] == 2


def test_the_inventory_of_the_same_home_has_no_finding(home: Path) -> None:
    code, out, _ = _run("inventory", home, "--json")
    found = json.loads(out)
    seen = {(item["kind"], item["name"]): item["state"] for item in found["items"]}
    assert (code, found["agentsMadeUp"]["count"]) == (0, 0)
    assert (seen["agent", "payer"], seen["agent", "other"]) == ("declared", "not-seen")
    assert seen["tool", "bank/pay"] == "declared"
    code, out, _ = _run("inventory", home, "--since", "2100-01-01")
    assert (code, "over 0 decisions since 2100-01-01" in out) == (0, True)


def test_figures_of_a_log_that_verifies_were_captured(home: Path) -> None:
    found = wiring.figures(home, parse_instant(_last(home)))
    assert (found.origin, found.decisions) == ("captured", 40)
    assert [one.id for one in found.objectives] == ["in-time", "no-loose-end", "quiet"]
