"""The workspace around `tests/servers/till.py`, and one around each hostile server."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.bundle import Bundle

SERVERS = Path(__file__).parents[1] / "servers"
PEOPLE = {"ana": ["release", "operate"], "ben": ["lead"], "cara": ["lead"], "dan": []}
AGENTS = ("payer", "other", "stranger")
_CONTROL = """\
id: limits
statement: Pays within limits.
owner: ben
annex_a: [A.9.4]
"""
_SOA = """\
rows:
  - {control: limits, applicable: in, why: It pays., status: implemented, owner: ana}
"""
_PERMITS = """\
@id("looks")
@control("limits")
permit (
  principal,
  action in [Action::"till/look", Action::"till/send", Action::"till/drop"],
  resource
) when { principal == Agent::"payer" || principal == Agent::"other" };
@id("erases")
@control("limits")
permit (principal == Agent::"payer", action == Action::"till/erase", resource);
"""
_FORBIDS = """\
@id("above-the-account")
@control("limits")
forbid (principal, action == Action::"till/pay", resource)
when { context.args.amount.greaterThan(context.facts.account.limit) };
@id("account-closed")
@control("limits")
forbid (principal, action == Action::"till/pay", resource)
unless { context.facts.account.open };
"""
_REVIEWS = """\
@id("drops-review")
@control("limits")
@escalate("lead")
@expires("1h")
forbid (principal, action == Action::"till/drop", resource);
@id("erases-review")
@control("limits")
@escalate("lead")
@approvals("2")
@expires("1h")
forbid (principal, action == Action::"till/erase", resource);
"""


def server_module(name: str) -> ModuleType:
    """Load a server's own module, to know what it lists."""
    spec = importlib.util.spec_from_file_location(f"server_{name}", SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def aims(
    keys: Mapping[str, str], limits: str = "", roles: Mapping[str, Sequence[str]] = PEOPLE
) -> str:
    """Return `aims.yaml`; `limits` is a flow mapping without its braces."""
    people = "\n".join(
        f"  - {{id: {name}, name: {name}, keys: ['{key}']}}" for name, key in keys.items()
    )
    named = sorted({role for held in roles.values() for role in held})
    holders = "\n".join(
        f"  {role}: [{', '.join(p for p in roles if role in roles[p])}]" for role in named
    )
    return f"""\
organisation: Example
origin: example.org/till
stage: demonstration
scope: Paying people.
people:
{people}
roles:
{holders}
limits: {{{limits}}}
"""


def system(agents: Sequence[str] = AGENTS) -> str:
    """Return `systems/till.yaml`."""
    listed = "\n".join(f"  - {{id: {agent}}}" for agent in agents)
    return f"""\
id: till
title: Till
purpose: Pays.
owner: ana
in_scope: true
reason: It pays.
stage: demonstration
role: deployer
ai_act: {{class: minimal, why: It pays.}}
agents:
{listed}
servers: [till]
"""


def tool_file(command: Sequence[str], pins: Mapping[str, str], methods: str = "") -> str:
    """Return `tools/till.yaml` of the till."""
    return f"""\
id: till
command: {json.dumps(list(command))}
methods: [{methods}]
tools:
  pay:
    pin: {pins["pay"]}
    writes: true
    opaque: [more]
    clear: [amount]
    idempotency: key
    sentence: Pay {{amount}} to {{to}}
    timeout: 3s
    facts:
      account:
        tool: look
        arguments: {{to: to}}
        timeout: 1s
        fields:
          limit: {{path: limit, type: decimal}}
          open: {{path: open, type: bool}}
    settle: {{tool: paid, arguments: {{key: key}}, field: found, equals: true}}
  send:
    pin: {pins["send"]}
    writes: true
    once_per: {{arguments: [to, text], within: 10m}}
  drop: {{pin: {pins["drop"]}, writes: true}}
  erase: {{pin: {pins["erase"]}, writes: true}}
  give: {{pin: {pins["give"]}, writes: true, clear: [amount]}}
  look: {{pin: {pins["look"]}, writes: false}}
  paid: {{pin: {pins["paid"]}, writes: false}}
"""


def authority(total: float = 100_000, count: int = 10_000, gifts: float = 100) -> str:
    """Return what `payer` may pay: 200 alone, 1000 with a review, `total` in a day."""
    return f"""\
agent: payer
grants:
  - id: pays
    granted_by: ana
    control: limits
    actions: [till/pay]
    valid_until: 2099-12-31
    bands:
      - {{argument: amount, least: 0.01, alone: 200.00, review: 1000.00}}
    budgets:
      - {{within: 24h, count: {count}, sum: {total:.2f}, argument: amount}}
    review: {{role: lead, expires: 4h}}
  - id: gifts
    granted_by: ana
    control: limits
    actions: [till/give]
    valid_until: 2099-12-31
    bands:
      - {{argument: amount, least: 0.01, alone: 1000.00}}
    budgets:
      - {{within: 24h, sum: {gifts:.2f}, argument: amount}}
"""


def till_files(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    """Return the whole workspace of the till; `folder` is where it keeps its witness."""
    listed = server_module("till").definitions()
    pins = {definition["name"]: tool_pin(definition) for definition in listed}
    command = [sys.executable, str(SERVERS / "till.py"), str(folder)]
    return {
        "aims.yaml": aims(keys, changes.get("limits", "")),
        "systems/till.yaml": system(changes.get("agents", AGENTS)),
        "tools/till.yaml": tool_file(command, pins, changes.get("methods", "")),
        "tools/till.definitions.json": json.dumps({"tools": listed}),
        "authority/payer.yaml": authority(**changes.get("grants", {})),
        "policies/till/all.permit.cedar": _PERMITS,
        "policies/till/pay.forbid.cedar": _FORBIDS,
        "policies/till/all.review.cedar": _REVIEWS,
        "controls/limits.yaml": _CONTROL,
        "soa.yaml": _SOA,
    }


@dataclass(frozen=True, slots=True)
class Hostile:
    """A hostile server in a plan: its behaviour, the tools that were released, how they stand."""

    behaviour: str
    listed: tuple[Mapping[str, Any], ...]
    more: str = ""
    timeout: str = "1s"
    options: tuple[str, ...] = ()


def hostile_files(
    folder: Path, keys: Mapping[str, str], *, servers: Mapping[str, Hostile]
) -> dict[str, str]:
    """Return a workspace in which every tool of the hostile servers is permitted and writes.

    Each server's witness is `folder/witness-SERVER`.
    """
    named = [f"{id_}/{tool['name']}" for id_, server in servers.items() for tool in server.listed]
    actions = ", ".join(f"Action::{json.dumps(name)}" for name in named)
    files = {
        "aims.yaml": aims(keys),
        "systems/till.yaml": system(("payer",)).replace("[till]", f"[{', '.join(servers)}]"),
        "policies/till/all.permit.cedar": (
            '@id("all")\n@control("limits")\n'
            f'permit (principal == Agent::"payer", action in [{actions}], resource);\n'
        ),
        "controls/limits.yaml": _CONTROL,
        "soa.yaml": _SOA,
    }
    for id_, server in servers.items():
        listed = json.dumps({"tools": list(server.listed)}, ensure_ascii=False)
        files[f"tools/{id_}.definitions.json"] = listed
        files[f"tools/{id_}.yaml"] = _hostile_file(id_, server, folder / f"witness-{id_}")
    return files


def _hostile_file(id_: str, server: Hostile, witness: Path) -> str:
    command = [sys.executable, str(SERVERS / "hostile.py"), server.behaviour]
    command += ["--witness", str(witness), *server.options]
    stands = f"writes: true, timeout: {server.timeout}{server.more}"
    tools = "\n".join(
        f"  {json.dumps(t['name'])}: {{pin: {tool_pin(dict(t))}, {stands}}}" for t in server.listed
    )
    return f"id: {id_}\ncommand: {json.dumps(command)}\ntools:\n{tools}\n"


def write_and_compile(folder: Path, files: Mapping[str, str]) -> Bundle:
    """Write a workspace and compile it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return compile_folder(folder)
