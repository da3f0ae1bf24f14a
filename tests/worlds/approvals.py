"""The bank under a plan that asks for approvals: plans that follow, answers to them, releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.worlds.bank import REGISTERS, Bank, bank_bundle, bank_file, bundle_of, reason_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.people import Passholder
from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.release import people_of
from watchkeeper.plan.diff import diff_bundles
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Management, Topic, Watched
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule
from watchkeeper.records.plan_verdict import Emergency, PlanVerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

RULE = ReleaseRule(
    approvals=(NeededApproval("lead"),),
    exceptions="lead",
    emergency_role="operate",
    review_within_seconds=3600,
    separate=("author", "releaser"),
)
REGISTER = sha256_hex(canonical_arguments({}))
REGISTERS[REGISTER] = {}
STALE = Watched(Topic.IMPACT, "desk", ("desk",), None, ("new-tool",))


def managed(*watched: Watched) -> Management:
    """The state of a management system, as a plan has it."""
    return Management(REGISTER, watched)


def ruled(rule: ReleaseRule | None = RULE, **changes: Any) -> Bundle:
    """The bank's plan, with what its next release takes."""
    return replace(bank_bundle(), releases=rule, **changes)


@lru_cache(maxsize=1)
def _wider() -> Bundle:
    text = bank_file("authority/payer.yaml").replace("alone: 200.00", "alone: 500.00")
    assert "alone: 500.00" in text
    return bundle_of({"authority/payer.yaml": text})


def wider(rule: ReleaseRule | None = RULE, **changes: Any) -> Bundle:
    """The same, but for a limit that lets more through."""
    return replace(_wider(), releases=rule, **changes)


def renamed(plan: Bundle, name: str = "Other") -> Bundle:
    """The same plan by another organisation: another digest, and nothing that is weaker."""
    return replace(plan, organisation=name)


def digest_of(plan: Bundle) -> str:
    return bundle_digest(bundle_bytes(plan))


def answer(
    bank: Bank,
    person: str,
    plan: Bundle,
    /,
    role: str = "lead",
    verb: str = "approve-plan",
    why: str = "",
    **changes: Any,
) -> Any:
    """Have a person answer to a plan, as `plan approve` does."""
    digest, beside = reason_of(why) if why else (None, {})
    body: dict[str, Any] = {
        "plan": digest_of(plan),
        "previous": bank.home.state.plan,
        "role": role,
        "excepts": [],
        "reason": digest,
    }
    return bank.tell(person, verb, beside, **{**body, **changes})


def given(bank: Bank) -> list[Ref]:
    """The places of the answers that count."""
    return [one.ref for one in bank.home.state.part(PlanVerdicts).given]


def withdraw(bank: Bank, person: str, ref: Ref | None = None) -> Any:
    """Have a person take their answer back."""
    for one in bank.home.state.part(PlanVerdicts).given:
        if (one.ref == ref) if ref else (one.by == person):
            place = {"shard": one.ref.shard, "index": one.ref.index}
            return bank.tell(person, "withdraw-plan", plan=one.plan, verdict=place, reason=None)
    raise AssertionError("there is no such answer")


def release(
    bank: Bank,
    plan: Bundle,
    person: str = "ana",
    why: str = "",
    beside: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Any:
    """Have a plan released, in an emergency where there is a reason."""
    body: dict[str, Any] = {"plan": digest_of(plan), "previous": bank.home.state.plan}
    sent: dict[str, Any] = {"bundle": to_json(plan)}
    if plan.management is not None:
        sent["register"] = REGISTERS[plan.management.register]
    if why:
        digest, apart = reason_of(why)
        body["emergency"], sent = {"reason": digest}, {**sent, **apart}
    return bank.tell(person, "release", {**sent, **(beside or {})}, **{**body, **changes})


def forged(
    bank: DiskBank,
    plan: Bundle,
    urgent: str = "",
    within: int = 3600,
    *,
    hide: bool = False,
    body: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Ref:
    """Have the home's own keys record a release that the home would have refused."""
    old, at = bank.home.enforcer.bundle, bank.home.now()
    said: dict[str, Any] = {"plan": digest_of(plan), "previous": bank.home.state.plan}
    if urgent:
        digest, _ = reason_of(urgent)
        said["emergency"] = {"reason": digest}
        if not hide:
            changes = {"emergency": Emergency(at.plus(within), digest), **changes}
    people, passkeys = people_of(plan)
    record = PlanReleaseRecord(
        at=at,
        plan=said["plan"],
        previous=said["previous"],
        released_by="ana",
        people=people,
        roles=plan.roles,
        signature=bank.sign("ana", "release", {**said, **(body or {})}),
        weakenings=diff_bundles(old, plan).weakenings,
        passkeys=passkeys,
        rule=plan.releases,
    )
    entry = Record(Kind.PLAN_RELEASE, "plan", record.plan, replace(record, **changes))
    ticket = bank.log.append(entry, Payload({"bundle": to_json(plan)}))
    ticket.wait(30)
    return ticket.ref


def lied(bank: DiskBank, person: str, plan: Bundle, key: str = "", **changes: Any) -> Ref:
    """Have the home's own keys record an answer that the home would have refused."""
    record = PlanVerdictRecord(
        at=bank.home.now(),
        plan=digest_of(plan),
        previous=bank.home.state.plan,
        answer=Answer.APPROVE,
        by=person,
        role="lead",
        signature=bank.sign(person, "approve-plan", {}),
    )
    record = replace(record, **changes)
    body = {
        "plan": record.plan,
        "previous": record.previous,
        "role": record.role,
        "excepts": list(record.excepts),
        "reason": record.reason,
    }
    record = replace(record, signature=bank.sign(person, "approve-plan", body, key))
    ticket = bank.log.append(Record(Kind.PLAN_VERDICT, "plan", record.plan, record))
    ticket.wait(30)
    return ticket.ref


def with_passkeys(plan: Bundle) -> Bundle:
    """The same plan, in which ben has a passkey too."""
    holder = Passholder("ben")
    people = tuple(
        replace(one, passkeys=(holder.passkey,)) if one.id == "ben" else one for one in plan.people
    )
    return replace(plan, people=people)


def passkey_of(person: str, bank: Bank, verb: str, body: Mapping[str, Any]) -> Signature:
    """A command signed by a passkey."""
    return Passholder(person).command(bank.log.origin, verb, body, at=bank.clock.wall())


def changes_step(bank: DiskBank) -> list[str]:
    """What `log verify` finds in its step on approvals of plans; nothing where all is well."""
    found = bank.verify()
    return [one.message for one in found.findings if one.step == 27]


def on_disk(path: Path, plan: Bundle | None = None) -> DiskBank:
    return DiskBank(path / "home", plan or ruled())
