"""The gateway's own tool by which an agent lends another what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.decision.delegation import Wanted
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.enforcement.messages.rpc import Id, render_result
from watchkeeper.errors import CommandInvalid
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.lent import DelegationRecord

DELEGATE_TOOL = "watchkeeper_delegate"
_TEXT = {"type": "string", "minLength": 1, "maxLength": 256}
_TEXTS = {"type": "array", "minItems": 1, "maxItems": 64, "items": _TEXT}
DELEGATE_DEFINITION: dict[str, Any] = {
    "name": DELEGATE_TOOL,
    "title": "Lend authority to another agent",
    "description": (
        "Lends another agent what you may do by a grant, or less: only these `actions`, up to "
        "`most` of an argument, only these `resources`, for `seconds`, `count` times. "
        "What you leave out is lent as you hold it. With `end` you take back what you lent."
    ),
    "inputSchema": {
        "type": "object",
        "properties": {
            "grant": _TEXT,
            "to": _TEXT,
            "of": _TEXT,
            "actions": _TEXTS,
            "most": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
            "resources": _TEXTS,
            "seconds": {"type": "integer", "minimum": 1},
            "count": {"type": "integer", "minimum": 1},
            "end": _TEXT,
        },
        "additionalProperties": False,
    },
    "annotations": {"readOnlyHint": False, "idempotentHint": False},
}
_KNOWN = frozenset(DELEGATE_DEFINITION["inputSchema"]["properties"])


def may_lend(enforcer: Enforcer, agent: str) -> bool:
    """Tell whether some grant may be lent by an agent, its own or one that is lent to it."""
    return any(
        grant.delegable is not None and agent in {grant.agent, *grant.delegable.to}
        for grant in enforcer.bundle.grants
    )


def texts_of(said: Any) -> dict[str, Any]:
    """Return what an agent says, once it has the form that the tool's schema gives it.

    Raises:
        CommandInvalid: it has another.
    """
    if not isinstance(said, dict) or not set(said) <= _KNOWN:
        raise CommandInvalid("that is not what this tool takes")
    names = ("end",) if "end" in said else ("grant", "to")
    if not all(isinstance(said.get(name), str) for name in (*names, *(said.keys() & {"of"}))):
        raise CommandInvalid("`grant` and `to` are needed, or `end` alone")
    if "end" in said and len(said) > 1:
        raise CommandInvalid("`end` stands alone")
    return said


def wanted_of(said: Mapping[str, Any], at: Instant) -> Wanted:
    """Return what an agent wants to lend.

    Raises:
        CommandInvalid: a part of it is not what it should be.
    """
    seconds, count, most = (said.get(name) for name in ("seconds", "count", "most"))
    for number in (seconds, count):
        if number is not None and (type(number) is not int or not 0 < number < 2**31):
            raise CommandInvalid("`seconds` and `count` are whole numbers above 0")
    return Wanted(
        actions=_texts(said, "actions"),
        caps=None if most is None else _caps(most),
        resources=_texts(said, "resources"),
        until=None if seconds is None else at.plus(seconds),
        count=count,
    )


def render_lent(identity: Id, made: DelegationRecord, *, modern: bool) -> bytes:
    """Tell an agent what it has lent."""
    body = {
        "id": made.id,
        "to": made.taker,
        "actions": list(made.actions),
        "most": {cap.argument: cap.most for cap in made.caps},
        "until": render_instant(made.until),
        "count": made.count,
    }
    return _rendered(identity, f"Lent to {made.taker} as {made.id}.", body, modern=modern)


def render_taken_back(identity: Id, id_: str, *, modern: bool) -> bytes:
    """Tell an agent that it has taken something back."""
    return _rendered(identity, f"{id_} has ended.", {"ended": id_}, modern=modern)


def _rendered(identity: Id, text: str, body: dict[str, Any], *, modern: bool) -> bytes:
    result: dict[str, Any] = {
        "content": [{"type": "text", "text": text}],
        "structuredContent": {"watchkeeper": body},
    }
    if modern:
        result["resultType"] = "complete"
    return render_result(identity, result)


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    found = said.get(name)
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise CommandInvalid(f"`{name}` is a list of texts")
    return tuple(found)


def _caps(most: Any) -> dict[str, str]:
    if not isinstance(most, dict) or any(isinstance(one, bool) for one in most.values()):
        raise CommandInvalid("`most` is an object of numbers")
    return {str(name): str(one) for name, one in most.items()}
