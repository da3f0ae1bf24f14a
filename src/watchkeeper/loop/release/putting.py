"""Putting a plan into force (design, 4: `plan release`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.state.authority import Authority
from watchkeeper.errors import CommandInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.plan_bundle import REGISTER, bundle_digest, parse_bundle
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.release.approvals import Passed, Put, check_can_be_met, passed_by, touched
from watchkeeper.loop.release.authors import author_of, authors_of
from watchkeeper.plan.diff.changes import PlanDiff
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.records.action import Reason
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import Json, to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Command, Passkey, Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.numbers import odd_numbers
from watchkeeper.records.statement import Entry, Payload, Record

_WAIT_SECONDS = 30.0
_MAX_NAMED = 200


@dataclass(frozen=True, slots=True)
class _New:
    """A plan to be released, what it changes, and who changed the reviews that ask for that.

    `passed` is by whose answers it may be released, `beside` what stands beside its record.
    """

    bundle: Bundle
    diff: PlanDiff
    authors: Mapping[str, str]
    passed: Passed
    beside: Mapping[str, Json]


def release_plan(
    kernel: Kernel,
    command: Command,
    signature: Signature,
    beside: Mapping[str, Any],
    why: tuple[str, Payload] | None = None,
) -> dict[str, Any]:
    """Freeze a plan into the log and put it into force from its record's index on.

    The caller has checked the signature and that the person holds `release` in the plan before.
    `why` is the digest of the reason of an emergency, and apart its text: then nobody else has to
    have approved the plan.

    Raises:
        CommandInvalid: the plan is not the one that was signed, or another came in between.
        NotApproved: the rule of the plan in force is not met.
        AssessmentStale: authority widens while an assessment is stale, and nobody excepted that.
        EngineFailed: the plan does not load; nothing was recorded.
    """
    home = kernel.home
    bundle = _signed_bundle(command, beside)
    if command.body.get("previous") != home.state.plan:
        raise CommandInvalid("another plan was released in between", "look at it and try again")
    digest = str(command.body["plan"])
    if not home.reaches_back(bundle):
        raise CommandInvalid(
            "the plan's budgets look further back than the shards of the log that are here",
            "put the older shard back, or narrow the windows",
        )
    _check_keys(home.state.authority, bundle)
    check_can_be_met(bundle)
    register = _named_register(bundle, beside)
    # Loads before it is recorded: a plan that can not decide must not come into force.
    Enforcer(bundle, digest, command.person)
    old = home.enforcer.bundle if home.has_plan else None
    diff = diff_bundles(old, bundle)
    author = author_of(command, bundle)
    passed = passed_by(kernel.home, Put(command, author, old, bundle, diff), why and why[0])
    authors = authors_of(old, home.state.authority.written_by, bundle, author)
    reason = {} if why is None else why[1].body
    new = _New(bundle, diff, authors, passed, {**register, **reason})
    entry = _append(kernel, (command, signature), new)
    home.adopt(entry)
    for pending in home.state.pending.waiting():
        kernel.void(pending, Reason.VOIDED).wait(_WAIT_SECONDS)
    return {
        "plan": digest,
        "index": entry.ref.index,
        "weakenings": list(diff.weakenings),
        "strengthenings": list(diff.strengthenings),
        "touches": to_json(diff.touches),
        "approvals": [to_json(ref) for ref in passed.approvals],
        "exceptions": [to_json(ref) for ref in passed.exceptions],
        "reviewBy": passed.emergency and render_instant(passed.emergency.review_by),
    }


def _check_keys(before: Authority, bundle: Bundle) -> None:
    """Refuse a plan by which two people could sign with one key, registered passkeys with it.

    Two approvals could come from one person.
    """
    people, passkeys = people_of(bundle)
    console = bundle.console.url if bundle.console else None
    after = Authority(people, bundle.roles, passkeys, console, revoked=before.revoked)
    kept = {person: held for person, held in before.registered.items() if after.knows(person)}
    shared = replace(after, registered=kept).shared_key()
    if shared is not None:
        first, second = shared
        raise CommandInvalid(
            f"by this plan {cut(second)} has the same key as {cut(first)}",
            "one key is one person, or two approvals could come from one",
        )


def people_of(
    bundle: Bundle,
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Passkey, ...]]]:
    """Return the keys and the passkeys of those people of a plan who have any."""
    return (
        {person.id: person.keys for person in bundle.people if person.keys},
        {person.id: person.passkeys for person in bundle.people if person.passkeys},
    )


def _append(kernel: Kernel, asked: tuple[Command, Signature], new: _New) -> Entry:
    home, (command, signature), bundle, diff = kernel.home, asked, new.bundle, new.diff
    people, passkeys = people_of(bundle)
    record = PlanReleaseRecord(
        at=new.passed.at,
        plan=str(command.body["plan"]),
        previous=home.state.plan,
        released_by=command.person,
        people=people,
        roles=bundle.roles,
        signature=signature,
        weakenings=_first(diff.weakenings),
        strengthenings=_first(diff.strengthenings),
        passkeys=passkeys,
        console=bundle.console.url if bundle.console else None,
        written_by=new.authors,
        applications=bundle.applications,
        deputies=bundle.deputies,
        rule=bundle.releases,
        approvals=new.passed.approvals,
        exceptions=new.passed.exceptions,
        emergency=new.passed.emergency,
        touches=touched(diff),
    )
    said = Record(Kind.PLAN_RELEASE, "plan", record.plan, record)
    payload = Payload({"bundle": to_json(bundle), **new.beside})
    ticket = home.append(said, payload)
    ticket.wait(_WAIT_SECONDS)
    return Entry(ticket.ref, said, payload)


def _first(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """A record is at most 65,535 bytes: name the first ones, and say how many more there are."""
    if len(sentences) <= _MAX_NAMED:
        return tuple(sentence[:200] for sentence in sentences)
    more = len(sentences) - _MAX_NAMED
    return (*(s[:200] for s in sentences[:_MAX_NAMED]), f"and {more} more")


def _signed_bundle(command: Command, beside: Mapping[str, Any]) -> Bundle:
    try:
        raw = canonical_arguments(beside.get("bundle"))
        if bundle_digest(raw) != command.body.get("plan"):
            raise CommandInvalid("the plan is not the one that was signed")
        bundle = parse_bundle(raw)
    except RecordInvalid as error:
        raise CommandInvalid(f"not a plan: {error.message}") from None
    odd = next(odd_numbers(bundle), None)
    if odd is not None:
        raise CommandInvalid(f"not a plan: it has {cut(odd)} where a number must stand")
    return bundle


def _named_register(bundle: Bundle, beside: Mapping[str, Any]) -> dict[str, Json]:
    """Return the register that the plan names, as the payload holds it; nothing without one."""
    if bundle.management is None:
        return {}
    register = beside.get(REGISTER)
    try:
        digest = sha256_hex(canonical_arguments(register))
    except RecordInvalid as error:
        raise CommandInvalid(f"not a register: {error.message}") from None
    if register is None or digest != bundle.management.register:
        raise CommandInvalid("the register beside the plan is not the one that the plan names")
    return {REGISTER: register}
