"""The part of a plan that an assessment of one system is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.plan.bundle import Bundle, Limits
from watchkeeper.records.plan.systems import System
from watchkeeper.records.plan.tools import Tool
from watchkeeper.records.typing import Node, NodeKind

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Looked:
    """What whoever assessed a system looked at: its part of the plan, and its intended uses."""

    system: str
    plan: Bundle
    intended_use: tuple[str, ...] = ()


def slice_of(bundle: Bundle, system: str) -> Bundle:
    """Cut a plan to one system: its agents, tools with pins, grants, policies and budgets.

    Without people, titles, gaps and all else that can change while a system does and may the same;
    of a schema and of what a policy says there is the digest.
    """
    one = next((found for found in bundle.systems if found.id == system), None)
    agents = tuple(agent for agent in bundle.agents if agent.system == system)
    names = {agent.id for agent in agents}
    return Bundle(
        format=bundle.format,
        organisation="",
        stage=bundle.stage if one is None else one.stage,
        scope="",
        systems=() if one is None else (_bare(one),),
        agents=agents,
        people=(),
        roles={},
        servers=tuple(
            replace(server, tools=tuple(_named(tool) for tool in server.tools))
            for server in bundle.servers
            if one is not None and server.id in one.servers
        ),
        grants=tuple(g for g in bundle.grants if names & {g.agent, *_lent_to(g)}),
        policies=tuple(
            replace(policy, text="", body=_digest(policy.body))
            for policy in bundle.policies
            if policy.system == system
        ),
        controls=(),
        applicability=(),
        cedar_schemas={},
        limits=Limits(),
        shared_budgets=tuple(b for b in bundle.shared_budgets if names & set(b.agents)),
    )


def _bare(system: System) -> System:
    return replace(
        system,
        title="",
        purpose="",
        owner="",
        scope_reason="",
        role="",
        ai_act_class="",
        retention=None,
    )


def _named(tool: Tool) -> Tool:
    """Leave of a tool's schema and types what tells whether they are the same."""
    types = _digest([tool.schema, to_json(tool.root)])
    derived = {name: _digest(said) for name, said in tool.derived.items()}
    return replace(tool, schema=types, root=Node(NodeKind.RECORD), derived=derived)


def _digest(value: Any) -> dict[str, str]:
    return {"sha256": sha256_hex(canonical_arguments(value))}


def _lent_to(grant: Any) -> tuple[str, ...]:
    return grant.delegable.to if grant.delegable else ()


def looked_to_json(looked: Looked) -> dict[str, Any]:
    """Render what was looked at, as it stands in `<system>.basis.json`."""
    return {
        "format": FORMAT,
        "system": looked.system,
        "intendedUse": list(looked.intended_use),
        "plan": to_json(looked.plan),
    }


def render_looked(looked: Looked) -> str:
    """Render what was looked at as the text of `<system>.basis.json`: the same is the same text."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(looked_to_json(looked), option=options).decode()


def looked_from_json(body: Mapping[str, Any], system: str) -> Looked:
    """Parse what `looked_to_json` rendered of a system.

    Raises:
        RecordInvalid: it is not that, of another system, or of a format that we do not know.
    """
    if body.get("format") != FORMAT or set(body) != {"format", "system", "intendedUse", "plan"}:
        raise RecordInvalid(f"not a basis of format {FORMAT}: {cut(body.get('format'))}")
    if body["system"] != system:
        raise RecordInvalid(f"the basis is of the system {cut(body['system'])}")
    uses = from_json(tuple[str, ...], body["intendedUse"])
    return Looked(system, from_json(Bundle, body["plan"]), uses)
