"""Whoever has the published log alone tries every likely value against every digest in it (I8)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import allowed, bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import Status

PERSON, PLACE, NOTE, KEY = "maria.keller", "ORDER-4711", "knee", "key-of-maria"
LIMIT, RESULT, WHY = "812.00", "receipt 12", "request 17"
DICTIONARY = (
    *(PERSON, PLACE, NOTE, KEY, LIMIT, RESULT, WHY, "late", "why", "k", "yes", "no", "reviewed"),
    *({"text": RESULT}, {"limit": LIMIT}, {"account": {"limit": LIMIT}}),
)
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{32,128}(?![0-9a-f])")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def story(bank: DiskBank) -> None:
    """Everything that a log holds: an action that is done, one reviewed, refusals, a stop."""
    call = pay(10, to=PLACE, note=NOTE, key=KEY, on_behalf_of=PERSON)
    done = allowed(bank.ask(replace(call, trace={"conversation": PERSON}), limit=LIMIT))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": RESULT}).wait(10)
    asked = escalated(bank.ask(pay(400, to=PLACE, note=NOTE, on_behalf_of=PERSON), limit=LIMIT))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    salt = bytes(range(16))
    digest = hidden_digest(salt, WHY)
    reason = {"reason": WHY, "salt": salt.hex()}
    body = {**bank.verdict_body(asked.handle), "reason": digest}
    bank.tell("ben", "approve", reason, **body)
    released = allowed(bank.come_back(asked.handle, limit=LIMIT))
    bank.kernel.finish(released, Status.SUCCEEDED, released.at, {"text": RESULT}).wait(10)
    bank.ask(pay(9000, to=PLACE, note=NOTE, on_behalf_of=PERSON), limit=LIMIT)
    refused = bank.ask(replace(pay(), arguments={"to": PLACE, "wrong": NOTE}))
    assert isinstance(refused, Refused)
    assert refused.ticket is not None
    refused.ticket.wait(10)
    bank.tell("ben", "stop", reason, scopeKind="tool", scopeName="bank/pay", reason=digest)
    bank.tell("ana", "resume", reason, scopeKind="tool", scopeName="bank/pay", reason=digest)
    bank.clock.advance(7200)
    bank.erase(subject=PERSON, why=WHY)


def published(bank: DiskBank) -> list[str]:
    """The statements of every published record."""
    bank.log.publish_now()
    return [
        base64.b64decode(json.loads(bank.log.envelope(index))["payload"]).decode()
        for index in range(bank.log.durable_size)
    ]


def shown(text: str) -> set[str]:
    """Everything in a statement that may be a digest, in hex; what is in base64 is opened."""
    found = set(_HEX.findall(text))
    for encoded in _BASE64.findall(text):
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
        found.add(raw.hex())
        found |= set(_HEX.findall(raw.decode(errors="replace")))
    return found


def guessed(value: Any, known: list[bytes]) -> Iterator[str]:
    """What a value's digest may look like to somebody who knows all of the record but secrets."""
    canonical = canonical_arguments(value)
    forms = {canonical, canonical.strip(b'"'), str(value).encode()}
    for form in forms:
        for algorithm in ("md5", "sha1", "sha256", "sha512"):
            yield hashlib.new(algorithm, form).hexdigest()
        yield form.hex()
        for secret in (b"", bytes(16), bytes(32), *known):
            yield hmac.digest(secret, form, "sha256").hex()
            yield hashlib.sha256(secret + form).hexdigest()


def public_words(statement: str) -> list[bytes]:
    """What stands in a record in clear and could have served as a salt."""
    said = json.loads(statement)
    digest = said["subject"][0]["digest"]["sha256"]
    action = str(said["predicate"].get("actionId", ""))
    return [digest.encode(), bytes.fromhex(digest), bytes.fromhex(digest)[:16], action.encode()]


def requests(said: dict[str, Any]) -> Iterator[Any]:
    """The requests and the views of reviewers that likely values would make, nonce unknown."""
    likely = {"to": PLACE, "amount": 10, "cents": 0, "why": "late", "key": "k", "note": NOTE}
    for amount, behalf, nonce in itertools.product(
        (10, 400, "10", 400.0), (PERSON, None), ("", "0" * 32, said.get("actionId", ""))
    ):
        arguments = {**likely, "amount": amount}
        names = ("actionId", "agent", "method", "server", "tool")
        request = {name: said.get(name) for name in names}
        whole = {**request, "nonce": nonce, "onBehalfOf": behalf, "raw": None}
        yield {**whole, "arguments": arguments}
        yield arguments
        yield [arguments]


