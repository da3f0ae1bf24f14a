"""The Cedar context of an action: its arguments, and the facts (decision semantics, 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from watchkeeper.do.decision.enforcer import ToolEntry
from watchkeeper.do.decision.facts import FactRead, Facts
from watchkeeper.do.decision.limits import after, is_long, render_number
from watchkeeper.do.encode.encoder import Encoded, Unencodable
from watchkeeper.do.encode.facts import encode_fact
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.plan.grants import Grant
from watchkeeper.records.plan.tools import FactSource

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_RESOURCE = "Server"


@dataclass(frozen=True, slots=True)
class Context:
    """What the engine is asked with.

    `shown_facts` is the digest of the facts that a reviewer sees and that must not have changed
    at release.
    """

    cedar: Mapping[str, Any]
    resource: tuple[str, str]
    shown_facts: str


@dataclass(frozen=True, slots=True)
class Own:
    """What the home itself adds to `context.facts`; a reviewer sees `shown` of it."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)


def build_context(
    entry: ToolEntry,
    encoded: Encoded,
    facts: Facts,
    grants: tuple[Grant, ...],
    own: Own = Own(),
) -> Context | str:
    """Build the context, or return why a fact could not be had."""
    read: dict[str, Any] = {}
    shown: dict[str, Any] = dict(own.shown)
    by_source = {fact.source: fact for fact in facts.read}
    for source in entry.tool.facts:
        values = _source_values(source, by_source.get(source.name))
        if isinstance(values, str):
            return f"fact source {source.name}: {values}"
        read[source.name] = values
        if not source.volatile:
            shown[source.name] = dict(by_source[source.name].values)
    cedar = {
        "args": encoded.args,
        "size": encoded.size,
        "derived": encoded.derived,
        "nulls": encoded.nulls,
        "opaque": encoded.opaque,
        "facts": {
            **read,
            "clock": _clock(facts.at),
            "stage": facts.stage.value,
            "boundary": facts.point.boundary.value,
            "claims": {"matches": facts.claims_match},
            "budget": _budgets(entry, encoded, facts, grants),
            **own.facts,
        },
    }
    return Context(cedar, resource_of(entry, encoded), sha256_hex(canonical_arguments(shown)))


def resource_of(entry: ToolEntry, encoded: Encoded) -> tuple[str, str]:
    """Return Cedar type and id of what is acted on; the tool's server where nothing is named."""
    tool = entry.tool
    if tool.resource_type is None or tool.resource_argument is None:
        return NO_RESOURCE, entry.server
    value = encoded.args.get(tool.resource_argument)
    return tool.resource_type, value if isinstance(value, str) else ""


def _source_values(source: FactSource, read: FactRead | None) -> dict[str, Any] | str:
    if read is None:
        return "it was not read"
    if read.failed is not None:
        return read.failed
    values = {}
    for name, kind in source.types.items():
        if name not in read.values:
            return f"it has no {name}"
        encoded = encode_fact(kind, read.values[name])
        if isinstance(encoded, Unencodable):
            return f"{name} {encoded.why}"
        values[name] = encoded
    return values


def _clock(at: Instant) -> dict[str, Any]:
    moment = _EPOCH + timedelta(microseconds=at - at % 1000)
    now = render_instant(at)[:23] + "Z"
    return {"now": now, "hour": moment.hour, "weekday": moment.isoweekday()}


def _budgets(
    entry: ToolEntry, encoded: Encoded, facts: Facts, grants: tuple[Grant, ...]
) -> dict[str, Any]:
    """Give each grant's windows as they would stand after this action."""
    found = {}
    for grant in grants:
        windows: dict[str, Any] = {}
        for i, (budget, used) in enumerate(
            zip(grant.budgets, facts.budgets.get(grant.id, ()), strict=False)
        ):
            count, total = after(budget, used, encoded)
            windows[f"count{i}"] = count
            if budget.argument is not None:
                long = is_long(entry.tool, budget.argument)
                windows[f"sum{i}"] = int(total) if long else render_number(total)
        if windows:
            found[grant.id] = windows
    return found
