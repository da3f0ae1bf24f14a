"""Whether a call is within a task: in clear values, exactly, and what is missing is outside."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from watchkeeper.do.decision.enforcer import ToolEntry
from watchkeeper.do.encode.encoder import Encoded, number_at
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.records.lent import Terms, ValueLimit

_MISSING = object()


def outside_terms(
    terms: Terms, entry: ToolEntry, encoded: Encoded, arguments: Mapping[str, Any]
) -> str | None:
    """Return why a call is not within a mandate's terms, naming no value; None if it is."""
    if terms.resources:
        name = entry.tool.resource_argument
        value = encoded.args.get(name) if name is not None else None
        if not isinstance(value, str) or value not in terms.resources:
            return "the task does not name what it acts on"
    for limit in terms.values:
        if limit.action in {None, entry.action} and not _within(limit, encoded, arguments):
            return f"the task does not allow this {limit.argument}"
    return None


def _within(limit: ValueLimit, encoded: Encoded, arguments: Mapping[str, Any]) -> bool:
    path = limit.argument.removeprefix("args.")
    if limit.most is not None or limit.least is not None:
        number = number_at(encoded, path)
        if number is None:
            return False
        if limit.most is not None and number > Decimal(limit.most):
            return False
        if limit.least is not None and number < Decimal(limit.least):
            return False
    return not limit.among or _is_among(limit, value_at(arguments, path))


def _is_among(limit: ValueLimit, value: Any) -> bool:
    if value is _MISSING:
        return False
    try:
        said = canonical_arguments(value)
        return any(canonical_arguments(one) == said for one in limit.among)
    except RecordInvalid:
        return False


def value_at(arguments: Mapping[str, Any], path: str) -> Any:
    """Return the argument at a dotted path as it was sent."""
    value: Any = arguments
    for part in path.split("."):
        value = value.get(part, _MISSING) if isinstance(value, Mapping) else _MISSING
    return value
