"""A workspace over guarded Python functions, released to a home of its own."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from watchkeeper import wiring
from watchkeeper.enforcement.guard import Guard
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.plan.draft.import_tools import import_tools
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.people import Command
from watchkeeper.records.statement import Entry

AGENT, SERVER = "clerk", "shop"
PEOPLE = ("ana", "ben")
_AIMS = """\
organisation: Test
origin: test.example/shop
stage: demonstration
scope: A test.
people:
  - {id: ana, name: Ana, keys: [ANA]}
  - {id: ben, name: Ben, keys: [BEN]}
roles:
  release: [ana]
  operate: [ana]
  lead: [ben]
"""
_SYSTEM = """\
id: shop-system
title: Shop
purpose: Testing.
owner: ana
in_scope: true
reason: It acts.
stage: demonstration
role: deployer
ai_act: {class: minimal, why: A test.}
agents: [{id: clerk}]
servers: [shop]
"""
_CONTROL = """\
id: limits
title: Limits
statement: Payments stay within limits.
owner: ana
annex_a: [A.9.4]
built_in: [no-authority]
"""
_AUTHORITY = """\
agent: clerk
grants:
  - id: pay
    granted_by: ana
    control: limits
    actions: [shop/pay]
    bands: [{argument: amount, least: "0.01", alone: "500", review: "1000"}]
    review: {role: lead}
    budgets: [{within: 24h, count: 60, sum: "3000", argument: amount}]
"""


@dataclass
class Shop:
    """A guarded world: the guard, the home's path, and the people's keys."""

    guard: Guard
    home: Path
    people: dict[str, Any]
    call: Callable[..., Any]
    plan: str = ""

    def command(
        self, person: str, verb: str, body: dict[str, Any], beside: dict[str, Any] | None = None
    ) -> Any:
        """Carry out a person's command; the guard's home must be closed meanwhile."""
        self.guard.close()
        log = wiring.open_log(self.home)
        try:
            home = Home(log, wiring.clock(), wiring.ids())
            command = Command(
                log.origin,
                person,
                verb,
                wiring.ids().random_bytes(16).hex(),
                wiring.clock().wall(),
                body,
            )
            signature = seal_command(command, self.people[person])
            kernel = Kernel(home, Point("terminal", Boundary.IN_PROCESS))
            return Commands(kernel).run(signature, beside or {})
        finally:
            log.close()

    def entries(self) -> list[Entry]:
        """Return everything that the log holds."""
        return list(wiring.read_entries(self.home))

    def decisions(self) -> list[Any]:
        """Return the decision records."""
        return [e.record.predicate for e in self.entries() if e.record.kind.value == "decision"]

    def effects(self) -> list[Any]:
        """Return the effect records."""
        return [e.record.predicate for e in self.entries() if e.record.kind.value == "effect"]


def open_shop(
    folder: Path,
    define: Callable[[Guard], Callable[..., Any]],
    edit_tool: Callable[[dict[str, Any]], None],
) -> Shop:
    """Guard what `define` defines and returns, release a plan for it, and return the world.

    `edit_tool` changes the tool file's tools before they are written.
    """
    home, aims = folder / "home", folder / "aims"
    guard = Guard(home, agent=AGENT, server=SERVER)
    call = define(guard)
    people = {name: _person(folder, name) for name in PEOPLE}
    _write_workspace(aims, guard, people, edit_tool)
    bundle = compile_folder(aims)
    raw = bundle_bytes(bundle)
    keys = {p: (base64.b64encode(s.public_key).decode(),) for p, s in people.items()}
    wiring.create_log(
        home, name="test.example/shop", stage=bundle.stage, first_release={"ana": keys["ana"]}
    ).close()
    shop = Shop(guard, home, people, call, bundle_digest(raw))
    shop.command(
        "ana", "release", {"plan": shop.plan, "previous": None}, {"bundle": orjson.loads(raw)}
    )
    return shop


def _person(folder: Path, name: str) -> Any:
    path = folder / "people" / f"{name}.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    wiring.create_person_key(path, "passphrase of the test")
    return wiring.person_signer(path, "passphrase of the test")


def _write_workspace(
    aims: Path, guard: Guard, people: dict[str, Any], edit_tool: Callable[[dict[str, Any]], None]
) -> None:
    from ruamel.yaml import YAML

    for part in ("systems", "tools", "controls", "authority", "policies/shop-system"):
        (aims / part).mkdir(parents=True)
    text = _AIMS
    for name, signer in people.items():
        text = text.replace(name.upper(), base64.b64encode(signer.public_key).decode())
    (aims / "aims.yaml").write_text(text)
    (aims / "systems/shop-system.yaml").write_text(_SYSTEM)
    (aims / "controls/limits.yaml").write_text(_CONTROL)
    (aims / "authority/clerk.yaml").write_text(_AUTHORITY)
    imported = import_tools(None, guard.definitions, server=SERVER, module="tests.shop")
    yaml = YAML()
    document = yaml.load(imported.tool_file)
    edit_tool(document["tools"])
    with (aims / "tools/shop.yaml").open("w") as file:
        yaml.dump(document, file)
    (aims / "tools/shop.definitions.json").write_text(imported.definitions)
