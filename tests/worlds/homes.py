"""Homes on a disk with a story in them: people, plans, actions, approvals, stops."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchkeeper.adapters.ids import SystemIds
from watchkeeper.adapters.keys import FileSigner
from watchkeeper.adapters.posix import PosixLog, create_home, open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ports import Ticket
from watchkeeper.records.action import (
    Accountable,
    Boundary,
    Decision,
    DecisionRecord,
    EffectRecord,
    Engine,
    Escalation,
    Hidden,
    Outcome,
    Point,
    Reason,
    Status,
    VoidRecord,
)
from watchkeeper.records.administration import (
    PlanReleaseRecord,
    ResumeRecord,
    ScopeKind,
    StopRecord,
    StopScope,
    TokenRecord,
)
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, Command, Signature, VerdictRecord
from watchkeeper.records.plan.bundle import Limits
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

NAME = "acme.example/refunds"
START = Instant(1_795_000_000_000_000)
PIN = "b" * 64
SHOWN = "c" * 64
NEVER = 3600.0


class StepClock:
    """A clock that goes one millisecond further each time somebody looks."""

    def __init__(self, start: Instant = START) -> None:
        self.now = start

    def wall(self) -> Instant:
        self.now = Instant(self.now + 1000)
        return self.now

    def monotonic(self) -> int:
        return int(self.now)


class DiskError(OSError):
    """What a failing disk raises."""


class FaultyFiles(Files):
    """Files whose named operation fails from its n-th call on, for `times` calls."""

    def __init__(self) -> None:
        self.fail: dict[str, tuple[int, int, int]] = {}
        self.calls: dict[str, int] = {}
        self.short_writes = False

    def break_(self, name: str, *, after: int = 0, times: int = 1, error: int = 5) -> None:
        self.calls[name] = 0
        self.fail[name] = (after, times, error)

    def mend(self) -> None:
        self.fail.clear()

    def call(self, name: str, act: Any, /, *args: Any, **kwargs: Any) -> Any:
        seen = self.calls.get(name, 0)
        self.calls[name] = seen + 1
        if name in self.fail:
            after, times, error = self.fail[name]
            if after <= seen < after + times:
                if name == "write" and len(args) == 2 and self.short_writes:
                    act(args[0], args[1][: len(args[1]) // 2])
                raise DiskError(error, os.strerror(error))
        return super().call(name, act, *args, **kwargs)


class Person:
    """Somebody with a key."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signer = FileSigner(Ed25519PrivateKey.generate())

    @property
    def public(self) -> str:
        return base64.b64encode(self.signer.public_key).decode()


ROLES = {
    "release": ("carl",),
    "operate": ("anna", "bert", "carl"),
    "refunds-lead": ("anna", "bert"),
}
_LISTS = ("systems", "agents", "servers", "grants", "policies", "controls", "applicability")
_NOTHING: dict[str, Any] = {**{name: [] for name in _LISTS}, "cedarSchemas": {}}
_NOTHING["limits"] = to_json(Limits())