def views(said: dict[str, Any], digest: str, sentence: str) -> Iterator[Any]:
    """What a reviewer was shown, as far as likely values make it, with every salt left out."""
    asked = said.get("escalation")
    if asked is None:
        return
    for salt in ({}, {"salt": ""}, {"salt": "0" * 32}):
        yield {
            **salt,
            "handle": asked["handle"],
            "actionId": said["actionId"],
            "request": digest,
            "agent": said["agent"],
            "onBehalfOf": PERSON,
            "system": said["system"],
            "tool": f"{said['server']}/{said['tool']}",
            "pin": said["pin"],
            "arguments": {
                "to": PLACE,
                "amount": 400,
                "cents": 0,
                "why": "late",
                "key": "k",
                "note": NOTE,
            },
            "facts": {"account": {"limit": LIMIT}},
            "reviews": said["decision"]["policies"],
            "controls": said["decision"]["controls"],
            "roles": asked["roles"],
            "plan": said["plan"],
            "expires": asked["expires"],
            "sentence": sentence,
            **from_the_plan(said, asked),
        }


def from_the_plan(said: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """What whoever knows the plan knows of a view; facts are read when it is decided."""
    limit = 'context.args["amount"].greaterThan(decimal("200.00"))'
    who = 'principal == Agent::"payer"'
    what = f'{who},\n  action == Action::"bank/pay",\n  resource'
    text = f"forbid (\n  {what}\n) when {{\n  ({limit})\n}};"
    why = {
        "control": "limits",
        "owner": "ben",
        "policy": "grant.pays.review",
        "risks": [],
        "statement": "Pays within limits.",
        "text": text,
    }
    ends = f"If nobody answers before {asked['expires']}, it is refused and nothing is done."
    return {
        "approvals": 1,
        "factsRead": {"account": said["at"]},
        "filled": f"Pay 400 to {PLACE}",
        "first": ["amount", "to"],
        "reason": None,
        "separate": [],
        "silence": ends,
        "why": [why],
    }


def test_no_likely_value_can_be_confirmed_from_the_published_log(bank: DiskBank) -> None:
    story(bank)
    statements = published(bank)
    kinds = {json.loads(text)["predicateType"].split(":")[2] for text in statements}
    assert {"decision", "effect", "verdict", "stop", "resume", "erasure"} <= kinds
    digests = {digest for text in statements for digest in shown(text)}
    assert len(digests) > 40
    known = [word for text in statements for word in public_words(text)]
    for value in DICTIONARY:
        found = digests.intersection(guessed(value, known))
        assert not found, f"{value} is confirmed by {found}"


def test_no_likely_request_or_view_can_be_confirmed(bank: DiskBank) -> None:
    story(bank)
    statements = published(bank)
    digests = {digest for text in statements for digest in shown(text)}
    for text in statements:
        said = json.loads(text)
        digest = said["subject"][0]["digest"]["sha256"]
        likely = [*requests(said["predicate"]), *views(said["predicate"], digest, "")]
        for value in likely:
            assert not digests.intersection(guessed(value, [])), value


def test_the_view_of_a_reviewer_is_the_same_but_for_its_salt(bank: DiskBank) -> None:
    """The test above is worth something: without the salt it would have found the view."""
    asked = escalated(bank.ask(pay(400, to=PLACE, note=NOTE, on_behalf_of=PERSON), limit=LIMIT))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    entry = bank.entries()[-1]
    assert entry.payload is not None
    body = entry.payload.body["shown"]
    said = json.loads(published(bank)[-1])
    made = list(views(said["predicate"], entry.record.digest, body["sentence"]))
    assert {name: value for name, value in body.items() if name != "salt"} == made[0]
    with_salt = {**made[0], "salt": body["salt"]}
    digest = hashlib.sha256(canonical_arguments(with_salt)).hexdigest()
    assert said["predicate"]["escalation"]["shown"] == digest


def test_nothing_of_it_stands_in_the_published_log_in_clear(bank: DiskBank) -> None:
    story(bank)
    plan = bundle_bytes(bank_bundle()).decode()
    for text in published(bank):
        opened = [
            text,
            *(
                base64.b64decode(b + "==").decode(errors="replace")
                for b in _BASE64.findall(text)
                if len(b) % 4 != 1
            ),
        ]
        for value in (PERSON, PLACE, NOTE, KEY, LIMIT, RESULT, WHY):
            assert value not in plan
            assert not [part for part in opened if value in part], value


def test_keys_of_retries_can_not_be_guessed_from_the_segments_either(bank: DiskBank) -> None:
    """Their digests outlive the payload: without the home's secret they say nothing."""
    story(bank)
    raw = b"".join(path.read_bytes() for path in (bank.path / "segments").glob("*.seg"))
    kept = set(re.findall(rb'"id":"([0-9a-f]{64})"', raw))
    assert kept
    scoped = [["key", "payer", "bank", "pay", key] for key in (KEY, "k")]
    likely = {digest.encode() for value in scoped for digest in guessed(value, [])}
    assert not kept & likely
    with_secret = {
        hmac.digest(bank.log.secret, canonical_arguments(value), "sha256").hex().encode()
        for value in scoped
    }
    assert kept & with_secret
