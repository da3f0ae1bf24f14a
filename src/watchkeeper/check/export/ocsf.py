"""Records as OCSF events: API Activity, class 6003 of schema 1.8.0, profile `security_control`.

https://schema.ocsf.io/1.8.0/classes/api_activity. One event for each record; what has no
attribute there stands in `unmapped`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.check.export.emitter import PRODUCT, Emitter
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status, VoidRecord
from watchkeeper.records.codec import Json, to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.statement import Entry

SCHEMA_VERSION = "1.8.0"
CLASS, CATEGORY = 6003, 6
READ, OTHER = 2, 99
"""Activities: whether a writing tool makes, changes or removes something is not known."""
INFORMATIONAL, LOW, MEDIUM = 1, 2, 3
_ACTIVITY = {READ: "Read", OTHER: "Other"}
_SEVERITY = {INFORMATIONAL: "Informational", LOW: "Low", MEDIUM: "Medium"}
_NOTABLE = frozenset(
    {
        Kind.PLAN_RELEASE,
        Kind.STOP,
        Kind.CLOCK_ACCEPTED,
        Kind.REFUSALS,
        Kind.KEY_ROTATION,
        Kind.ADOPTED,
        Kind.ERASURE,
        Kind.PLAN_VERDICT,
    }
)
_ALLOWED: Json = {
    "action_id": 1,
    "action": "Allowed",
    "disposition_id": 1,
    "disposition": "Allowed",
    "status_id": 1,
    "status": "Success",
}
_BLOCKED: Json = {
    "action_id": 2,
    "action": "Denied",
    "disposition_id": 2,
    "disposition": "Blocked",
    "status_id": 2,
    "status": "Failure",
}
_WAITS: Json = {
    "action_id": 99,
    "action": "Escalated",
    "disposition_id": 99,
    "disposition": "Escalated",
    "status_id": 99,
    "status": "Escalated",
}
_OF_OUTCOME = {Outcome.ALLOW: _ALLOWED, Outcome.BLOCK: _BLOCKED, Outcome.ESCALATE: _WAITS}


def ocsf_event(entry: Entry, emitter: Emitter, decision: Entry | None = None) -> Json:
    """Return a record as an OCSF event; `decision` is the decision that it is about, if any."""
    said = entry.record.predicate
    about = decision.record.predicate if decision is not None else None
    event = _frame(entry, emitter, about)
    if isinstance(said, DecisionRecord):
        event |= _decided(said)
    elif isinstance(said, EffectRecord):
        event |= _ended(said)
    elif isinstance(said, VoidRecord):
        event |= {**_BLOCKED, "status_code": said.why.value}
    else:
        event |= _administered(entry)
    return event


def _frame(entry: Entry, emitter: Emitter, about: DecisionRecord | None) -> dict[str, Any]:
    """Return what every event has."""
    record, said = entry.record, entry.record.predicate
    activity = READ if about is not None and not about.writes else OTHER
    severity = _severity(entry)
    return {
        "category_uid": CATEGORY,
        "category_name": "Application Activity",
        "class_uid": CLASS,
        "class_name": "API Activity",
        "activity_id": activity,
        "activity_name": _ACTIVITY[activity],
        "type_uid": CLASS * 100 + activity,
        "type_name": f"API Activity: {_ACTIVITY[activity]}",
        "time": said.at // 1000,
        "severity_id": severity,
        "severity": _SEVERITY[severity],
        "message": _message(entry, about),
        "metadata": _metadata(entry, emitter),
        "actor": _actor(entry, about),
        "src_endpoint": {"name": _source(said, about)},
        "api": _api(entry, about),
        "unmapped": {
            "log": {
                "origin": emitter.origin_at(entry.ref),
                "shard": entry.ref.shard,
                "index": entry.ref.index,
                "kind": record.kind.value,
                "subject_sha256": record.digest,
            },
            "predicate": to_json(said),
        },
    }


def _metadata(entry: Entry, emitter: Emitter) -> Json:
    said = entry.record.predicate
    found = {
        "version": SCHEMA_VERSION,
        "profiles": ["security_control"],
        "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": emitter.version},
        "uid": f"{emitter.origin_at(entry.ref)}#{entry.ref.index}",
        "log_name": emitter.origin_at(entry.ref),
        "log_provider": PRODUCT,
        "sequence": entry.ref.index,
        "event_code": entry.record.kind.value,
        "original_time": str(said.at),
    }
    action = getattr(said, "action_id", None)
    return found if action is None else {**found, "correlation_uid": action}


def _actor(entry: Entry, about: DecisionRecord | None) -> Json:
    """Say who acted: a person where one signed, else the agent, else this program."""
    said = entry.record.predicate
    person = getattr(said, "reviewer", None) or getattr(said, "released_by", None)
    person = person or getattr(said, "by", None)
    if person is not None:
        return {"user": {"name": person, "uid": person, "type_id": 1, "type": "User"}}
    agent = about.agent if about is not None else getattr(said, "agent", "")
    return {"app_name": agent or PRODUCT, "app_uid": agent or PRODUCT}


def _source(said: object, about: DecisionRecord | None) -> str:
    agent = about.agent if about is not None else getattr(said, "agent", "")
    return str(agent or PRODUCT)


def _api(entry: Entry, about: DecisionRecord | None) -> Json:
    said, kind = entry.record.predicate, entry.record.kind
    if about is None or kind is Kind.VERDICT:
        operation = said.answer.value if isinstance(said, VerdictRecord) else kind.value
        uid = getattr(said, "action_id", None) or str(entry.ref)
        return {
            "operation": operation,
            "service": {"name": PRODUCT},
            "request": {"uid": uid},
        }
    return {
        "operation": about.tool or about.method,
        "service": {"name": about.server},
        "request": {"uid": about.action_id, "flags": [about.method]},
    }


def _decided(said: DecisionRecord) -> Json:
    part = said.decision
    found: dict[str, Any] = {
        **_OF_OUTCOME[part.outcome],
        "status_code": part.reasons[0].value if part.reasons else "",
        "status_detail": ", ".join(part.reasons),
        "duration": said.duration_micros // 1000,
        "policy": _policy(said),
        "resources": [{"name": f"{said.server}/{said.tool}", "type": "tool"}],
    }
    if part.policies:
        policies = [{"policy": {"name": name}} for name in part.policies]
        found["authorizations"] = [{"decision": part.outcome.value, **one} for one in policies]
    return found


def _policy(said: DecisionRecord) -> Mapping[str, Any]:
    return {"uid": said.plan, "name": said.system or "plan", "type": "plan", "is_applied": True}


def _ended(said: EffectRecord) -> Json:
    succeeded = said.status is Status.SUCCEEDED
    return {
        **_ALLOWED,
        "status_id": 1 if succeeded else 2,
        "status": "Success" if succeeded else "Failure",
        "status_code": said.status.value,
        "start_time": said.started // 1000,
        "end_time": said.ended // 1000,
        "duration": (said.ended - said.started) // 1000,
    }


def _administered(entry: Entry) -> Json:
    return {
        "action_id": 3,
        "action": "Observed",
        "disposition_id": 17,
        "disposition": "Logged",
        "status_id": 1,
        "status": "Success",
        "status_code": entry.record.kind.value,
    }


def _severity(entry: Entry) -> int:
    said, kind = entry.record.predicate, entry.record.kind
    if isinstance(said, DecisionRecord):
        return LOW if said.decision.outcome is Outcome.BLOCK else INFORMATIONAL
    if isinstance(said, EffectRecord):
        return INFORMATIONAL if said.status is Status.SUCCEEDED else LOW
    return MEDIUM if kind in _NOTABLE else INFORMATIONAL


def _message(entry: Entry, about: DecisionRecord | None) -> str:
    said, kind = entry.record.predicate, entry.record.kind
    what = f"{about.server}/{about.tool or about.method} by {about.agent}" if about else ""
    if isinstance(said, DecisionRecord):
        return f"{said.decision.outcome.value} {what}: {', '.join(said.decision.reasons)}"
    if isinstance(said, EffectRecord):
        return f"{said.status.value} {what}".rstrip()
    if isinstance(said, VerdictRecord):
        return f"{said.answer.value} by {said.reviewer}: {what}".rstrip(": ")
    return f"{kind.value} {what}".rstrip()
