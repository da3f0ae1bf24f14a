"""The bank with people who are kept apart, asked for reasons, and shown lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tests.worlds.bank import Bank, bank_bundle, escalated, pay, reason_of
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.inbox import Inbox, Opened, list_body, verdict_body
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record

REVIEW = "grant.pays.review"


def bundle_with(review: str = REVIEW, bundle: Bundle | None = None, **changes: Any) -> Bundle:
    """The bank's plan with one review changed."""
    before = bundle or bank_bundle()
    policies = tuple(replace(p, **changes) if p.id == review else p for p in before.policies)
    return replace(before, policies=policies)


def durable(bank: Bank, **changes: Any) -> str:
    """The agent asks for something that waits; its record is on the disk."""
    asked = escalated(bank.ask(pay(changes.pop("amount", 300), **changes)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    return asked.handle


def opened(bank: Bank, handle: str, person: str = "ben") -> Opened:
    found = Inbox(bank.home).open(handle, person)
    assert found is not None
    return found


def approve_seen(
    bank: Bank, handle: str, person: str = "ben", seen: Opened | None = None, **beside: Any
) -> Any:
    """Approve what was opened: view and receipt go along."""
    seen = seen or opened(bank, handle, person)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    body = verdict_body(pending, "lead", view=seen.view_digest)
    return bank.tell(
        person, "approve", {"view": seen.view, "receipt": seen.receipt, **beside}, **body
    )


def listed(bank: Bank, handles: Iterable[str], **changes: Any) -> dict[str, Any]:
    """The body of a list over these actions."""
    found = [bank.home.state.pending.by_handle(handle) for handle in handles]
    return {**list_body([p for p in found if p is not None], "lead"), **changes}


def ask_back(
    bank: Bank, handle: str, person: str = "ben", text: str = "why?", **changes: Any
) -> Any:
    """Ask the agent something about its action."""
    digest, beside = reason_of(text, "text")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    body = {"handle": handle, "request": pending.digest, "role": "lead", "text": digest}
    return bank.tell(person, "ask", beside, **{**body, **changes})


def said(bank: Bank, record: Any, digest: str) -> Ref:
    """Put a record into the log that nobody checked, as a home that lies would."""
    ticket = bank.home.append(Record(record_kind(record), "action", digest, record))
    ticket.wait(10)
    return ticket.ref


def record_kind(record: Any) -> Any:
    from watchkeeper.records.kinds import PREDICATES

    return next(kind for kind, made in PREDICATES.items() if made is type(record))


def verdicts(bank: Bank) -> list[tuple[Ref, VerdictRecord, Mapping[str, Any]]]:
    """Every verdict that was recorded, with what is kept beside it."""
    return [
        (entry.ref, entry.record.predicate, entry.payload.body if entry.payload else {})
        for entry in bank.entries()
        if isinstance(entry.record.predicate, VerdictRecord)
    ]


def salted(text: str) -> tuple[str, str]:
    salt = hashlib.sha256(text.encode()).digest()[:16]
    return hidden_digest(salt, text), salt.hex()
