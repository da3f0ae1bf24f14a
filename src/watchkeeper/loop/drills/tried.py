"""Drills decided dry: on a compiled plan, with nothing asked, nothing recorded and nothing done.

That is a test of the plan, evidence of class `test`. What the live path does with such an action a
dry drill does not show (decision 0201).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.do.account.explain import explain
from watchkeeper.do.decision.decide import decide
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.request import Call, make_request
from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.drills.dry import dry_facts, nothing_held
from watchkeeper.records.instant import Instant


@dataclass(frozen=True, slots=True)
class Drill:
    """A harmless action, and how it must end: an outcome, and what it comes from.

    `facts` stand for what the declared sources would say. Of the management system nothing counts
    unless `facts` says so in `aims`: a drill is about a rule, not about the day.
    """

    id: str
    agent: str
    tool: str
    outcome: str
    control: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: Instant | None = None
    reason: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """How a drill ended; `differs` says in words what was otherwise than it must be."""

    drill: Drill
    outcome: str
    reasons: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


def try_drill(enforcer: Enforcer, drill: Drill, now: Instant) -> Tried:
    """Decide a drill's action under a plan, with budgets unused, at its time or now."""
    server, _, tool = drill.tool.partition("/")
    call = Call(
        agent=drill.agent,
        method="tools/call",
        server=server,
        tool=tool,
        arguments=dict(drill.arguments),
    )
    at = now if drill.at is None else drill.at
    try:
        facts = {"aims": {}, **drill.facts}
        found = dry_facts(enforcer, facts, call, at, nothing_held(enforcer, call))
        request = make_request(call, action_id="drill", nonce="0" * 32)
        said = explain(enforcer, found, request, decide(enforcer, request, found))
    except WatchkeeperError as error:
        return Tried(drill, "none", differs=(error.message,))
    reasons, policies = tuple(said["reasons"]), tuple(said["policies"])
    differs = tuple(_differs(drill, said["outcome"], reasons, policies))
    return Tried(drill, said["outcome"], reasons, policies, differs)


def _differs(
    drill: Drill, outcome: str, reasons: tuple[str, ...], policies: tuple[str, ...]
) -> Iterator[str]:
    if outcome != drill.outcome:
        yield f"must {drill.outcome}, and does {outcome}"
    if drill.reason is not None and drill.reason not in reasons:
        yield f"must be for `{drill.reason}`, and is for {_listed(reasons)}"
    if drill.policy is not None and drill.policy not in policies:
        yield f"must come from `{drill.policy}`, and comes from {_listed(policies)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
