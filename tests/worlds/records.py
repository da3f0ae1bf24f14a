"""A small world of records: a plan in words of one syllable, and streams of entries over it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from watchkeeper.records.action import (
    Accountable,
    Boundary,
    Decision,
    DecisionRecord,
    EffectRecord,
    Engine,
    Outcome,
    Point,
    Reason,
    ResolvedBy,
    Status,
    VoidRecord,
)
from watchkeeper.records.administration import (
    GenesisRecord,
    PlanReleaseRecord,
    RefusalsRecord,
    ResumeRecord,
    ScopeKind,
    StopRecord,
    StopScope,
)
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, Signature, VerdictRecord
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control, Row
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.policies import Policy, PolicyKind
from watchkeeper.records.plan.systems import Agent, Stage, System
from watchkeeper.records.plan.tools import OncePer, Server, Tool
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload, Record
from watchkeeper.records.typing import Node, NodeKind

START = parse_instant("2026-11-23T08:00:00.000000Z")
SIGNED = Signature("", "", "")
GATEWAY = Point("mcp-gateway", Boundary.EXCLUSIVE)
GUARD = Point("guard", Boundary.IN_PROCESS)
PERMIT = Point("permit", Boundary.PERMIT_VERIFIED)
ENGINE = Engine("cedarpy", "4.12.2")
PLAN = "a" * 64

PERMITTED = Decision(Outcome.ALLOW, (Reason.PERMITTED,), ("grant.refunds",), ("refund-authority",))
BEYOND = Decision(Outcome.BLOCK, (Reason.NO_AUTHORITY,), (), ("refund-authority",))
REVIEWED = Decision(
    Outcome.ESCALATE, (Reason.REVIEW_REQUIRED,), ("grant.refunds.review",), ("human-review",)
)
FORBIDDEN = Decision(Outcome.BLOCK, (Reason.FORBIDDEN,), ("no-export",), ("no-bulk-export",))
UNPINNED = Decision(Outcome.BLOCK, (Reason.PIN_MISMATCH,), (), ("tool-integrity",))
STRANGER = Decision(Outcome.BLOCK, (Reason.UNKNOWN_AGENT,), (), ("agent-identity",))
NO_FACT = Decision(Outcome.BLOCK, (Reason.COULD_NOT_EVALUATE,))


def system(name: str = "desk", **more: Any) -> System:
    """A system in scope, in production."""
    given: dict[str, Any] = {
        "title": name.title(),
        "purpose": "answers customers",
        "owner": "ana",
        "in_scope": True,
        "scope_reason": "it moves money",
        "stage": Stage.PRODUCTION,
        "role": "deployer",
        "ai_act_class": "limited",
        "servers": ("shop",),
    }
    return System(name, **given | more)


def policy(name: str, control: str, kind: PolicyKind = PolicyKind.PERMIT, **more: Any) -> Policy:
    """A policy of system `desk` on every action."""
    given: dict[str, Any] = {"system": "desk", "body": {}, "text": f"{kind.value} {name}"}
    return Policy(name, kind=kind, control=control, **given | more)


def tool(name: str, *, writes: bool = True, **more: Any) -> Tool:
    """A tool with nothing declared."""
    return Tool(name, "f" * 64, writes, "{}", Node(NodeKind.RECORD), **more)


def bundle(**more: Any) -> Bundle:
    """The refund desk: two systems, four policies, six controls."""
    given: dict[str, Any] = {
        "format": 1,
        "organisation": "Lantern Goods",
        "stage": Stage.PRODUCTION,
        "scope": "AI agents that act for customers of Lantern Goods",
        "systems": (
            system(),
            system("hiring", in_scope=False, scope_reason="no agent acts", servers=()),
        ),
        "agents": (Agent("refund-agent", "desk"),),
        "people": (Person("ana", "Ana Ruiz"), Person("ben", "Ben Okafor")),
        "roles": {"release": ("ana",), "refund-lead": ("ben",)},
        "servers": (
            Server(
                "shop",
                url="http://127.0.0.1:1/mcp",
                tools=(
                    tool("lookup", writes=False),
                    tool("refund", idempotency_argument="request_id"),
                    tool("credit", once_per=OncePer(("order_id",), 600)),
                    tool("message"),
                ),
            ),
        ),
        "grants": (),
        "policies": (
            policy("grant.refunds", "refund-authority", actions=("shop/refund",)),
            policy(
                "grant.refunds.review",
                "human-review",
                PolicyKind.REVIEW,
                actions=("shop/refund",),
                escalate_to=("refund-lead",),
            ),
            policy("no-export", "no-bulk-export", PolicyKind.FORBID, actions=("shop/export",)),
            policy("lookups", "refund-authority", actions=("shop/lookup",)),
        ),
        "controls": (
            control("refund-authority", policies=("grant.refunds", "lookups"), systems=("desk",)),
            control("human-review", policies=("grant.refunds.review",), systems=("desk",)),
            control("no-bulk-export", policies=("no-export",), systems=("desk",)),
            control("tool-integrity", built_in=("pin-mismatch",), systems=("desk",)),
            control("agent-identity", built_in=("unknown-agent",)),
            control("staff-training"),
        ),
        "applicability": (Row("refund-authority", "in", "money", "operating"),),
        "cedar_schemas": {},
    }
    return Bundle(**given | more)


def control(name: str, **more: Any) -> Control:
    """A control that `ana` owns."""
    given: dict[str, Any] = {"statement": f"what {name} demands", "owner": "ana"}
    return Control(name, **given | more)


def without_policies(made: Bundle) -> Bundle:
    """The same plan with nothing but words."""
    controls = tuple(dataclasses.replace(one, policies=(), built_in=()) for one in made.controls)
    return dataclasses.replace(made, policies=(), controls=controls)


class Stream:
    """Writes entries one after another, a second apart."""

    def __init__(self, plan: str = PLAN, *, stage: Stage = Stage.PRODUCTION) -> None:
        self.entries: list[Entry] = []
        self.at = START
        self.plan = plan
        self.stage = stage

    def add(self, kind: Kind, predicate: Any, payload: Payload | None = None) -> Ref:
        """Append one record."""
        ref = Ref(0, len(self.entries))
        self.entries.append(Entry(ref, Record(kind, "action", "0" * 64, predicate), payload))
        return ref

    def tick(self, seconds: float = 1) -> Instant:
        """Move on and return the time."""
        self.at = self.at.plus(seconds)
        return self.at

    def genesis(self, stage: Stage | None = None) -> Ref:
        """Begin the log."""
        said = GenesisRecord(self.tick(), "lantern/0", 0, 1, stage or self.stage, {}, "", {})
        return self.add(Kind.GENESIS, said)

    def release(self, plan: str = PLAN, by: str = "ana") -> Ref:
        """Put a plan in force."""
        self.plan = plan
        said = PlanReleaseRecord(self.tick(), plan, None, by, {}, {}, SIGNED)
        return self.add(Kind.PLAN_RELEASE, said)

    def decide(self, made: Decision, action_id: str | None = None, **more: Any) -> Ref:
        """Record a decision on `shop/refund` by the gateway, or as `more` says."""
        given: dict[str, Any] = {
            "at": self.tick(),
            "action_id": action_id or f"action-{len(self.entries)}",
            "decision": made,
            "agent": "refund-agent",
            "system": "desk",
            "stage": self.stage,
            "method": "tools/call",
            "server": "shop",
            "tool": "refund",
            "writes": True,
            "point": GATEWAY,
            "engine": ENGINE,
            "plan": self.plan,
            "accountable": Accountable(("ana",), ("ana",), "ana"),
            "duration_micros": 300,
        }
        return self.add(Kind.DECISION, DecisionRecord(**given | more))

    def effect(
        self, decision: Ref, status: Status = Status.SUCCEEDED, by: ResolvedBy | None = None
    ) -> Ref:
        """End an allowed action."""
        action_id = self.entries[decision.index].record.predicate.action_id
        at = self.tick()
        said = EffectRecord(at, action_id, decision, status, at, at, resolved_by=by)
        return self.add(Kind.EFFECT, said)

    def verdict(self, decision: Ref, answer: Answer, by: str = "ben", *, millis: int = 9000) -> Ref:
        """Answer an escalation."""
        action_id = self.entries[decision.index].record.predicate.action_id
        said = VerdictRecord(
            self.tick(), action_id, decision, answer, by, "refund-lead", "0" * 64, millis, SIGNED
        )
        return self.add(Kind.VERDICT, said)

    def void(self, decision: Ref, why: Reason = Reason.EXPIRED) -> Ref:
        """Let a pending action expire."""
        action_id = self.entries[decision.index].record.predicate.action_id
        return self.add(Kind.VOID, VoidRecord(self.tick(), action_id, decision, why))

    def stop(self, kind: ScopeKind = ScopeKind.ALL, name: str = "") -> Ref:
        """Stop what is in scope."""
        return self.add(
            Kind.STOP, StopRecord(self.tick(), StopScope(kind, name), "ana", "why", SIGNED)
        )

    def resume(self, kind: ScopeKind = ScopeKind.ALL, name: str = "") -> Ref:
        """Lift a stop."""
        return self.add(
            Kind.RESUME, ResumeRecord(self.tick(), StopScope(kind, name), "ana", "why", SIGNED)
        )

    def refusals(self, counts: dict[str, int]) -> Ref:
        """Say how many refusals were left out."""
        at = self.tick()
        return self.add(Kind.REFUSALS, RefusalsRecord(at, "refund-agent", at, counts))


def begun(stage: Stage = Stage.PRODUCTION) -> Stream:
    """A log with a genesis and one plan in force."""
    stream = Stream(stage=stage)
    stream.genesis()
    stream.release()
    return stream


def bundles(*plans: Bundle, digests: Iterable[str] = (PLAN, "b" * 64, "c" * 64)) -> Any:
    """Look the plans up by digest: the first under `PLAN`, the second under `bbb...`."""
    return dict(zip(digests, plans, strict=False)).get
