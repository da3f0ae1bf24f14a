"""Which values a record hides, and which salt and value of its payload belong to each.

A record holds HMAC-SHA-256 digests; the payload beside it holds the salts, under names of their
own (`arg.order_id`, `fact.order.total`, `trace.call`, `resource`, `onBehalfOf`, `result`,
`reason`, `text`, `content`), and the values. A value with its salt can be checked by whoever has
the record alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest, sha256_hex
from watchkeeper.records.action import DecisionRecord, EffectRecord, Hidden, Reason
from watchkeeper.records.administration import ResumeRecord, StopRecord, TokenRecord
from watchkeeper.records.drill import DrillRevealedRecord
from watchkeeper.records.lent import (
    DelegationEndedRecord,
    DelegationRecord,
    MandateEndedRecord,
    MandateRecord,
)
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan_verdict import PlanVerdictRecord
from watchkeeper.records.standing import AbsenceEndedRecord, StandingEndedRecord
from watchkeeper.records.statement import Record

_INPUT = ("inputResponses", "requestState")
"""What a call may answer beside its arguments: part of the canonical request."""
_TEXTS: dict[type, tuple[str, str]] = {
    VerdictRecord: ("reason", "reason"),
    StopRecord: ("why", "reason"),
    ResumeRecord: ("why", "reason"),
    MandateEndedRecord: ("why", "reason"),
    DelegationEndedRecord: ("why", "reason"),
    QuestionRecord: ("text", "text"),
    AnswerRecord: ("text", "text"),
    DrillRevealedRecord: ("wrong", "wrong"),
    StandingEndedRecord: ("why", "reason"),
    AbsenceEndedRecord: ("why", "reason"),
    PlanVerdictRecord: ("reason", "reason"),
}
"""The kinds of predicate that hold the digest of a text: in which field, and its payload's name."""


@dataclass(frozen=True, slots=True)
class Held:
    """A hidden value that a payload holds: its digest in the record, its salt, what it may be.

    `name` is what the payload calls the salt. There is more than one candidate only where the
    payload does not say which of its values it is.
    """

    name: str
    digest: str
    salt: bytes
    candidates: tuple[Any, ...]

    def value(self) -> tuple[Any] | None:
        """Return the candidate that has the digest, as a tuple of one, or None if none has."""
        for candidate in self.candidates:
            if matches(self.digest, self.salt, candidate):
                return (candidate,)
        return None


def matches(digest: str, salt: bytes, value: Any) -> bool:
    """Tell whether a value has a digest under a salt; False for what has no canonical form."""
    try:
        return hmac.compare_digest(hidden_digest(salt, value), digest)
    except (RecordInvalid, TypeError):
        return False


def digests_of(said: Any) -> dict[str, str]:
    """Return the digests that a predicate holds, by the name that a payload gives their salts."""
    found = {name: hidden.digest for name, hidden in _hidden(said) if hidden.digest is not None}
    field, name = _TEXTS.get(type(said), ("", ""))
    text = getattr(said, field) if field else None
    return {**found, name: text} if text else found


