"""A bundle whose payloads hold other keys than were recorded: the page finds it, and so do we."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_standing_other_resource import resource_of
from tests.worlds.browser import Opened, opened, started
from tests.worlds.drills import committed, drilled
from tests.worlds.standing import approve_ahead, approved, standing_plan
from tests.worlds.taken_away import made_again, members_of
from tests.worlds.tampered import TamperedBank, once
from tests.worlds.tasks import opened as opened_task
from tests.worlds.tasks import pay_in_task, tasks_bundle
from watchkeeper import wiring
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.verify import verify_bundle
from watchkeeper.verify.bundle.manifest import payload_name
from watchkeeper.verify.compose.compose import Wish

Members = dict[str, bytes]


def plan() -> Bundle:
    """Everything that is bound beside a record: standing approvals, drills, tasks."""
    return replace(drilled(standing_plan()), applications=tasks_bundle().applications)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TamperedBank]:
    bank = TamperedBank(tmp_path_factory.mktemp("desk") / "home", plan())
    bank.paid(once("a"))
    bank.waiting(once("b", 400))
    given = approved(bank, to="shop")
    approve_ahead(bank, approval=given, resource=resource_of(bank, given))
    committed(bank)
    opened_task(bank, {"resources": ["shop"]})
    bank.paid(pay_in_task(10, to="shop", note="in a task"))
    bank.log.publish_now()
    yield bank
    bank.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("tab")) as found:
        yield found


ALLOWED, ESCALATED, STANDING, DRILL, MANDATE, IN_TASK = 2, 4, 9, 10, 11, 12
CHANGES: dict[str, tuple[int, Callable[[dict[str, Any]], Any]]] = {
    "keys emptied": (ALLOWED, lambda body: body.update(keys=[])),
    "keys gone": (ALLOWED, lambda body: body.pop("keys")),
    "keys of another time": (ALLOWED, lambda body: body["keys"][0].update(seconds=1)),
    "keys with more": (ALLOWED, lambda body: body["keys"][0].update(also=1)),
    "keys twice": (ALLOWED, lambda body: body["keys"].append(body["keys"][0])),
    "salts swapped": (ALLOWED, lambda body: body["salts"].update(keys=body["salts"]["same"])),
    "same": (ALLOWED, lambda body: body.update(same="0" * 64)),
    "facts that no reviewer saw": (ALLOWED, lambda body: body.update(shownFacts="0" * 64)),
    "keys of what waits": (ESCALATED, lambda body: body.update(keys=[])),
    "same of what waits": (ESCALATED, lambda body: body.pop("same")),
    "other facts": (ESCALATED, lambda body: body.update(shownFacts="0" * 64)),
    "no facts": (ESCALATED, lambda body: body.pop("shownFacts")),
    "another account": (STANDING, lambda body: body["keyed"].update(resource="0" * 64)),
    "no account": (STANDING, lambda body: body.pop("keyed")),
    "other terms": (MANDATE, lambda body: body["content"].update(resources=["mallory"])),
    "other terms, no salt": (MANDATE, lambda body: body.update(content={}, salts={})),
    "another task": (IN_TASK, lambda body: body["request"].update(mandate="another")),
    "no task": (IN_TASK, lambda body: body["request"].pop("mandate")),
    "no cases": (DRILL, lambda body: body.update(cases=[])),
    "another planted action": (DRILL, lambda body: body["cases"][0].update(actionId="x")),
}


def test_payloads_that_say_something_else(bank: TamperedBank, page: Opened, tmp_path: Path) -> None:
    path, log = tmp_path / "whole.wkb", bank.path / "log"
    wish = Wish(whole=True)
    wiring.write_bundle(str(bank.path), path, wish, replace=True, progress=lambda _a, _b: None)
    pins = {"vkey": (log / "log.vkey").read_text(), "records": (log / "records.pem").read_text()}
    assert page.verify(path.read_bytes(), pins)["ok"]
    assert verify_bundle(path, workers=1).ok
    members = members_of(path.read_bytes())
    for what, (index, how) in CHANGES.items():
        body = json.loads(members[payload_name(index)])
        how(body)
        forged = made_again({**members, payload_name(index): json.dumps(body).encode()})
        path.write_bytes(forged)
        [step] = page.verify(forged, pins)["failed"]
        assert step["number"] == 22, what
        findings = verify_bundle(path, workers=1).findings
        assert {one.step for one in findings} == {22}, what
        words = ("than recorded", "no salt for")
        assert any(word in one.message for one in findings for word in words), what
