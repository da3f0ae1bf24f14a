"""An assessment names a day that is still to come, or none, and passes for fresh until then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.cli.test_plan import run
from tests.worlds.approvals import (
    answer,
    changes_step,
    forged,
    given,
    managed,
    on_disk,
    release,
    ruled,
)
from tests.worlds.approvals import wider as wider_plan
from tests.worlds.assessed import (
    IMPACT,
    assessed_plan,
    decisions,
    managed_files,
    said_of_aims,
    since,
)
from tests.worlds.bank import Bank, allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.memory import START
from tests.worlds.standing import messages
from tests.worlds.workspace_files import write_workspace
from watchkeeper import wiring
from watchkeeper.check.replay import replay_all
from watchkeeper.errors import AssessmentStale
from watchkeeper.loop.steps import Refused
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.records.action import FactUsed, Hidden, Reason, Status
from watchkeeper.records.day import beginning
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import Topic, Watched

FILE, AHEAD = "impacts/desk.yaml", '{"impact":["dated-ahead"]}'
APPROVED_AHEAD = IMPACT.replace("approved: 2026-11-02", "approved: 2026-11-25")
MADE_AHEAD = APPROVED_AHEAD.replace("assessed: 2026-11-01", "assessed: 2026-11-25")
DAY = beginning("2026-11-25")
WATCHED = Watched(Topic.IMPACT, "desk", ("desk",), not_before=DAY)


def _to_the_day(bank: Bank, less: int = 0) -> None:
    bank.clock.advance((DAY - less - bank.home.now()) / 1_000_000)


@pytest.mark.parametrize("text", [MADE_AHEAD, APPROVED_AHEAD], ids=["made", "approved"])
def test_until_its_day_it_is_stale_and_says_why(text: str, tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", assessed_plan({FILE: text}))
    _to_the_day(bank, less=1)
    asked = escalated(bank.ask(pay(100)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    _to_the_day(bank)
    done = allowed(bank.ask(pay(100, note="on its day")))
    bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)
    assert [said_of_aims(one) for one in decisions(bank)] == [AHEAD, "{}"]
    assert messages(bank) == set()
    bank.log.publish_now()
    found = list(replay_all(bank.entries(), wiring.replayer(bank.path)))
    assert {one.answer.value for one in found} == {"same"}
    bank.close()


def test_a_record_that_takes_it_for_made_is_found(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", assessed_plan({FILE: MADE_AHEAD}))
    asked = escalated(bank.ask(pay(100)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    last = bank.entries()[-1].record
    told = FactUsed(Hidden("aims", clear="{}"), "management", last.predicate.at)
    rest = tuple(fact for fact in last.predicate.facts if fact.value.name != "aims")
    lie = replace(last.predicate, facts=(*rest, told), action_id=bank.ids.action_id())
    bank.log.append(replace(last, predicate=lie), None).wait(10)
    assert "26 says `{}` of the management system, which is not so" in messages(bank)
    bank.close()


def test_a_clock_set_back_before_its_day_decides_nothing() -> None:
    bank = Bank(assessed_plan({FILE: MADE_AHEAD}))
    _to_the_day(bank)
    allowed(bank.ask(pay(100)))
    bank.clock.leap(-86_400)
    answered = bank.ask(pay(100, note="again"))
    assert isinstance(answered, Refused)
    assert answered.reason is Reason.CLOCK_UNSURE


def test_a_release_that_widens_authority_till_then_takes_an_exception(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    plan = wider_plan(management=managed(WATCHED))
    answer(bank, "ben", plan)
    with pytest.raises(AssessmentStale, match="desk:impact"):
        bank.release(plan)
    forged(bank, plan, approvals=tuple(given(bank)), touches=("wider:desk",))
    (found,) = changes_step(bank)
    assert found == "widens what agents may do while an assessment is stale: `desk:impact`"
    bank.close()


@pytest.mark.parametrize("key", ["assessed: 2026-11-01\n", "review_by: 2026-11-30\n"])
def test_without_a_day_it_is_never_fresh(key: str) -> None:
    assert key in IMPACT
    assert since(assessed_plan({FILE: IMPACT.replace(key, "")}), "impact") == ("undated",)


def test_nor_by_an_emergency() -> None:
    bank = Bank(ruled(management=managed()))
    with pytest.raises(AssessmentStale):
        release(bank, wider_plan(management=managed(WATCHED)), why="the shop is down")


def test_an_earlier_day_or_none_is_named_as_weaker() -> None:
    plan = assessed_plan({FILE: MADE_AHEAD})
    sooner = diff_bundles(plan, assessed_plan()).weakenings
    words = "may be fresh from 2026-11-02 on, before from 2026-11-25"
    assert sooner == (f"assessment `desk:impact`: {words}",)
    later = diff_bundles(assessed_plan(), plan)
    assert later.weakenings == ()
    assert plan.management is not None
    bare = tuple(replace(one, not_before=None) for one in plan.management.watched)
    without = replace(plan, management=replace(plan.management, watched=bare))
    assert "may be fresh on any day" in str(diff_bundles(plan, without).weakenings)
    assert diff_bundles(without, plan).weakenings == ()


def test_a_plan_from_before_this_counts_as_it_did(tmp_path: Path) -> None:
    plan = assessed_plan({FILE: MADE_AHEAD})
    assert plan.management is not None
    old = tuple(replace(one, not_before=None) for one in plan.management.watched)
    bank = DiskBank(
        tmp_path / "home", replace(plan, management=replace(plan.management, watched=old))
    )
    assert bank.home.now() < Instant(START + 86_400_000_000)
    done = allowed(bank.ask(pay(100)))
    bank.kernel.finish(done, Status.SUCCEEDED, bank.home.now(), {"ok": True}).wait(10)
    assert said_of_aims(decisions(bank)[0]) == "{}"
    assert messages(bank) == set()
    bank.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "ana", "--on", "2999-01-01"), "still to come"),
        (("--on", "1999-01-01"), "give `--by` with `--on`"),
        (("--look", "--on", "2026-11-01"), "give `--by` with `--on`"),
    ],
)
def test_nobody_writes_a_day_to_come_or_one_of_nobody(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    folder = write_workspace(tmp_path / "aims", managed_files())
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, out, err = run("assess", "desk", folder, *words)
    assert (code, out, said in err) == (2, "", True)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
