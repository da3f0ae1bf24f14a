"""What the annotations of a policy say, checked against its kind (decision semantics, 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.models.scalars import (
    check_id,
    decimal_text,
    moment_text,
    parse_ahead,
    parse_duration,
)
from watchkeeper.records.plan.policies import PolicyKind, StandingRule

T = TypeVar("T")
POLICY_ID = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,126}[a-z0-9])?")
_FOR_REVIEWS = ("escalate", "approvals", "expires", "reason", "separate", "standing")
KNOWN = ("id", "control", *_FOR_REVIEWS, "observe")
_AHEAD = re.compile(r"([1-9][0-9]{0,3}|10000) in ([0-9]+[a-z])((?:, *[^\s,]+ +[^\s,]+)*)")
COMPILED = ("grant.", "shared.")
"""How the ids of policies begin that the plan compiles from grants and shared budgets."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of one policy. `observe_until` is an RFC 3339 time.

    `separate` says who may not approve: `author`, and of a grant's review `grantor`. `standing` is
    how far one may approve ahead.
    """

    id: str
    control: str
    escalate_to: tuple[str, ...] = ()
    approvals: int = 1
    expires_seconds: int = 14_400
    observe_until: str | None = None
    separate: tuple[str, ...] = ()
    reason_required: bool = False
    standing: StandingRule | None = None


def read_annotations(raw: Mapping[str, str | None], kind: PolicyKind) -> Annotations:
    """Check the annotations of one policy.

    Raises:
        PlanRefused: naming the first one that is wrong, missing or unknown.
    """
    _check_names(raw, kind)
    return Annotations(
        id=_policy_id(_needed(raw, "id")),
        control=_value("control", check_id, _needed(raw, "control")),
        escalate_to=_roles(_needed(raw, "escalate")) if kind is PolicyKind.REVIEW else (),
        approvals=_value("approvals", _approvals, raw.get("approvals") or "1"),
        expires_seconds=_value("expires", parse_duration, raw.get("expires") or "4h"),
        observe_until=(
            _value("observe", moment_text, _needed(raw, "observe")) if "observe" in raw else None
        ),
        separate=("author",) if _says(raw, "separate", "author") else (),
        reason_required=_says(raw, "reason", "required"),
        standing=_value("standing", _standing, _needed(raw, "standing"))
        if "standing" in raw
        else None,
    )


def _check_names(raw: Mapping[str, str | None], kind: PolicyKind) -> None:
    for name, value in raw.items():
        if name not in KNOWN:
            raise PlanRefused(f"unknown annotation {cut('@' + name)}", nearest(name, KNOWN))
        if not value:
            raise PlanRefused(f"the annotation `@{name}` is empty", f'write `@{name}("...")`')
        if name in _FOR_REVIEWS and kind is PolicyKind.PERMIT:
            raise PlanRefused(
                f"`@{name}` on a permit: a permit can not ask for review",
                "put a `forbid` with it in a file named `*.review.cedar`",
            )
        if name in _FOR_REVIEWS and kind is PolicyKind.FORBID:
            raise PlanRefused(
                f"`@{name}` in a file of hard rules",
                "move the policy to a file named `*.review.cedar`, or take the annotation away",
            )
        if name == "observe" and kind is PolicyKind.PERMIT:
            raise PlanRefused(
                "`@observe` on a permit", "only a `forbid` or a review can be tried out first"
            )


def _says(raw: Mapping[str, str | None], name: str, word: str) -> bool:
    """Tell whether an annotation is there; it can say one thing only."""
    value = raw.get(name)
    if value is not None and value != word:
        raise PlanRefused(f"`@{name}` can not be {cut(value)}", f'write `@{name}("{word}")`')
    return value is not None


def _needed(raw: Mapping[str, str | None], name: str) -> str:
    value = raw.get(name)
    if value is None:
        raise PlanRefused(f"the policy has no `@{name}`", f'write `@{name}("...")` above it')
    return value


def _policy_id(text: str) -> str:
    if not POLICY_ID.fullmatch(text):
        raise PlanRefused(
            f"the id {cut(text)} can not be taken",
            "use small letters, digits, hyphens and dots, at most 128",
        )
    for prefix in COMPILED:
        if text.startswith(prefix):
            message = f"the id {cut(text)} begins with `{prefix}`"
            raise PlanRefused(message, "that is kept for what is compiled from grants and budgets")
    return text


def _roles(text: str) -> tuple[str, ...]:
    roles = tuple(part.strip() for part in text.split(","))
    for role in roles:
        _value("escalate", check_id, role)
    if len(set(roles)) != len(roles):
        raise PlanRefused(f"`@escalate` names a role twice: {cut(text)}", "name each once")
    return tuple(sorted(roles))


def _standing(text: str) -> StandingRule:
    """Read `20 in 8h`, with caps after it: `20 in 8h, amount 300.00`."""
    found = _AHEAD.fullmatch(text)
    if found is None:
        raise ValueError("write it as in `20 in 8h`, or `20 in 8h, amount 300.00`")
    caps = [part.split() for part in found[3].split(",") if part.strip()]
    most = {argument: decimal_text(cap) for argument, cap in caps}
    if len(most) < len(caps):
        raise ValueError("cap each argument once")
    return StandingRule(int(found[1]), parse_ahead(found[2]), most)


def _approvals(text: str) -> int:
    if not re.fullmatch(r"[1-9]|1[0-9]|20", text):
        raise ValueError("write a whole number from 1 to 20")
    return int(text)


def _value(name: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise PlanRefused(f"`@{name}` can not be {cut(text)}", str(error)) from None
