"""A bundle of one action brings what was lent for it: the approval ahead, the absence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bundles import write
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import durable
from tests.worlds.standing import approve_ahead, finish, go_away, paid, place_of, standing_plan
from watchkeeper.check.answer.compose import answer
from watchkeeper.verify import verify_bundle
from watchkeeper.verify.report import Status


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def _bundle(bank: DiskBank, action: str) -> Path:
    bank.log.publish_now()
    return write(bank.path, bank.path.parent / "out.wkb", decision=action)


def test_of_what_was_approved_ahead(bank: DiskBank) -> None:
    standing = approve_ahead(bank)
    for n in range(2):
        durable(bank, amount=500, note=f"between {n}", why="broken")
    done = paid(bank)
    found = verify_bundle(_bundle(bank, done.request.action_id))
    assert found.ok, found.findings
    step = next(step for step in found.steps if step.number == 24)
    assert "1 standing approvals, used 1 times" in step.detail
    assert found.held is not None
    assert found.held < bank.log.size
    assert place_of(bank, standing).index


def test_of_what_a_deputy_approved(bank: DiskBank) -> None:
    stead = go_away(bank)
    for n in range(2):
        durable(bank, amount=500, note=f"between {n}", why="broken")
    handle = durable(bank, amount=300)
    bank.approve(handle, "dan", **stead)
    finish(bank, handle)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    found = verify_bundle(_bundle(bank, pending.action_id))
    assert found.ok, found.findings
    step = next(step for step in found.steps if step.number == 24)
    assert (step.status, step.detail) == (
        Status.CHECKED,
        "1 absences, 1 verdicts of deputies",
    )


def test_the_answers_name_whose_word_was_lent(bank: DiskBank) -> None:
    stead = go_away(bank, "cyd")
    approve_ahead(bank)
    paid(bank)
    handle = durable(bank, amount=450, note="for dan")
    bank.approve(handle, "dan", **stead)
    finish(bank, handle)
    found = answer(bank.entries(), lambda _: None, None)
    assert [one.person for one in found.counted.lent] == ["ben", "dan"]
    said = {part.what for part in found.accountable.reviewers}
    assert "as lead: 1 action approved ahead" in said
    assert "as lead, standing in for cyd: 1 verdict" in said
