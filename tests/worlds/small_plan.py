"""Plans of a few policies with real Cedar bodies, and the stock engine to compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cedarpy
import orjson

from watchkeeper.do.decision.context import Context, build_context
from watchkeeper.do.decision.decide import Decided, decide
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import Facts
from watchkeeper.do.decision.request import Call, Request, make_request
from watchkeeper.do.encode.encoder import Encoded
from watchkeeper.plan.policies.parse import parse_body
from watchkeeper.plan.policies.scope import actions_of
from watchkeeper.plan.typing import (
    ActionSpec,
    EntitySpec,
    ToolTypingOptions,
    cedar_schema,
    compile_input_schema,
)
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.policies import Policy, PolicyKind
from watchkeeper.records.plan.systems import Agent, Stage, System
from watchkeeper.records.plan.tools import Server, Tool

AT = parse_instant("2026-11-23T08:00:00.000000Z")
POINT = Point("mcp-gateway", Boundary.EXCLUSIVE)
PIN = "c" * 64
FACTS_TYPE = (
    "{ clock: { now: datetime, hour: Long, weekday: Long }, stage: String, boundary: String, "
    "claims: { matches: Bool }, budget: {} }"
)
SCHEMA = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "note": {"type": "string"}},
    "required": ["x"],
    "additionalProperties": False,
}
GROUPS = {
    "box/look": frozenset({"reads", "server:box"}),
    "box/put": frozenset({"writes", "server:box"}),
    "box/burn": frozenset({"writes", "server:box"}),
}
ACTIONS = tuple(sorted(GROUPS))
AGENTS = ("ant", "bee")


@dataclass(frozen=True)
class Rule:
    """One policy as it is written; `when` is a Cedar condition, empty for none."""

    id: str
    kind: PolicyKind
    action: str = "action"
    principal: str = "principal"
    when: str = ""

    def policy(self) -> Policy:
        return _parsed(self)


@lru_cache(maxsize=4096)
def _parsed(rule: Rule) -> Policy:
    """Parse a rule as the plan does."""
    effect = "permit" if rule.kind is PolicyKind.PERMIT else "forbid"
    condition = f" when {{ {rule.when} }}" if rule.when else ""
    text = f"{effect} ({rule.principal}, {rule.action}, resource){condition};"
    body = parse_body(text)
    review = rule.kind is PolicyKind.REVIEW
    return Policy(
        rule.id,
        "boxes",
        rule.kind,
        f"control-{rule.kind.value}",
        body,
        text,
        actions=actions_of(body, GROUPS),
        escalate_to=("lead",) if review else (),
    )


def _tools() -> tuple[Server, str]:
    tools, specs = [], []
    for action in ACTIONS:
        name = action.split("/")[1]
        typed = compile_input_schema(SCHEMA, tool=name, options=ToolTypingOptions())
        schema = orjson.dumps(typed.closed_schema).decode()
        tools.append(Tool(name, PIN, name != "look", schema, typed.root))
        specs.append(ActionSpec(action, typed, "Server", FACTS_TYPE, tuple(sorted(GROUPS[action]))))
    return Server("box", command=("box",), tools=tuple(tools)), cedar_schema(
        specs, [EntitySpec("Server")]
    )


SERVER, CEDAR = _tools()
SYSTEM = System(
    "boxes", "Boxes", "", "ana", True, "", Stage.PRODUCTION, "deployer", "minimal", ("box",)
)


def plan(rules: Iterable[Rule | Policy], **changes: Any) -> Bundle:
    """A plan of one system with two agents, three tools, and these policies."""
    policies = tuple(rule.policy() if isinstance(rule, Rule) else rule for rule in rules)
    given: dict[str, Any] = {
        "format": 1,
        "organisation": "Boxes",
        "stage": Stage.PRODUCTION,
        "scope": "",
        "systems": (SYSTEM,),
        "agents": tuple(Agent(name, "boxes") for name in AGENTS),
        "people": (Person("ana", "Ana"),),
        "roles": {"release": ("ana",), "lead": ("ana",)},
        "servers": (SERVER,),
        "grants": (),
        "policies": policies,
        "controls": tuple(Control(f"control-{kind.value}", "", "ana") for kind in PolicyKind),
        "applicability": (),
        "cedar_schemas": {"boxes": CEDAR},
    }
    return Bundle(**{**given, **changes})


def enforcer(rules: Iterable[Rule | Policy], **changes: Any) -> Enforcer:
    return Enforcer(plan(rules, **changes), "d" * 64, "ana")


def facts(**changes: Any) -> Facts:
    return replace(Facts(AT, Stage.PRODUCTION, POINT, pin=PIN), **changes)


def request(action: str = "box/put", x: int = 1, agent: str = "ant", **arguments: Any) -> Request:
    server, tool = action.split("/")
    call = Call(agent, "tools/call", server, tool, {"x": x, **arguments})
    return make_request(call, action_id="0" * 36, nonce="1" * 32)


def decided(rules: Iterable[Rule | Policy], asked: Request, **changes: Any) -> Decided:
    return decide(enforcer(rules), asked, facts(**changes))


def context_of(made: Enforcer, asked: Request) -> Context:
    entry = made.tool(asked.call.server, asked.call.tool)
    assert entry is not None
    encoded = entry.encoder.encode(asked.call.arguments)
    assert isinstance(encoded, Encoded)
    context = build_context(entry, encoded, facts(), ())
    assert isinstance(context, Context)
    return context


@dataclass(frozen=True)
class Stock:
    """What Cedar itself answers over a whole set of policies, unsliced."""

    allowed: bool
    reasons: frozenset[str]
    errors: frozenset[str]


def stock(rules: Iterable[Rule | Policy], asked: Request) -> Stock:
    """Ask Cedar over all policies at once, by their own ids."""
    made = plan(rules)
    whole = {
        "staticPolicies": {policy.id: to_json(policy)["body"] for policy in made.policies},
        "templates": {},
        "templateLinks": [],
    }
    context = context_of(_nothing(), asked)
    schema, entities = _handles()
    answer = cedarpy.is_authorized(
        {
            "principal": {"type": "Agent", "id": asked.call.agent},
            "action": {"type": "Action", "id": asked.action},
            "resource": {"type": context.resource[0], "id": context.resource[1]},
            "context": context.cedar,
        },
        cedarpy.PolicySet.from_json_str(orjson.dumps(whole).decode()),
        entities,
        schema,
    )
    assert answer.decision is not cedarpy.Decision.NoDecision, answer.diagnostics.errors
    errors = frozenset(error.split("`")[1] for error in answer.diagnostics.errors)
    return Stock(bool(answer.allowed), frozenset(answer.diagnostics.reasons), errors)


@lru_cache(maxsize=1)
def _nothing() -> Enforcer:
    return enforcer(())


@lru_cache(maxsize=1)
def _handles() -> tuple[cedarpy.Schema, cedarpy.Entities]:
    schema = cedarpy.Schema.from_str(CEDAR)
    return schema, cedarpy.Entities.from_json_str(orjson.dumps(_entities()).decode(), schema)


def _entities() -> list[Mapping[str, Any]]:
    root = {"type": "System", "id": "boxes"}
    agents = [{"uid": {"type": "Agent", "id": a}, "attrs": {}, "parents": [root]} for a in AGENTS]
    return [{"uid": root, "attrs": {}, "parents": []}, *agents]
