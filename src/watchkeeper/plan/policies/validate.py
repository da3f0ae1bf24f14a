"""Strict validation of policies against their system's Cedar schema, and warnings of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cedarpy

from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.workspace.finding import Finding, Severity

_ADVICE = (
    ("expected Long but saw decimal", "compare decimals by `.lessThanOrEqual(decimal(...))`"),
    ("unable to find an applicable action", "the scope matches no tool of this system"),
    ("unrecognized action", 'actions are written `Action::"server/tool"`'),
    ("failed to parse as a decimal", "a decimal has one to four places, like `500.00`"),
    ("unable to guarantee safety of access to optional", "ask first with `has`"),
    ("may not be present", "ask first with `has`"),
    ("not found", "see the names with `watchkeeper plan show`"),
)


def validate(policies: Sequence[ParsedPolicy], schema: cedarpy.Schema) -> Iterator[Finding]:
    """Yield what strict validation says of the policies of one system, each with its place."""
    text = "\n".join(policy.text for policy in policies)
    result = cedarpy.validate_policies(text, schema)
    for error in result.errors:
        number = error.policy_id.removeprefix("policy")
        at = int(number) if number.isdecimal() else -1
        policy = policies[at] if 0 <= at < len(policies) else None
        message = error.error.removeprefix(f"for policy `{error.policy_id}`, ")
        yield Finding(
            Severity.SAFETY,
            policy.file if policy else "policies",
            policy.line if policy else 0,
            f"{_named(policy)}: {message}",
            _advice(message),
            "invalid-policy",
        )


def warn(policy: ParsedPolicy) -> Iterator[Finding]:
    """Yield what is valid and still dangerous: integer arithmetic that can overflow."""
    if _has_arithmetic(policy.body):
        yield Finding(
            Severity.MANAGEMENT,
            policy.file,
            policy.line,
            f"{_named(policy)}: integer arithmetic can overflow, and then the policy errors",
            "compare with a literal, or declare a derived value in the tool file",
            "arithmetic",
        )


def _named(policy: ParsedPolicy | None) -> str:
    return f"policy `{policy.notes.id}`" if policy else "a policy"


def _advice(message: str) -> str:
    for part, advice in _ADVICE:
        if part in message:
            return advice
    return "see the types with `watchkeeper plan show --schema`"


def _has_arithmetic(value: Any) -> bool:
    if isinstance(value, Mapping):
        if any(op in value for op in ("+", "-", "*", "neg")):
            return True
        return any(_has_arithmetic(item) for item in value.values())
    return isinstance(value, list) and any(_has_arithmetic(item) for item in value)
