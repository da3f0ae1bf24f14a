"""Agents of two systems that spend from one purse: a bank in memory with shared budgets."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.worlds.bank import LIMITS, Bank, public
from tests.worlds.workspace_files import FILES
from watchkeeper.do.decision.request import Call
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.loop.steps import Allowed, Answer
from watchkeeper.plan.whole import Linted, compile_folder, lint_workspace
from watchkeeper.records.action import DecisionRecord, Outcome, Status
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person

_STRING = {"type": "string"}


def _tool(name: str, required: list[str], **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"name": name, "description": f"To {name}.", "inputSchema": schema}


DEFINITIONS = [
    _tool(
        "pay",
        ["to"],
        to=_STRING,
        amount={"type": "number"},
        currency=_STRING,
        note=_STRING,
    ),
    _tool("move", ["to", "cents"], to=_STRING, cents={"type": "integer"}),
    _tool("swap", ["to", "amount", "into"], to=_STRING, amount={"type": "number"}, into=_STRING),
    _tool("tell", ["to"], to=_STRING),
    _tool("read", ["to"], to=_STRING),
]
PINS = {definition["name"]: tool_pin(definition) for definition in DEFINITIONS}
_SYSTEM = FILES["systems/desk.yaml"]
_PERMIT = '@id("{0}-may")\n@control("limits")\npermit (principal, action, resource);\n'
BUDGET = """\
budgets:
  - id: day
    control: limits
    granted_by: ana
    of: {systems: [desk, shop]}
    within: 24h
    sum: 100.00
    currency: EUR
"""
FILES_OF_SHARED: dict[str, str | None] = {
    "aims.yaml": FILES["aims.yaml"]
    .replace("people:\n", "people:\n  - id: cyd\n    name: Cyd\n")
    .replace("lead: [ana, ben]", "lead: [ana, ben, cyd]"),
    "systems/desk.yaml": _SYSTEM.replace("  - id: payer\n", "  - id: payer\n  - id: clerk\n"),
    "systems/shop.yaml": _SYSTEM.replace("id: desk", "id: shop").replace("payer", "seller"),
    "tools/bank.definitions.json": json.dumps({"tools": DEFINITIONS}),
    "tools/bank.yaml": f"""\
id: bank
command: [python, bank.py]
tools:
  pay:
    pin: {PINS["pay"]}
    writes: true
    resource: {{type: Account, argument: to}}
    clear: [amount, currency]
    money: {{amount: amount, currency: currency}}
  move:
    pin: {PINS["move"]}
    writes: true
    resource: {{type: Account, argument: to}}
    clear: [cents]
    money: {{amount: cents, always: EUR, minor: 2}}
  swap:
    pin: {PINS["swap"]}
    writes: true
    clear: [amount, into]
    money: none
  tell:
    pin: {PINS["tell"]}
    writes: true
    resource: {{type: Account, argument: to}}
    money: none
  read:
    pin: {PINS["read"]}
    writes: false
    resource: {{type: Account, argument: to}}
""",
    "policies/desk/may.permit.cedar": _PERMIT.format("desk"),
    "policies/shop/may.permit.cedar": _PERMIT.format("shop"),
    "controls/limits.yaml": FILES["controls/limits.yaml"],
    "soa.yaml": FILES["soa.yaml"],
    "budgets.yaml": BUDGET,
}


def changed(name: str, old: str, new: str) -> dict[str, str | None]:
    """Return a change of one file: `old`, which must be in it, becomes `new`."""
    text = FILES_OF_SHARED[name] or ""
    assert old in text, f"{old!r} is not in {name}"
    return {name: text.replace(old, new, 1)}


def write_shared(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the workspace, with files replaced, added, or left out by None."""
    for name, text in {**FILES_OF_SHARED, **(changes or {})}.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    return folder


def lint_shared(changes: Mapping[str, str | None] | None = None) -> Linted:
    """Lint the workspace as changed."""
    with tempfile.TemporaryDirectory() as folder:
        return lint_workspace(write_shared(Path(folder), changes))


def shared_bundle(changes: Mapping[str, str | None] | None = None) -> Bundle:
    """Return the plan of the workspace as changed, with people's keys."""
    return _compiled(tuple(sorted((changes or {}).items())))


@lru_cache(maxsize=32)
def _compiled(changes: tuple[tuple[str, str | None], ...]) -> Bundle:
    with tempfile.TemporaryDirectory() as folder:
        bundle = compile_folder(write_shared(Path(folder), dict(changes)))
    people = tuple(Person(p.id, p.name, (public(p.id),)) for p in bundle.people)
    return replace(bundle, people=people, limits=replace(LIMITS, refusals_per_minute=5000))


class SharedBank(Bank):
    """A home with this plan in force; `do` asks and carries out what is allowed."""

    def __init__(
        self, changes: Mapping[str, str | None] | None = None, bundle: Bundle | None = None
    ) -> None:
        self._marks = itertools.count()
        super().__init__(bundle or shared_bundle(changes))

    @classmethod
    def under(cls, bundle: Bundle) -> SharedBank:
        """Return a home under a plan that was compiled elsewhere."""
        return cls(bundle=bundle)

    def open(self) -> None:
        super().open()
        self.home.pins.update({("bank", name): pin for name, pin in PINS.items()})

    def change(self, changes: Mapping[str, str | None]) -> str:
        """Release the plan as changed."""
        return self.release(shared_bundle(changes))

    def call(self, agent: str, tool: str, **arguments: Any) -> Call:
        key = f"k{next(self._marks)}"
        return Call(agent, "tools/call", "bank", tool, {"to": "shop", **arguments}, key=key)

    def ask_for(self, agent: str, tool: str, **arguments: Any) -> Answer:
        return self.ask(self.call(agent, tool, **arguments))

    def do(
        self, agent: str, tool: str, status: Status = Status.SUCCEEDED, **arguments: Any
    ) -> bool:
        """Tell whether a call was allowed; it is carried out and ends with `status`."""
        answer = self.ask_for(agent, tool, **arguments)
        if not isinstance(answer, Allowed):
            return False
        self.kernel.finish(answer, status, answer.at, {"ok": True})
        return True

    def pay(self, agent: str, amount: Any, currency: str = "EUR", **more: Any) -> bool:
        return self.do(agent, "pay", amount=amount, currency=currency, **more)

    def decisions(self) -> list[DecisionRecord]:
        said = (entry.record.predicate for entry in self.entries())
        return [one for one in said if isinstance(one, DecisionRecord)]

    def last(self) -> DecisionRecord:
        return self.decisions()[-1]

    def allows(self) -> list[DecisionRecord]:
        return [one for one in self.decisions() if one.decision.outcome is Outcome.ALLOW]
