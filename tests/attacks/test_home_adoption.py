"""Adopting a home without the role, without a reason, forged, replayed, or for something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.custody import adopted
from tests.worlds.guarded import Shop
from tests.worlds.homes import Story
from tests.worlds.restored import adopt, at, copied, doubts, entries, open_till
from watchkeeper import wiring
from watchkeeper.errors import CommandInvalid, HomeDoubtful, NotAuthorised
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.custody import Doubt, DoubtKind
from watchkeeper.records.people import Command
from watchkeeper.verify import verify_log


@pytest.fixture
def clone(tmp_path: Path) -> Shop:
    shop = open_till(tmp_path)
    shop.call(to="a", amount=400.0)
    shop.guard.close()
    return at(shop, copied(shop.home, tmp_path / "clone"))


def refused(clone: Shop) -> None:
    with pytest.raises(HomeDoubtful):
        at(clone, clone.home).call(to="a", amount=1.0)
    assert not [e for e in entries(clone.home) if e.record.kind.value == "adopted"]


def test_without_the_role(clone: Shop) -> None:
    with pytest.raises(NotAuthorised):
        adopt(clone, person="ben")
    with pytest.raises(NotAuthorised):
        doubts(clone, person="ben")
    refused(clone)


def test_without_a_reason(clone: Shop) -> None:
    with pytest.raises(CommandInvalid, match="a reason is needed"):
        adopt(clone, why="")
    refused(clone)


@pytest.mark.parametrize("body", [{"doubts": []}, {"doubts": ["0" * 64]}, {"size": 1}])
def test_for_something_else_than_what_speaks_against_it(clone: Shop, body: dict[str, Any]) -> None:
    with pytest.raises(CommandInvalid, match="something else"):
        adopt(clone, **body)
    refused(clone)


def test_signed_by_somebody_else(clone: Shop) -> None:
    clone.people["ana"] = clone.people["ben"]
    with pytest.raises(CommandInvalid, match="not known"):
        clone.command("ana", "adopt", {"size": 1, "doubts": [], "reason": None})
    refused(clone)


def test_the_same_command_for_another_copy(clone: Shop, tmp_path: Path) -> None:
    """One signature adopts one copy: another one stands elsewhere, and that is signed for."""
    second = copied(clone.home, tmp_path / "second")
    found = doubts(clone)
    log = wiring.open_log(second)
    try:
        home = Home(log, wiring.clock(), wiring.ids())
        command = Command(
            log.origin, "ana", "adopt", "ab" * 16, wiring.clock().wall(),
            {"size": found["size"], "doubts": [d["id"] for d in found["doubts"]], "reason": None},
        )  # fmt: skip
        signature = seal_command(command, clone.people["ana"])
        kernel = Kernel(home, Point("terminal", Boundary.IN_PROCESS))
        with pytest.raises(CommandInvalid):
            Commands(kernel).run(signature, {})
    finally:
        log.close()
    refused(at(clone, second))


def test_a_home_that_nothing_speaks_against(tmp_path: Path) -> None:
    shop = open_till(tmp_path)
    with pytest.raises(CommandInvalid, match="nothing speaks against"):
        adopt(shop)


class TestVerifier:
    """What an operator writes into a log without the commands is found by the verifier."""

    @pytest.fixture
    def story(self, tmp_path: Path) -> Story:
        story = Story(tmp_path / "home")
        story.reopen()
        story.release()
        return story

    DOUBTS = (Doubt(DoubtKind.AHEAD, "a" * 64, "/kept", 9, "b" * 43 + "="),)

    def found(self, story: Story) -> set[int]:
        story.log.publish_now()
        return {finding.step for finding in verify_log(story.path / "log").findings}

    def test_a_true_one_holds(self, story: Story) -> None:
        adopted(story, self.DOUBTS)
        assert self.found(story) == set()

    def test_without_the_role(self, story: Story) -> None:
        story.plan_roles = {**story.plan_roles, "operate": ("anna",)}
        story.release()
        adopted(story, self.DOUBTS, by=story.bert)
        assert self.found(story) == {19}

    def test_signed_by_another(self, story: Story) -> None:
        adopted(story, self.DOUBTS, by=story.anna, signature=story.command(story.bert, "adopt", {}))
        assert self.found(story) == {19}

    def test_for_other_doubts(self, story: Story) -> None:
        other = Doubt(DoubtKind.AHEAD, "c" * 64, "/kept", 3, "b" * 43 + "=")
        body = {"size": story.log.size, "doubts": ["a" * 64], "reason": None}
        adopted(story, (other,), signature=story.command(story.anna, "adopt", body))
        assert self.found(story) == {19}

    def test_the_same_command_twice(self, story: Story) -> None:
        size = story.log.size
        body = {"size": size, "doubts": ["a" * 64], "reason": None}
        signature = story.command(story.anna, "adopt", body)
        adopted(story, self.DOUBTS, signature=signature, size=size)
        adopted(story, self.DOUBTS, signature=signature, size=size)
        assert self.found(story) == {19}