class Story:
    """A home and what happens in it; every method records and waits until it is durable."""

    def __init__(self, path: Path, *, files: Files | None = None) -> None:
        self.path, self.clock, self.ids = path, StepClock(), SystemIds()
        self.anna, self.bert, self.carl = Person("anna"), Person("bert"), Person("carl")
        self.people = {p.name: p for p in (self.anna, self.bert, self.carl)}
        self.plan: str | None = None
        self.plan_roles: dict[str, tuple[str, ...]] = ROLES
        self.log: PosixLog = create_home(
            path,
            name=NAME,
            stage=Stage.PILOT,
            first_release={"carl": (self.carl.public,)},
            clock=self.clock,
            ids=self.ids,
            files=files,
        )

    def reopen(self, files: Files | None = None) -> PosixLog:
        self.log.close()
        self.log = open_home(self.path, clock=self.clock, files=files, publish_seconds=NEVER)
        return self.log

    def say(self, kind: Kind, subject: str, digest: str, predicate: Any, body: Any = None) -> Ref:
        return self.queue(kind, subject, digest, predicate, body).ref

    def queue(
        self, kind: Kind, subject: str, digest: str, predicate: Any, body: Any = None
    ) -> Ticket:
        payload = None if body is None else Payload(body)
        ticket = self.log.append(Record(kind, subject, digest, predicate), payload)
        ticket.wait(30)
        return ticket

    def command(self, person: Person, verb: str, body: Mapping[str, Any]) -> Signature:
        said = Command(
            self.log.origin, person.name, verb, os.urandom(16).hex(), self.clock.wall(), body
        )
        return seal_command(said, person.signer)

    def bundle(self) -> dict[str, Any]:
        """A plan of people, with their keys, and their roles; each another one."""
        people = [{"id": p.name, "name": p.name, "keys": [p.public]} for p in self.people.values()]
        roles = {role: list(holders) for role, holders in self.plan_roles.items()}
        said = {"organisation": os.urandom(4).hex(), "stage": "demonstration", "scope": ""}
        return {"format": 1, **said, **_NOTHING, "people": people, "roles": roles}

    def release(self, by: Person | None = None, bundle: Any = None, **changes: Any) -> Ref:
        by = by or self.carl
        people = {p.name: (p.public,) for p in self.people.values()}
        bundle = self.bundle() if bundle is None else bundle
        plan = sha256_hex(canonical(bundle))
        body = {"plan": plan, "previous": self.plan}
        said: dict[str, Any] = {
            "at": self.clock.wall(),
            "plan": plan,
            "previous": self.plan,
            "released_by": by.name,
            "people": people,
            "roles": self.plan_roles,
            "signature": self.command(by, "release", body),
        }
        record = PlanReleaseRecord(**{**said, **changes})
        self.plan = plan
        return self.say(Kind.PLAN_RELEASE, "plan", plan, record, {"bundle": bundle})

    def decide(
        self, outcome: Outcome = Outcome.ALLOW, **changes: Any
    ) -> tuple[Ref, DecisionRecord, str]:
        digest = changes.pop("digest", None) or hashlib.sha256(os.urandom(8)).hexdigest()
        reason = {
            Outcome.ALLOW: Reason.PERMITTED,
            Outcome.BLOCK: Reason.FORBIDDEN,
            Outcome.ESCALATE: Reason.REVIEW_REQUIRED,
        }[outcome]
        said: dict[str, Any] = {
            "at": self.clock.wall(),
            "action_id": self.ids.action_id(),
            "decision": Decision(outcome, (reason,), ("grant.small",), ("refund-limit",)),
            "agent": "refund-agent",
            "system": "refunds",
            "stage": Stage.PILOT,
            "method": "tools/call",
            "server": "desk",
            "tool": "refund",
            "writes": True,
            "point": Point("mcp-gateway", Boundary.EXCLUSIVE),
            "engine": Engine("cedar", "4.12"),
            "plan": self.plan or "",
            "accountable": Accountable(("anna",), ("bert",), "carl"),
            "duration_micros": 400,
            "pin": PIN,
            "arguments": (Hidden("amount", clear="12.00"),),
        }
        record = DecisionRecord(**{**said, **changes})
        return self.say(Kind.DECISION, "action", digest, record), record, digest

    def effect(self, ref: Ref, decided: DecisionRecord, digest: str, **changes: Any) -> Ref:
        at = self.clock.wall()
        said: dict[str, Any] = {
            "at": at,
            "action_id": decided.action_id,
            "decision": ref,
            "status": Status.SUCCEEDED,
            "started": at,
            "ended": at,
        }
        return self.say(Kind.EFFECT, "action", digest, EffectRecord(**{**said, **changes}))

    def act(self) -> Ref:
        """One allowed action with its effect."""
        ref, decided, digest = self.decide()
        return self.effect(ref, decided, digest)

    def escalate(self, approvals: int = 1, seconds: float = 600) -> tuple[Ref, DecisionRecord, str]:
        asked = Escalation(
            handle="esc_" + os.urandom(8).hex(),
            roles=("refunds-lead",) * approvals,
            approvals=approvals,
            expires=self.clock.wall().plus(seconds),
            shown=SHOWN,
        )
        return self.decide(Outcome.ESCALATE, escalation=asked)

    def binding(self, decided: DecisionRecord, digest: str) -> dict[str, Any]:
        assert decided.escalation is not None
        return {
            "handle": decided.escalation.handle,
            "request": digest,
            "tool": f"{decided.server}/{decided.tool}",
            "pin": decided.pin,
            "agent": decided.agent,
            "plan": decided.plan,
            "shown": decided.escalation.shown,
            "expires": render_instant(decided.escalation.expires),
            "role": "refunds-lead",
            "reason": None,
        }

    def verdict(
        self,
        ref: Ref,
        decided: DecisionRecord,
        digest: str,
        by: Person | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        signed_by: Person | None = None,
        **changes: Any,
    ) -> Ref:
        by = by or self.anna
        bound = {**self.binding(decided, digest), **(body or {})}
        answer = changes.get("answer", Answer.APPROVE)
        said: dict[str, Any] = {
            "at": self.clock.wall(),
            "action_id": decided.action_id,
            "decision": ref,
            "answer": answer,
            "reviewer": by.name,
            "role": "refunds-lead",
            "shown": SHOWN,
            "millis_taken": 4000,
            "signature": self._signed(by, signed_by or by, answer.value, bound),
        }
        record = VerdictRecord(**{**said, **changes})
        return self.say(Kind.VERDICT, "action", digest, record)

    def _signed(self, by: Person, key: Person, verb: str, body: Mapping[str, Any]) -> Signature:
        said = Command(
            self.log.origin, by.name, verb, os.urandom(16).hex(), self.clock.wall(), body
        )
        return seal_command(said, key.signer)

    def approved(
        self, ref: Ref, decided: DecisionRecord, digest: str, verdicts: tuple[Ref, ...]
    ) -> tuple[Ref, DecisionRecord, str]:
        """The second decision, which cites the verdicts."""
        return self.decide(
            digest=digest,
            action_id=decided.action_id,
            escalated_by=ref,
            verdicts=verdicts,
        )

    def stop(self, scope: StopScope | None = None, by: Person | None = None) -> Ref:
        scope, by = scope or StopScope(ScopeKind.ALL), by or self.anna
        body = {"scopeKind": scope.kind.value, "scopeName": scope.name, "why": None}
        said = StopRecord(self.clock.wall(), scope, by.name, "", self.command(by, "stop", body))
        return self.say(Kind.STOP, "scope", sha256_hex(scope.name.encode()), said)

    def resume(self, scope: StopScope | None = None, by: Person | None = None) -> Ref:
        scope, by = scope or StopScope(ScopeKind.ALL), by or self.anna
        body = {"scopeKind": scope.kind.value, "scopeName": scope.name, "why": None}
        said = ResumeRecord(self.clock.wall(), scope, by.name, "", self.command(by, "resume", body))
        return self.say(Kind.RESUME, "scope", sha256_hex(scope.name.encode()), said)

    def token(self, by: Person | None = None, **changes: Any) -> Ref:
        by = by or self.carl
        body = {"agent": "refund-agent", "name": "t1", "digest": "d" * 64}
        said: dict[str, Any] = {
            "at": self.clock.wall(),
            "agent": "refund-agent",
            "name": "t1",
            "digest": "d" * 64,
            "by": by.name,
            "signature": self.command(by, "token", body),
        }
        return self.say(Kind.TOKEN, "agent", "e" * 64, TokenRecord(**{**said, **changes}))

    def void(self, ref: Ref, decided: DecisionRecord, digest: str) -> Ref:
        said = VoidRecord(self.clock.wall(), decided.action_id, ref, Reason.EXPIRED)
        return self.say(Kind.VOID, "action", digest, said)

    def day(self) -> None:
        """A release, plain actions, one that two people approve, a stop and its end."""
        self.release()
        for _ in range(3):
            self.act()
        asked = self.escalate(approvals=2)
        verdicts = (self.verdict(*asked, self.anna), self.verdict(*asked, self.bert))
        self.effect(*self.approved(*asked, verdicts))
        self.stop()
        self.decide(Outcome.BLOCK)
        self.resume()
        self.token()
        self.act()
