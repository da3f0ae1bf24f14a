"""What policy may look at beyond the request (decision semantics, 2).

Everything here is recorded with the decision, so that a replay sees exactly the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.records.action import Point, Reason
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import AimsState
from watchkeeper.records.plan.systems import Agent, Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import ArgumentCap


@dataclass(frozen=True, slots=True)
class FactRead:
    """One declared source as it was read; `failed` says why there is no value."""

    source: str
    read_at: Instant
    values: Mapping[str, Any] = field(default_factory=dict)
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class BudgetFact:
    """What one window of a grant held before this action; `sum` is a decimal as text."""

    count: int
    sum: str


@dataclass(frozen=True, slots=True)
class VerdictFact:
    """One verdict on this action that was checked when it came in.

    `vouched` is who vouched for the passkey that signed it, `stands_in_for` whose deputy it is by.
    """

    ref: Ref
    reviewer: str
    role: str
    stands_in_for: str | None = None
    vouched: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """What was approved: by whom, over which reviews, and the facts as they were shown."""

    escalated_by: Ref
    verdicts: tuple[VerdictFact, ...]
    reviews: tuple[str, ...]
    facts: str


@dataclass(frozen=True, slots=True)
class MandateFact:
    """The task that a call names: `ref` is its record, None where no such task is open.

    `covers` says whether the call is within it; `why` says why not, without any value.
    """

    id: str
    ref: Ref | None
    covers: bool
    why: str


@dataclass(frozen=True, slots=True)
class StandingFact:
    """A standing approval in force for this agent, action and resource, with uses left.

    `vouched` is who vouched for the passkey that signed it. Whether its caps hold, and whether it
    covers the reviews that fire, is for the decision.
    """

    ref: Ref
    id: str
    reviewer: str
    role: str
    reviews: tuple[str, ...]
    caps: tuple[ArgumentCap, ...] = ()
    vouched: str | None = None


@dataclass(frozen=True, slots=True)
class LentFact:
    """What another agent lent of a grant: by which delegations, the nearest first.

    `covers` says whether that covers the call; `why` says why not, without any value.
    """

    grant: str
    refs: tuple[Ref, ...]
    givers: tuple[str, ...]
    covers: bool
    why: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of the world and of the home at the moment of a decision.

    `pin` is the digest of the tool's definition as its server listed it last. `refused` is a
    reason that the home's own state gives (a stop, an unsure clock, a key used before, ...), with
    a word on it in `refused_why`; it decides before any policy. `shared` is by the id of a shared
    budget; `history` says what happened before, None where that could not be had. `aims` is the
    state of the management system, None under a plan without one.
    """

    at: Instant
    stage: Stage
    point: Point
    pin: str | None = None
    refused: Reason | None = None
    refused_why: str = ""
    claims_match: bool = True
    pending_full: bool = False
    read: tuple[FactRead, ...] = ()
    budgets: Mapping[str, tuple[BudgetFact, ...]] = field(default_factory=dict)
    approval: ApprovalFact | None = None
    shared: Mapping[str, BudgetFact] = field(default_factory=dict)
    history: Mapping[str, bool | int | None] = field(default_factory=dict)
    mandate: MandateFact | None = None
    standing: tuple[StandingFact, ...] = ()
    lent: tuple[LentFact, ...] = ()
    aims: AimsState | None = None


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Render facts for the payload; values of sources may be any JSON."""
    body: dict[str, Any] = {
        "at": str(facts.at),
        "stage": facts.stage.value,
        "point": to_json(facts.point),
        "pin": facts.pin,
        "refused": facts.refused.value if facts.refused else None,
        "refusedWhy": facts.refused_why,
        "claimsMatch": facts.claims_match,
        "pendingFull": facts.pending_full,
        "budgets": {
            grant: [to_json(used) for used in windows] for grant, windows in facts.budgets.items()
        },
        "approval": to_json(facts.approval) if facts.approval else None,
    }
    if facts.standing:
        body["standing"] = to_json(facts.standing)
    body["read"] = [
        {
            "source": read.source,
            "readAt": str(read.read_at),
            "values": dict(read.values),
            "failed": read.failed,
        }
        for read in facts.read
    ]
    # Only where there are any, so that the form stays that of plans without them.
    if facts.shared:
        body["shared"] = {budget: to_json(used) for budget, used in facts.shared.items()}
    if facts.history:
        body["history"] = dict(facts.history)
    if facts.mandate is not None:
        body["mandate"] = to_json(facts.mandate)
    if facts.lent:
        body["lent"] = [to_json(fact) for fact in facts.lent]
    if facts.aims is not None:
        body["aims"] = to_json(facts.aims)
    return body


def facts_from_json(body: Mapping[str, Any]) -> Facts:
    """Parse what `facts_to_json` wrote.

    Raises:
        RecordInvalid: the payload is not ours.
    """
    reads = tuple(
        FactRead(
            source=str(read["source"]),
            read_at=from_json(Instant, read["readAt"]),
            values=dict(read["values"]),
            failed=read["failed"],
        )
        for read in body["read"]
    )
    return Facts(
        at=from_json(Instant, body["at"]),
        stage=from_json(Stage, body["stage"]),
        point=from_json(Point, body["point"]),
        pin=body["pin"],
        refused=from_json(Reason, body["refused"]) if body["refused"] else None,
        refused_why=str(body["refusedWhy"]),
        claims_match=bool(body["claimsMatch"]),
        pending_full=bool(body["pendingFull"]),
        read=reads,
        budgets={
            grant: tuple(from_json(BudgetFact, used) for used in windows)
            for grant, windows in body["budgets"].items()
        },
        approval=from_json(ApprovalFact, body["approval"]) if body["approval"] else None,
        shared={
            budget: from_json(BudgetFact, used) for budget, used in body.get("shared", {}).items()
        },
        history=dict(body.get("history", {})),
        mandate=from_json(MandateFact, body["mandate"]) if "mandate" in body else None,
        standing=from_json(tuple[StandingFact, ...], body.get("standing", [])),
        lent=from_json(tuple[LentFact, ...], body.get("lent", [])),
        aims=from_json(AimsState, body["aims"]) if "aims" in body else None,
    )


def claims_match(agent: Agent, claimed: Mapping[str, str]) -> bool:
    """Tell whether what a client says of its model, prompt and version is what is declared.

    What is not declared can not differ.
    """
    declared = {"model": agent.model, "prompt": agent.prompt_digest, "version": agent.version}
    return all(
        not declared[name] or declared[name] == value
        for name, value in claimed.items()
        if name in declared
    )


def recordable(read: FactRead) -> FactRead:
    """Return a fact as it was read, or as one that was not had where no record can hold it."""
    try:
        canonical_arguments(dict(read.values))
    except RecordInvalid:
        return FactRead(read.source, read.read_at, {}, "its answer can not be recorded")
    return read
