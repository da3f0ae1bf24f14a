"""The console over a bank whose plan has every record of the management system."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.bank import LIMITS, REGISTERS, Bank, escalated, pay, public
from tests.worlds.disk_bank import DiskBank
from tests.worlds.pages import Desk, served
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person

PEOPLE = ("ana", "ben")
URL = "http://localhost:8932"


def compiled(workspace: ManagedWorkspace) -> Bundle:
    """Compile a workspace for a bank, with people's keys, and keep its register at hand."""
    with tempfile.TemporaryDirectory() as folder:
        found = lint_workspace(workspace.write(Path(folder) / "aims"))
    assert found.bundle is not None, found.findings
    assert found.bundle.management is not None
    assert found.register is not None
    REGISTERS[found.bundle.management.register] = found.register.value
    people = tuple(Person(p.id, p.name, (public(p.id),)) for p in found.bundle.people)
    return replace(found.bundle, people=people, limits=LIMITS)


@cache
def managed_plan() -> Bundle:
    """A plan with a register of some size: what the pages are looked at with."""
    aims = ManagedWorkspace()
    for place, (name, likelihood, left) in enumerate(_RISKS):
        aims.change(
            "risk",
            name,
            id=name,
            title=name.replace("-", " ").capitalize(),
            owner="ana",
            systems=["desk"],
            affects=["individuals"],
            likelihood=likelihood,
            consequence=3 - place % 3,
            treatment={"option": "modify", "controls": ["limits"]},
            residual={"likelihood": left, "consequence": 1 + place % 2},
            review_by="2026-06-30" if place == 1 else "2027-06-30",
        )
    aims.change("risk", "not-looked-at", id="not-looked-at", title="Nobody has looked at it yet")
    rows: list[dict[str, Any]] = aims.records["soa", ""]["rows"]
    evidence = [
        {"class": "runtime", "origin": "captured", "on": "2026-11-01", "control": "limits"},
        {"class": "human", "origin": "attested", "on": "2026-10-01", "by": "ben", "note": "Seen."},
    ]
    rows[-1] = {**rows[-1], "evidence": evidence, "bindings": [{"objective": "in-time"}]}
    rows[3] = {**rows[3], "status": "sequenced", "by": "2026-10-01", "owner": "ben"}
    rows[5] = {**rows[5], "applicable": "out", "why": "We make no models.", "owner": "ana"}
    claims = ["It holds.", {"says": "People answer in time.", "objective": "in-time"}]
    return compiled(aims.change("soa", rows=rows).change("control", "limits", claims=claims))


_RISKS = (
    ("wrong-payee", 3, 1),
    ("late-answers", 2, 2),
    ("leaked-names", 1, 1),
    ("paid-twice", 3, 3),
)


def aims_desk(bundle: Bundle | None = None, **changes: Any) -> Desk:
    """A desk without a server, over a bank in memory: there is no log on a disk to look at."""
    given = {"bundle": bundle or managed_plan(), "people": PEOPLE, **changes}
    return Desk(changes.pop("url", URL), **given)


def on_disk(folder: Path) -> Callable[[Bundle], Bank]:
    """Make the bank with a home in a folder, so that the pages have a log to look at."""

    def make(bundle: Bundle) -> Bank:
        return DiskBank(folder, bundle)

    return make


@contextlib.contextmanager
def at_work(folder: Path) -> Iterator[Desk]:
    """Serve the pages over a bank with a home on a disk, in which people decided a dozen times."""
    home = folder / "home"
    make = on_disk(home)
    with served(path=home, bundle=managed_plan(), people=PEOPLE, make=make) as desk:
        decide_some(desk)
        try:
            yield desk
        finally:
            desk.bank.log.close()


def decide_some(desk: Desk, count: int = 12) -> None:
    """Let the agent ask so often, each decided within a minute; then publish the log."""
    for number in range(count):
        asked = escalated(desk.bank.ask(pay(300 + number, note=f"n{number}", mark=f"m{number}")))
        assert asked.ticket is not None
        asked.ticket.wait(10)
        desk.bank.clock.advance(60)
        desk.bank.approve(asked.handle, "ben")
    assert isinstance(desk.bank, DiskBank)
    desk.bank.log.publish_now()


PATHS = {
    "clauses": "/clauses",
    "systems": "/systems",
    "risks": "/risks",
    "risks-before": "/risks?show=before",
    "objectives": "/objectives",
    "soa": "/soa",
    "control": "/controls/limits",
    "annex-control": "/controls/A.6.2.8",
    "record": "/r/0/1",
}
