"""Attack: a page that is asked for while a plan is released tells of two plans as if of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import aims_desk, compiled
from tests.worlds.pages import Desk
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref

API = "/api/v1"


@cache
def _plan(title: str) -> Bundle:
    world = ManagedWorkspace()
    world.change("risk", "overpaid", title=f"{title} overpaid", likelihood=2, consequence=2)
    world.records["soa", ""]["rows"][0]["why"] = f"{title} row"
    return compiled(world.change("aims", scope=f"{title} scope"))


@pytest.fixture
def desk() -> Desk:
    return aims_desk(_plan("First"))


def _while_reading(desk: Desk, happens: Callable[[], Any]) -> None:
    """Let something happen whenever a register is read from the log."""
    read = desk.bank.log.entry

    def entry(ref: Ref) -> Any:
        found = read(ref)
        if ref == desk.bank.home.state.plan_ref:
            happens()
        return found

    desk.bank.log.entry = entry  # type: ignore[method-assign]


def _told(desk: Desk) -> list[str]:
    """Pages that tell of the first plan where the second is in force."""
    found = []
    for path in ("/risks", "/systems", "/applicability", "/clauses", "/objectives"):
        said = desk.get(API + path)
        assert said.json()["plan"] == desk.bank.home.enforcer.digest
        found.append(path if "First " in said.text else "")
    return [one for one in found if one]


def test_a_register_that_was_slow_to_read_is_not_shown_under_the_next_plan(desk: Desk) -> None:
    _while_reading(desk, lambda: desk.bank.clock.advance(30))
    assert "First overpaid" in desk.get("/risks").text
    desk.release(_plan("Second"))
    assert "Second overpaid" in desk.get("/risks").text
    assert _told(desk) == []


def test_a_release_while_the_register_is_read_is_seen_whole(desk: Desk) -> None:
    released: list[str] = []

    def release() -> None:
        if not released:
            released.append("")
            released[0] = desk.release(_plan("Second"))

    _while_reading(desk, release)
    said = desk.get(f"{API}/risks").json()
    assert said["plan"] == released[0] == desk.bank.home.enforcer.digest
    assert said["view"]["rows"][0]["title"] == "Second overpaid"
    assert _told(desk) == []
