"""Checking entries one by one: signature, form, and what later steps need to know of each.

This is what costs, so it runs in several processes, a bundle at a time, and gives back little.
Every record but a decision is parsed in full; of decisions, the longest and most frequent, only
what the later steps look at is taken out and its form checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import EnvelopeInvalid, RecordInvalid
from watchkeeper.ledger.aims import AIMS, MANAGEMENT
from watchkeeper.ledger.canonical import parse_canonical
from watchkeeper.ledger.envelope import check_signature, parse_envelope_unverified
from watchkeeper.ledger.merkle import leaf_hash
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bounds import SHARED
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record, parse_statement

_DECISION = "urn:x-watchkeeper:decision:v1"


@dataclass(frozen=True, slots=True)
class Job:
    """A bundle to check. `first` is the index of its first entry."""

    first: int
    entries: tuple[bytes, ...]
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Decided:
    """What later steps need of a decision. `asked` is its escalation, as JSON.

    `shared` are its charges to shared budgets, as JSON; where there are any, or it cites a standing
    approval, `clear` are the arguments that stand in the log in clear. `grants` are those that were
    satisfied, `mandate` the task that it was decided in, `resource` the digest of what it acts
    on, where it was escalated; `delegations` by which `givers` lent what was used; `aims` is what
    it says of the management system.
    """

    outcome: str
    action: str
    digest: str
    agent: str
    system: str
    tool: str
    pin: str | None
    plan: str
    asked: Mapping[str, Any] | None
    escalated_by: Ref | None
    verdicts: tuple[Ref, ...]
    policies: tuple[str, ...] = ()
    grantors: tuple[str, ...] = ()
    boundary: str = ""
    method: str = ""
    shared: tuple[Mapping[str, Any], ...] = ()
    clear: Mapping[str, Any] = field(default_factory=dict)
    mandate: Ref | None = None
    grants: tuple[str, ...] = ()
    standing: tuple[Ref, ...] = ()
    reviews: tuple[str, ...] = ()
    resource: str | None = None
    delegations: tuple[Ref, ...] = ()
    givers: tuple[str, ...] = ()
    aims: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry that was checked: its time, what it says, and the id of the key that signed it.

    `said` is None if it is malformed.
    """

    index: int
    at: int
    said: Decided | Record | None
    keyid: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle that was checked: the leaf hashes, the facts, and (index, problem) of bad ones.

    `strangers` says that some were signed with a key that was not known when it was checked.
    """

    hashes: bytes
    facts: tuple[Fact, ...]
    problems: tuple[tuple[int, str], ...]
    strangers: bool = False


def check_entries(job: Job) -> Checked:
    """Check every entry of a bundle; never raises for what an entry holds.

    A key that the bundle itself introduces is known from there on. Whether a key counted at an
    index is not looked at here, since what came before the bundle is not known here.
    """
    facts: list[Fact] = []
    problems: list[tuple[int, str]] = []
    # A key's id is sent back as often as there are entries: always the same object, so that it
    # is sent once.
    keys, ids, strangers = dict(job.keys), {keyid: keyid for keyid in job.keys}, False
    for index, entry in enumerate(job.entries, job.first):
        try:
            envelope = parse_envelope_unverified(entry)
            strangers = strangers or envelope.keyid not in keys
            check_signature(envelope, keys)
        except EnvelopeInvalid as error:
            problems.append((index, error.message))
            continue
        try:
            keyid = ids.setdefault(envelope.keyid, envelope.keyid)
            facts.append(_fact(index, envelope.statement, keyid))
        except RecordInvalid as error:
            problems.append((index, f"signed, but no record: {error.message}"))
        else:
            keys.update(_introduced(facts[-1].said))
    hashes = b"".join(leaf_hash(e) for e in job.entries)
    return Checked(hashes, tuple(facts), tuple(problems), strangers)


def _introduced(said: Decided | Record | None) -> dict[str, bytes]:
    """Return the key that a `key-rotation` introduces; whether it may is looked at later."""
    if isinstance(said, Record) and said.kind is Kind.KEY_ROTATION:
        public = decode_base64(said.predicate.new_key)
        if public is not None and len(public) == KEY_BYTES:
            return {keyid_of(public): public}
    return {}


def _fact(index: int, statement: bytes, keyid: str) -> Fact:
    value = parse_canonical(statement)
    if isinstance(value, dict) and value.get("predicateType") == _DECISION:
        said, at = _decided(value)
        return Fact(index, at, said, keyid)
    record = parse_statement(value)
    return Fact(index, record.predicate.at, record, keyid)


def _ref(said: Mapping[str, Any]) -> Ref:
    shard, index = said["shard"], said["index"]
    if type(shard) is not int or type(index) is not int:
        raise RecordInvalid("a decision that does not parse")
    return Ref(shard, index)


def _shared(said: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the charges to shared budgets in a decision's JSON."""
    grants = said.get("grants", ())
    return tuple(one for one in grants if one["satisfied"] and one["grant"].startswith(SHARED))


def _clear(said: Mapping[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["clear"] for one in said.get("arguments", ()) if "clear" in one}


def _aims(said: Mapping[str, Any]) -> str | None:
    """Return what a decision's JSON says of the management system, once; None if nothing."""
    found = [
        fact["value"]["clear"]
        for fact in said.get("facts", ())
        if fact["source"] == MANAGEMENT and fact["value"]["name"] == AIMS
    ]
    if len(found) > 1 or not all(isinstance(text, str) for text in found):
        raise RecordInvalid("a decision that does not parse")
    return found[0] if found else None


def _decided(value: Mapping[str, Any]) -> tuple[Decided, int]:
    try:
        said = value["predicate"]
        before, shared = said.get("escalatedBy"), _shared(said)
        task, lent = said.get("mandate"), tuple(_ref(ref) for ref in said.get("delegations", ()))
        decided = Decided(
            outcome=said["decision"]["outcome"],
            action=said["actionId"],
            digest=value["subject"][0]["digest"]["sha256"],
            agent=said["agent"],
            system=said["system"],
            tool=f"{said['server']}/{said['tool']}",
            pin=said.get("pin"),
            plan=said["plan"],
            asked=said.get("escalation"),
            escalated_by=None if before is None else _ref(before),
            verdicts=tuple(_ref(ref) for ref in said.get("verdicts", ())),
            policies=tuple(said["decision"].get("policies", ())),
            grantors=tuple(said["accountable"].get("grantors", ())),
            boundary=said["point"]["boundary"],
            method=said["method"],
            shared=shared,
            clear=_clear(said) if shared or lent or "standing" in said else {},
            mandate=None if task is None else _ref(task),
            delegations=lent,
            givers=tuple(said["accountable"].get("givers", ())),
            grants=tuple(used["grant"] for used in said.get("grants", ()) if used["satisfied"]),
            standing=tuple(_ref(ref) for ref in said.get("standing", ())),
            reviews=tuple(said.get("reviews", ())),
            resource=said.get("resource", {}).get("digest") if "escalation" in said else None,
            aims=_aims(said),
        )
    except (KeyError, TypeError, IndexError, AttributeError):
        raise RecordInvalid("a decision that does not parse") from None
    texts = (decided.action, decided.agent, decided.system, decided.plan, decided.digest)
    if not all(isinstance(text, str) for text in (decided.outcome, *texts)):
        raise RecordInvalid("a decision that does not parse")
    if decided.outcome not in {"allow", "block", "escalate"}:
        raise RecordInvalid("a decision with another outcome than the three")
    return decided, parse_instant(said.get("at"))
