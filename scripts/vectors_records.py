"""Records as they stand in a log, put together by hand: what people say to a plan.

A record is an in-toto Statement in a DSSE envelope; in it stands what a person signed, in another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vectors_cases import Case, bad, good
from vectors_notes import ORIGIN, STRANGER, Key, b64

HOME, PERSON = Key("records.example/home"), Key("person.example/ben")
_STATEMENT, _COMMAND = "application/vnd.in-toto+json", "application/vnd.watchkeeper.command+json"
_AT, _PLAN, _BEFORE = "2026-11-23T08:00:00.000000Z", "a" * 64, "b" * 64
_REASON = hashlib.sha256(b"a salted digest").hexdigest()
Change = Callable[[dict[str, Any]], None]


def records() -> Iterator[Case]:
    """Yield plan verdicts."""
    excepting = {"excepts": ["desk:impact", "desk:risk"], "reason": _REASON}
    yield good("approve", **_case(_said("approve")))
    yield good("approve-the-first", **_case(_said("approve", previous=None)))
    yield good("approve-with-exceptions", **_case(_said("approve", **excepting)))
    yield good("refuse", **_case(_said("refuse", reason=_REASON)))
    yield good("withdraw", **_case(_said("withdraw", withdraws={"index": 5, "shard": 0})))
    for name, wrong, change in _CHANGES:
        yield bad(name, wrong, **_case(_said("approve"), change))
    yield from _signed_otherwise()


def _signed_otherwise() -> Iterator[Case]:
    other = _said("approve")
    other["signature"] = _signature({**_said("approve"), "plan": "c" * 64})
    yield bad("command-of-another-plan", "the person signed another plan", **_case(other))
    stranger = _said("approve")
    stranger["signature"] = _signature(stranger, by=STRANGER)
    yield bad("command-by-a-stranger", "another key than the person's", **_case(stranger))
    claimed = _said("approve")
    claimed["signature"] = {**_signature(claimed, by=STRANGER), "keyid": _keyid(PERSON)}
    yield bad("command-by-another-key", "it does not verify under the key named", **_case(claimed))
    flipped = _case(_said("approve"))
    flipped["envelope"] = b64(_envelope(_statement(_said("approve")), by=STRANGER, named=HOME))
    yield bad("signature-of-another", "not the home's signature", **flipped)
    spaced = _case(_said("approve"))
    loose = json.dumps(_statement(_said("approve")), sort_keys=True).encode()
    spaced["envelope"] = b64(_seal(loose))
    yield bad("not-canonical", "spaces between its members", **spaced)


def _change(key: str, value: Any) -> Change:
    return lambda statement: statement["predicate"].update({key: value})


def _gone(key: str) -> Change:
    return lambda statement: statement["predicate"].pop(key)


_CHANGES: tuple[tuple[str, str, Change], ...] = (
    ("no-plan", "a member is missing", _gone("plan")),
    ("no-previous", "what it would follow is not said, null neither", _gone("previous")),
    ("unknown-member", "a member that nobody knows", _change("weight", 2)),
    ("unknown-answer", "no answer that there is", _change("answer", "abstain")),
    ("excepts-a-number", "a number among texts", _change("excepts", [5])),
    ("excepts-as-text", "a text where a list belongs", _change("excepts", "desk:impact")),
    ("at-in-seconds", "a time is text", _change("at", 1_795_000_000)),
    ("at-without-microseconds", "a time of another form", _change("at", "2026-11-23T08:00:00Z")),
    ("withdraws-a-number", "a place has a shard and an index", _change("withdraws", 5)),
    (
        "another-subject",
        "its subject is not its plan",
        lambda statement: statement["subject"][0]["digest"].update(sha256="c" * 64),
    ),
    (
        "another-version",
        "a kind of record that nobody knows",
        lambda s: s.update(predicateType="urn:x-watchkeeper:plan-verdict:v2"),
    ),
)


def _said(answer: str, **more: Any) -> dict[str, Any]:
    said = {"at": _AT, "plan": _PLAN, "previous": _BEFORE, "answer": answer, "by": "ben"}
    said |= {"role": "lead", **more}
    return {**said, "signature": _signature(said)}


def _signature(said: Mapping[str, Any], by: Key = PERSON) -> dict[str, str]:
    body = {"plan": said["plan"], "reason": said.get("reason")}
    if said["answer"] == "withdraw":
        body["verdict"] = said["withdraws"]
    else:
        body |= {"previous": said["previous"], "role": said["role"]}
        body["excepts"] = said.get("excepts", [])
    command = {"origin": ORIGIN, "person": said["by"], "verb": f"{said['answer']}-plan"}
    payload = _canonical({**command, "nonce": "0" * 32, "at": _AT, "body": body})
    signed = by.sign(_encoded(_COMMAND, payload))
    return {"payload": b64(payload), "keyid": _keyid(by), "sig": b64(signed)}


def _case(said: dict[str, Any], change: Change = lambda _: None) -> Case:
    statement = _statement(said)
    change(statement)
    return {
        "kind": "plan-verdict",
        "key": b64(HOME.blob[1:]),
        "person": b64(PERSON.blob[1:]),
        "envelope": b64(_envelope(statement)),
    }


def _statement(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "plan", "digest": {"sha256": said["plan"]}}],
        "predicateType": "urn:x-watchkeeper:plan-verdict:v1",
        "predicate": dict(said),
    }


def _envelope(statement: dict[str, Any], by: Key = HOME, named: Key = HOME) -> bytes:
    return _seal(_canonical(statement), by, named)


def _seal(statement: bytes, by: Key = HOME, named: Key = HOME) -> bytes:
    signed = by.sign(_encoded(_STATEMENT, statement))
    signatures = [{"keyid": _keyid(named), "sig": b64(signed)}]
    payload = {"payload": b64(statement), "payloadType": _STATEMENT, "signatures": signatures}
    return _canonical(payload)


def _encoded(kind: str, payload: bytes) -> bytes:
    """Return what is signed (DSSE v1, pre-authentication encoding)."""
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)


def _canonical(value: Any) -> bytes:
    """Return the one form of a value of ASCII keys, text, integers and nulls (RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _keyid(key: Key) -> str:
    return hashlib.sha256(key.blob[1:]).hexdigest()
