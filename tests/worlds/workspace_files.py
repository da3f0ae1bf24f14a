"""A small workspace that holds, as texts, and the means to break it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchkeeper.ledger.plan_bundle import tool_pin

DEFINITIONS: list[dict[str, Any]] = [
    {
        "name": "pay",
        "description": "Pay someone.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "to": {"type": "string"},
                "amount": {"type": "number"},
                "cents": {"type": "integer"},
                "note": {"type": "string"},
                "why": {"type": "string", "enum": ["late", "broken"]},
                "key": {"type": "string"},
            },
            "required": ["to", "amount", "cents", "why", "key"],
        },
    },
    {
        "name": "look",
        "description": "Look someone up.",
        "inputSchema": {
            "type": "object",
            "properties": {"to": {"type": "string"}},
            "required": ["to"],
        },
        "annotations": {"readOnlyHint": True},
    },
]
PINS = {definition["name"]: tool_pin(definition) for definition in DEFINITIONS}

FILES: dict[str, str] = {
    "aims.yaml": """\
organisation: Example
origin: example.org/desk
stage: demonstration
scope: Paying people.
people:
  - id: ana
    name: Ana
  - id: ben
    name: Ben
roles:
  release: [ana]
  operate: [ana]
  lead: [ana, ben]
""",
    "systems/desk.yaml": """\
id: desk
title: Desk
purpose: Pays.
owner: ana
in_scope: true
reason: It pays.
stage: demonstration
role: deployer
ai_act:
  class: minimal
  why: It pays.
agents:
  - id: payer
servers: [bank]
""",
    "tools/bank.yaml": f"""\
id: bank
command: [python, bank.py]
tools:
  pay:
    pin: {PINS["pay"]}
    writes: true
    resource: {{type: Account, argument: to}}
    clear: [amount]
    idempotency: key
    sentence: Pay {{amount}} to {{to}}
    facts:
      account:
        tool: look
        arguments: {{to: to}}
        fields:
          limit: {{path: limit, type: decimal}}
    settle:
      tool: look
      arguments: {{to: to}}
      field: paid
      equals: true
  look:
    pin: {PINS["look"]}
    writes: false
""",
    "tools/bank.definitions.json": json.dumps({"tools": DEFINITIONS}),
    "authority/payer.yaml": """\
agent: payer
grants:
  - id: pays
    granted_by: ana
    control: limits
    actions: [bank/pay]
    valid_until: 2030-01-01
    bands:
      - argument: amount
        least: 0.01
        alone: 200.00
        review: 1000.00
    budgets:
      - within: 24h
        count: 10
        sum: 500.00
        argument: amount
    review:
      role: lead
""",
    "policies/desk/looks.permit.cedar": """\
// Anybody may look.
@id("looks")
@control("limits")
permit (principal, action == Action::"bank/look", resource);
""",
    "policies/desk/pays.forbid.cedar": """\
@id("above-limit")
@control("limits")
forbid (principal, action == Action::"bank/pay", resource)
when { context.args.amount.greaterThan(context.facts.account.limit) };
""",
    "policies/desk/pays.review.cedar": """\
@id("broken")
@control("limits")
@escalate("lead")
@approvals("2")
@expires("1h")
forbid (principal, action == Action::"bank/pay", resource)
when { context.args.why == E_pay::why::"broken" };
""",
    "controls/limits.yaml": """\
id: limits
statement: Pays within limits.
owner: ben
annex_a: [A.9.4]
""",
    "soa.yaml": """\
rows:
  - control: limits
    applicable: in
    why: It pays.
    status: implemented
    owner: ana
""",
}


def write_workspace(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the workspace into a folder, with files replaced, added, or left out by None."""
    files: dict[str, str | bytes | None] = {**FILES, **(changes or {})}
    for name, text in files.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def with_change(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """Return a change of one file: `old`, which must be in it, becomes `new`."""
    assert old in FILES[name], f"{old!r} is not in {name}"
    return {name: FILES[name].replace(old, new, 1)}
