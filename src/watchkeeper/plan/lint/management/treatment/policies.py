"""Policies that ask for the state of the management system: never in vain, never to let more in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.policies.paths import path_of, paths_used
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.records.plan.management.state import MEMBERS
from watchkeeper.records.plan.policies import PolicyKind

_FACTS = ("context", "facts")
_AIMS = (*_FACTS, "aims")


def check_aims(policy: ParsedPolicy, *, managed: bool) -> Iterator[Finding]:
    """Yield what is never true, and a permit that holds only while something is overdue.

    `managed` says whether the workspace keeps any record of the management system.
    """
    for left, name in _asked(policy.body.get("conditions", [])):
        known = [member.name for member in MEMBERS]
        if left == _FACTS and name == "aims" and not managed:
            message = "`context.facts has aims` is never true: no such record is kept"
            yield _safety(policy, message, "keep one, for instance `impacts/<system>.yaml`")
        elif left == _AIMS and name not in known:
            message = f"`context.facts.aims has {name}` is never true: no such member"
            yield _safety(policy, message, nearest(name, known))
    if policy.kind is PolicyKind.PERMIT and _widens(policy.body):
        message = "permits something while the management system is not as it should be"
        advice = "ask for the opposite, or use a review: what is overdue should let less through"
        yield _finding(policy, Severity.MANAGEMENT, message, advice, "aims-widens")


def _widens(body: Any) -> bool:
    return any(
        _counts(condition["body"], wanted=condition["kind"] == "when")
        for condition in body.get("conditions", [])
    )


def _counts(said: Any, *, wanted: bool) -> bool:
    """Tell whether an expression can be what is wanted only, or also, because something counts.

    Where that can not be told, it can.
    """
    match said:
        case {"!": {"arg": inner}}:
            return _counts(inner, wanted=not wanted)
        case {"isEmpty": {"arg": inner}}:
            return _is_aims(inner) and not wanted
        case {"&&": {"left": left, "right": right}} | {"||": {"left": left, "right": right}}:
            return _counts(left, wanted=wanted) or _counts(right, wanted=wanted)
    if _is_aims(said):
        return wanted
    asked = any(path[: len(_AIMS)] == _AIMS for path in paths_used(said))
    return asked and (wanted or not _is_set_question(said))


def _is_aims(said: Any) -> bool:
    return path_of(said)[: len(_AIMS)] == _AIMS


def _is_set_question(said: Any) -> bool:
    """Tell whether it asks what a set of ids holds: more in it can only make that true."""
    return isinstance(said, dict) and bool({"contains", "containsAny", "containsAll"} & set(said))


def _asked(value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, list):
        for item in value:
            yield from _asked(item)
    elif isinstance(value, dict):
        match value:
            case {"has": {"left": left, "attr": str(name)}}:
                yield path_of(left), name
        for item in value.values():
            yield from _asked(item)


def _safety(policy: ParsedPolicy, message: str, advice: str) -> Finding:
    return _finding(policy, Severity.SAFETY, message, advice, "never-true")


def _finding(
    policy: ParsedPolicy, severity: Severity, message: str, advice: str, code: str
) -> Finding:
    said = f"policy `{policy.notes.id}`: {message}"
    return Finding(severity, policy.file, policy.line, said, advice, code)
