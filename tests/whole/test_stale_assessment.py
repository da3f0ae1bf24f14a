"""The day of an impact assessment passes: the next payment waits for a person, for that reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.assessed import assessed_plan, decisions, pass_the_day, said_of_aims
from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper import wiring
from watchkeeper.check.replay import replay_all
from watchkeeper.loop.steps import Escalated
from watchkeeper.records.action import Outcome, Status
from watchkeeper.records.reference import Ref
from watchkeeper.verify.report import Status as Step


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DiskBank, Escalated]]:
    """One payment on the last day, one after it, which a person then approves."""
    bank = DiskBank(tmp_path_factory.mktemp("stale") / "home", assessed_plan())
    first = allowed(bank.ask(pay(100, note="on the last day")))
    bank.kernel.finish(first, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)
    pass_the_day(bank)
    asked = escalated(bank.ask(pay(100, note="the day after")))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    bank.approve(asked.handle)
    second = allowed(bank.come_back(asked.handle))
    bank.kernel.finish(second, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)
    bank.log.publish_now()
    yield bank, asked
    bank.close()


def test_the_same_payment_is_allowed_until_the_day_has_passed(
    story: tuple[DiskBank, Escalated],
) -> None:
    bank, _ = story
    made = [(one.decision.outcome, said_of_aims(one)) for one in decisions(bank)]
    assert made == [
        (Outcome.ALLOW, "{}"),
        (Outcome.ESCALATE, '{"impact":["date"]}'),
        (Outcome.ALLOW, '{"impact":["date"]}'),
    ]
    assert decisions(bank)[1].decision.policies == ("stale-impact",)


def test_the_reviewer_is_told_why_and_the_agent_only_that_a_person_decides(
    story: tuple[DiskBank, Escalated],
) -> None:
    bank, asked = story
    entry = bank.log.entry(decisions_at(bank)[1])
    assert entry.payload is not None
    shown = entry.payload.body["shown"]
    assert shown["management"] == ["the impact assessment of desk is stale: past its date"]
    assert shown["sentence"].endswith("; the impact assessment of desk is stale: past its date")
    assert asked.sentence == "A person must approve this action first."


def test_a_replay_gives_the_same_decisions(story: tuple[DiskBank, Escalated]) -> None:
    bank, _ = story
    found = list(replay_all(bank.entries(), wiring.replayer(bank.path)))
    assert [one.answer.value for one in found] == ["same"] * 3


def test_the_verifier_works_the_fact_out_again(story: tuple[DiskBank, Escalated]) -> None:
    bank, _ = story
    found = bank.verify()
    assert found.findings == ()
    step = next(one for one in found.steps if one.number == 26)
    assert (step.status, step.detail) == (
        Step.CHECKED,
        "3 decisions say of the management system what plan and time say",
    )


def test_the_register_stays_with_the_home_and_is_not_published(
    story: tuple[DiskBank, Escalated],
) -> None:
    bank, _ = story
    published = [p.read_bytes() for p in (bank.path / "log").rglob("*") if p.is_file()]
    assert not any(b"harms them" in raw for raw in published)
    register = wiring.register(bank.path)
    assert register is not None
    assert register.of("impact")["desk"].summary == "Paying the wrong person harms them."


def decisions_at(bank: DiskBank) -> list[Ref]:
    return [e.ref for e in bank.entries() if e.record.kind.value == "decision"]


def test_after_a_start_the_day_has_still_passed(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", assessed_plan())
    pass_the_day(bank)
    asked = escalated(bank.ask(pay(100)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    bank.restart()
    escalated(bank.ask(pay(100, note="another one")))
    bank.close()
