"""The bank with an application that opens tasks for its agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.worlds.bank import Bank, bank_bundle, bank_file, bundle_of, pay, public, signer
from tests.worlds.gateway import World
from tests.worlds.till_workspace import till_files
from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.mandate import Tasks
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Application

APP = "app:desk-app"
TASK = "task-0000-0000-0001"
SALT = b"m" * 16
APPLICATIONS = (
    Application("desk-app", "desk", (public("desk-app"),), ("mandate", "word")),
    Application("other-app", "desk", (public("other-app"),), ("mandate",)),
    Application("talker", "desk", (public("talker"),), ("word",)),
)


@lru_cache(maxsize=2)
def tasks_bundle(*, required: bool = False) -> Bundle:
    """The bank's plan with applications; where `required`, `payer` pays in tasks alone."""
    bundle = bank_bundle()
    if required:
        grants = bank_file("authority/payer.yaml") + "    mandate: required\n"
        bundle = bundle_of({"authority/payer.yaml": grants})
    return replace(bundle, applications=APPLICATIONS)


def mandate_body(bank: Bank, content: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """What an application signs to open a task."""
    until: Instant = changes.pop("until", bank.clock.wall().plus(3600))
    digest = changes.pop("digest", hidden_digest(SALT, dict(content)))
    return {
        "id": TASK,
        "agent": "payer",
        "actions": ["bank/pay"],
        "until": render_instant(until),
        "content": digest,
        **changes,
    }


def opened(
    bank: Bank,
    content: Mapping[str, Any] | None = None,
    application: str = APP,
    key: str = "",
    **changes: Any,
) -> Any:
    """Open a task: for an account, an amount, a person, as `content` says."""
    content = {"resources": ["shop"]} if content is None else content
    body = mandate_body(bank, content, **changes)
    signature = signed(bank, "mandate", application, key, **body)
    return bank.commands.run(signature, {"content": dict(content), "salt": SALT.hex()})


def signed(bank: Bank, verb: str, application: str = APP, key: str = "", **body: Any) -> Signature:
    return bank.sign(application, verb, body, key=key or application.removeprefix("app:"))


def ended(bank: Bank, by: str = APP, id_: str = TASK) -> Any:
    signature = signed(bank, "end-mandate", by, id=id_, reason=None)
    return bank.commands.run(signature, {})


def pay_in_task(amount: float = 100, task: str | None = TASK, **changes: Any) -> Call:
    """The agent pays, and names its task."""
    return replace(pay(amount, **changes), mandate=task)


def task_files(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    """The till's workspace with applications; `payer` gives in tasks alone, and may lend `pays`."""
    files = till_files(folder, keys, **changes)
    named = ("desk-app", "busy-app")
    listed = (f"{{id: {one}, keys: ['{public(one)}'], may: [mandate, word]}}" for one in named)
    files["systems/till.yaml"] += f"applications: [{', '.join(listed)}]\n"
    lendable = "    delegable: {to: [other, stranger], most: {amount: 150.00}, until_most: 1h}\n"
    review = "    review: {role: lead, expires: 4h}\n"
    grants = files["authority/payer.yaml"].replace(review, review + lendable)
    files["authority/payer.yaml"] = grants + "    mandate: required\n"
    return files


def tasks_of(world: World, application: str = "desk-app") -> Tasks:
    """What an application has at hand to open tasks at a gateway."""
    return Tasks(world.url, application, signer(application), world.client)
