"""The three questions, answered: what an answer holds, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchkeeper.check.gap.row import GapTable
from watchkeeper.check.survey import OpenAction, Survey
from watchkeeper.records.action import Outcome
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant

DISCLAIMER = (
    "Watchkeeper certifies nobody, and neither does ISO. This page says what the records show; "
    "it is evidence for somebody's judgement, not a certificate and not legal advice."
)
WITNESSES = 14
"""The verifier's step on witnesses."""
UNWITNESSED = (
    "UNWITNESSED: nobody else has seen this log's checkpoints. Whoever holds its keys could have "
    "rewritten all of it; keep an older checkpoint, and compare."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a verification: `status` is `checked`, `failed` or `not-checked`."""

    number: int
    title: str
    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verifier found; made by the caller, since this package verifies nothing itself.

    Of `records` in the log, `verified` had signature, leaf and place checked; `findings` is empty
    where all holds; `pinned` says that the keys came from outside of the log.
    """

    records: int
    verified: int
    steps: tuple[Step, ...] = ()
    findings: tuple[str, ...] = ()
    pinned: bool = False
    witnessed: bool = False

    @property
    def sound(self) -> bool:
        """Whether nothing failed."""
        return not self.findings and all(step.status != "failed" for step in self.steps)

    @property
    def trouble(self) -> str:
        """How much failed, in words."""
        failed = [step.title for step in self.steps if step.status == "failed"]
        count = len(self.findings)
        found = "1 finding" if count == 1 else f"{count} findings"
        return f"{found} ({', '.join(failed)})" if failed else found


@dataclass(frozen=True, slots=True)
class Who:
    """A person or role of the plan. `name` is what people call them, or the id again."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SystemAnswer:
    """An AI system: in scope or not, why, how real it is, and what was decided for it.

    `stage` is what the plan says of the system, `counts_as` the lesser of that and the home's.
    """

    id: str
    title: str
    purpose: str
    in_scope: bool
    reason: str
    stage: str
    counts_as: str
    owner: Who
    role: str
    ai_act_class: str
    agents: tuple[str, ...]
    servers: tuple[str, ...]
    decisions: dict[Outcome, int]

    @property
    def total(self) -> int:
        """All decisions for the system."""
        return sum(self.decisions.values())


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody answers for: `count` things, said in words in `what`."""

    who: Who
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Accountable:
    """Who answers for what."""

    owners: tuple[Part, ...]
    grantors: tuple[Part, ...]
    releasers: tuple[Part, ...]
    reviewers: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The three questions and their answers, with what they do not cover.

    `unrecognised_retries` names the writing tools of the plan for which a retry can not be told
    from a new action (I3 does not hold there); `not_enforced` says in sentences what is not
    enforced in production; `gaps` are the management gaps that the release named.
    """

    organisation: str
    scope: str
    stage: str
    systems: tuple[SystemAnswer, ...]
    table: GapTable
    owners: dict[str, Who]
    counted: Survey
    verified: Verified | None
    accountable: Accountable
    unrecognised_retries: tuple[str, ...]
    observed_policies: tuple[str, ...]
    not_enforced: tuple[str, ...]
    gaps: tuple[str, ...]

    @property
    def in_scope(self) -> tuple[SystemAnswer, ...]:
        """The answer to the first question."""
        return tuple(system for system in self.systems if system.in_scope)

    @property
    def witnessed(self) -> bool:
        """Whether anybody else has seen the log."""
        return self.verified is not None and self.verified.witnessed

    @property
    def testimony(self) -> str:
        """Who witnessed the log, when, and by whose policy that is enough; empty if nobody did."""
        steps = self.verified.steps if self.verified is not None and self.witnessed else ()
        return next((step.detail for step in steps if step.number == WITNESSES), "")

    @property
    def sound(self) -> bool:
        """Whether verification, where there was one, found nothing wrong."""
        return self.verified is None or self.verified.sound

    def json(self) -> dict[str, Any]:
        """Render as a JSON object: `systems`, `controls` and `evidence` stand at the top."""
        return {
            "systems": [_system(system) for system in self.systems],
            "controls": [
                {**row.json(), "ownerName": self.owners[row.owner].name} for row in self.table.rows
            ],
            "evidence": self._evidence(),
            "accountable": _accountable(self.accountable),
            "scope": {
                "organisation": self.organisation,
                "statement": self.scope,
                "stage": self.stage,
            },
            "plan": {
                "digest": self.table.plan,
                "readable": self.table.readable,
                "releasedAt": _time(self.table.released_at),
                "releasedBy": self.table.released_by,
            },
            "annexA": self.table.json()["annexA"],
            "enforcedInProduction": sorted(
                {row.control for row in self.table.enforced_in_production}
            ),
            "notEnforced": list(self.not_enforced),
            "observedPolicies": list(self.observed_policies),
            "managementGaps": list(self.gaps),
            "statement": DISCLAIMER,
        }

    def _evidence(self) -> dict[str, Any]:
        counted = self.counted
        return {
            "origin": self.table.origin,
            "witnessed": self.witnessed,
            "testimony": self.testimony or None,
            "warning": None if self.witnessed else UNWITNESSED,
            "verification": _verification(self.verified),
            "records": counted.records,
            "kinds": dict(counted.kinds),
            "firstRecord": _time(counted.first),
            "lastRecord": _time(counted.last),
            "decisions": {
                "total": self.table.decisions,
                **{outcome.value: count for outcome, count in counted.outcomes().items()},
            },
            "effects": self._effects(),
            "unknownEffects": [_open(action) for action in counted.unknown],
            "verdicts": [to_json(verdict) for verdict in counted.verdicts],
            "lentWord": [to_json(one) for one in counted.lent],
            "voided": dict(counted.voided),
            "refusalsLeftOut": dict(counted.left_out),
            "stopsInForce": [to_json(scope) for scope in counted.stops],
            "unrecognisedRetries": list(self.unrecognised_retries),
            "uncontrolledDecisions": dict(self.table.uncontrolled),
            "overTime": {
                "bucketSeconds": counted.timeline.seconds,
                "buckets": [to_json(bucket) for bucket in counted.timeline.buckets],
            },
        }

    def _effects(self) -> dict[str, int]:
        effects = self.counted.effects
        return {
            "succeeded": effects.succeeded,
            "failed": effects.failed,
            "resolved": effects.resolved,
            "unmatched": effects.unmatched,
            "unknown": len(self.counted.unknown),
        }


def _system(system: SystemAnswer) -> dict[str, Any]:
    return {
        "id": system.id,
        "title": system.title,
        "purpose": system.purpose,
        "inScope": system.in_scope,
        "reason": system.reason,
        "stage": system.stage,
        "countsAs": system.counts_as,
        "owner": system.owner.id,
        "ownerName": system.owner.name,
        "role": system.role,
        "aiActClass": system.ai_act_class,
        "agents": list(system.agents),
        "servers": list(system.servers),
        "decisions": {
            "total": system.total,
            **{outcome.value: count for outcome, count in system.decisions.items()},
        },
    }


def _accountable(accountable: Accountable) -> dict[str, Any]:
    return {
        "controlOwners": _parts(accountable.owners),
        "grantors": _parts(accountable.grantors),
        "releaseApprovers": _parts(accountable.releasers),
        "reviewers": _parts(accountable.reviewers),
    }


def _parts(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    return [
        {"id": part.who.id, "name": part.who.name, "what": part.what, "count": part.count}
        for part in parts
    ]


def _verification(verified: Verified | None) -> dict[str, Any] | None:
    if verified is None:
        return None
    return {
        "sound": verified.sound,
        "records": verified.records,
        "verified": verified.verified,
        "keysPinned": verified.pinned,
        "findings": list(verified.findings),
        "steps": [{**to_json(step), "detail": step.detail} for step in verified.steps],
    }


def _open(action: OpenAction) -> dict[str, Any]:
    found: dict[str, Any] = to_json(action)
    return found


def _time(at: Instant | None) -> str | None:
    return None if at is None else str(at)
