"""Policies against the rest of the plan: controls, roles, lower bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.policies.paths import path_of
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.records.plan.policies import PolicyKind

_UPPER = ("lessThan", "lessThanOrEqual", "<", "<=")
_LOWER = ("greaterThan", "greaterThanOrEqual", ">", ">=", "==")


def check_policy(workspace: Workspace, names: Names, policy: ParsedPolicy) -> Iterator[Finding]:
    """Yield what a policy names that the plan does not have."""
    if policy.notes.control not in workspace.controls:
        message = f"there is no control `{policy.notes.control}`"
        advice = nearest(policy.notes.control, workspace.controls)
        yield _finding(policy, Severity.SAFETY, message, advice, "unknown-reference")
    for role in policy.notes.escalate_to:
        if role not in names.roles:
            message = f"there is no role `{role}`"
            advice = nearest(role, names.roles)
            yield _finding(policy, Severity.SAFETY, message, advice, "unknown-reference")
    holders = {h for role in policy.notes.escalate_to for h in names.roles.get(role, ())}
    if policy.kind is PolicyKind.REVIEW and len(holders) < policy.notes.approvals:
        message = f"{policy.notes.approvals} people must approve, but {len(holders)} hold the roles"
        advice = "give the role to more people, or ask for fewer approvals"
        yield _finding(policy, Severity.MANAGEMENT, message, advice, "cannot-be-approved")


def check_lower_bounds(
    policy: ParsedPolicy, actions: Iterable[str], tools: Mapping[str, TypedTool]
) -> Iterator[Finding]:
    """Warn of a permit that caps a number which may be as far below zero as one likes."""
    if policy.kind is not PolicyKind.PERMIT or policy.grant is not None:
        return
    conditions = policy.body.get("conditions", [])
    upper = set(_compared(conditions, _UPPER))
    lower = set(_compared(conditions, _LOWER))
    for argument in sorted(upper - lower):
        for action in actions:
            if argument in tools[action].unbounded:
                message = f"`{argument}` of {action} is capped, but has no lower bound"
                advice = "add one here, or `minimum` to the tool's schema"
                yield _finding(policy, Severity.MANAGEMENT, message, advice, "no-lower-bound")


def _compared(value: Any, operators: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted paths of arguments on the left of one of the comparisons."""
    if isinstance(value, list):
        for item in value:
            yield from _compared(item, operators)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in operators:
                left = inner[0] if isinstance(inner, list) else inner.get("left")
                path = path_of(left)
                if path[:2] == ("context", "args"):
                    yield ".".join(path[2:])
            yield from _compared(inner, operators)


def _finding(
    policy: ParsedPolicy, severity: Severity, message: str, advice: str, code: str
) -> Finding:
    said = f"policy `{policy.notes.id}`: {message}"
    return Finding(severity, policy.file, policy.line, said, advice, code)