def held_values(said: Any, body: Mapping[str, Any]) -> Iterator[Held]:
    """Yield each hidden value of a predicate that its payload holds with a salt.

    Raises:
        RecordInvalid: not the payload of such a record.
    """
    try:
        salts = {name: bytes.fromhex(salt) for name, salt in body.get("salts", {}).items()}
        values = _values(said, body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordInvalid(f"not the payload of this record: {cut(repr(error))}") from None
    for name, digest in digests_of(said).items():
        if name in salts and name in values:
            yield Held(name, digest, salts[name], values[name])


def unsalted(said: Any, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of values that a payload holds without the salt that would let them be held.

    Whoever changed a value could take its salt away with it. The arguments of a decision are held
    by the digest of the whole request as well (`request_digest`), and are left out here.
    """
    salts, values = body.get("salts") or {}, _values(said, body)
    return tuple(
        name
        for name in digests_of(said)
        if name in values and name not in salts and not name.startswith("arg.")
    )


def request_digest(body: Any) -> str | None:
    """Return the digest of the canonical request in a payload, or None if there is none.

    It is SHA-256 over RFC 8785 of what was asked, by whom, with the nonce (decision semantics, 1).
    """
    if not isinstance(body, dict) or not isinstance(body.get("trace"), dict):
        return None
    names = ("actionId", "agent", "arguments", "method", "nonce", "onBehalfOf", "raw")
    said = {name: body.get(name) for name in (*names, "server", "tool")}
    answers = {name: body["trace"][name] for name in _INPUT if name in body["trace"]}
    # Only where there is one, so that the form stays that of evidence format 1.
    task = {"mandate": body["mandate"]} if body.get("mandate") is not None else {}
    return sha256_hex(canonical_arguments(said | answers | task))


def request_problem(record: Record, body: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the request in a decision's payload, or None.

    Of a call that was no request, a payload does not keep all that was sent.
    """
    said = record.predicate
    if not isinstance(said, DecisionRecord) or Reason.INVALID_REQUEST in said.decision.reasons:
        return None
    same = request_digest(body.get("request")) == record.digest
    return None if same else "another request than recorded"


def _hidden(said: Any) -> Iterator[tuple[str, Hidden]]:
    if isinstance(said, EffectRecord):
        if said.result is not None:
            yield "result", said.result
    elif isinstance(said, TokenRecord):
        if said.on_behalf_of is not None:
            yield "onBehalfOf", said.on_behalf_of
    elif isinstance(said, DelegationRecord):
        yield from ((hidden.name, hidden) for hidden in said.resources)
        if said.on_behalf_of is not None:
            yield "onBehalfOf", said.on_behalf_of
    elif isinstance(said, MandateRecord):
        yield "content", said.content
    elif isinstance(said, DecisionRecord):
        yield from _hidden_of_decision(said)


def _hidden_of_decision(said: DecisionRecord) -> Iterator[tuple[str, Hidden]]:
    yield from ((f"arg.{hidden.name}", hidden) for hidden in said.arguments)
    if said.on_behalf_of is not None:
        yield "onBehalfOf", said.on_behalf_of
    if said.resource is not None:
        yield "resource", said.resource
    yield from ((f"trace.{hidden.name}", hidden) for hidden in said.trace)
    yield from ((f"fact.{fact.value.name}", fact.value) for fact in said.facts)


def _values(said: Any, body: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return what each name may stand for in a payload."""
    if isinstance(said, DecisionRecord):
        return _values_of_decision(said, body)
    if isinstance(said, EffectRecord):
        found = tuple(body[key] for key in ("result", "settledFrom") if key in body)
        return {"result": found} if found else {}
    named = ("reason", "text", "wrong", "content", "onBehalfOf")
    lent = {f"resource.{n}": (one,) for n, one in enumerate(body.get("resources", ()))}
    return {**lent, **{name: (body[name],) for name in named if name in body}}


def _values_of_decision(
    said: DecisionRecord, body: Mapping[str, Any]
) -> dict[str, tuple[Any, ...]]:
    request = body["request"]
    arguments = request.get("arguments") or {}
    found: dict[str, tuple[Any, ...]] = {
        f"arg.{name}": (value,) for name, value in arguments.items()
    }
    found |= {f"trace.{name}": (value,) for name, value in request["trace"].items()}
    found |= {f"trace.{hidden.name}": (None,) for hidden in said.trace} | found
    found["onBehalfOf"] = (request["onBehalfOf"],)
    # The payload does not say which argument names the resource: it is one of them.
    found["resource"] = tuple(arguments.values())
    read = {name: (value,) for name, value in _facts(body)}
    return found | {f"fact.{used.value.name}": (None,) for used in said.facts} | read


def _facts(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for source in body.get("facts", {}).get("read", ()):
        for name, value in source["values"].items():
            yield f"fact.{source['source']}.{name}", value
