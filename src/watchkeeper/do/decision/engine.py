"""The policies of one action, and what Cedar says of them (decision semantics, 3 and 4).

Policies are sliced by system and action before they are evaluated: a slice holds those whose
scope names the action, or names no action. `action == X` matches X alone; a scope with `in` was
resolved to its members when the plan was released. Since a scope can not raise an error, the
slice gives the same decision, reasons and errors as the whole set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import cedarpy

from watchkeeper.errors import EngineFailed, cut
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.records.action import Engine
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import Policy, PolicyKind

ENGINE = Engine("cedarpy", version("cedarpy"))
_ERROR_ID = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the policies of a slice say. All are policy ids, sorted.

    `failed` is set when the engine raised, gave no decision, or an error that names no policy:
    then nothing else counts.
    """

    permits: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The policies of one action: all of them, and those that are no reviews."""

    kinds: Mapping[str, PolicyKind]
    everything: cedarpy.PolicySet
    hard: cedarpy.PolicySet


class Policies:
    """The policies of one system, ready to be asked. Raises EngineFailed if they do not load."""

    __slots__ = ("_entities", "_may", "_observed", "_policies", "_schema", "_slices", "_system")

    def __init__(self, bundle: Bundle, system: str) -> None:
        self._policies = tuple(policy for policy in bundle.policies if policy.system == system)
        self._observed = tuple(p for p in self._policies if p.observe_until is not None)
        self._may: dict[tuple[str, str], bool] = {}
        self._system = system
        self._slices: dict[tuple[str, tuple[str, ...]], Slice] = {}
        try:
            self._schema = cedarpy.Schema.from_str(bundle.cedar_schemas[system])
            self._entities = cedarpy.Entities.from_json_str(
                canonical_arguments(_entities(bundle, system)).decode(), self._schema
            )
        except (KeyError, ValueError) as error:
            message = f"the schema of system {cut(system)} does not load: {error}"
            raise EngineFailed(message) from error

    @property
    def handles(self) -> tuple[cedarpy.Entities, cedarpy.Schema]:
        """The parsed entities and schema that every question is asked with."""
        return self._entities, self._schema

    def observed(self, action: str, at: Instant) -> tuple[str, ...]:
        """Return the ids of this action's policies that are only observed at this time."""
        if not self._observed:
            return ()
        now = render_instant(at)
        return tuple(
            policy.id
            for policy in self._observed
            if policy.observe_until is not None
            and now < policy.observe_until
            and (policy.actions is None or action in policy.actions)
        )

    def ask(
        self,
        agent: str,
        action: str,
        resource: tuple[str, str],
        context: Mapping[str, Any],
        without: tuple[str, ...] = (),
    ) -> Findings:
        """Evaluate the slice of an action, leaving out the policies named in `without`."""
        request = {
            "principal": {"type": "Agent", "id": agent},
            "action": {"type": "Action", "id": action},
            "resource": {"type": resource[0], "id": resource[1]},
            "context": context,
        }
        try:
            return self._findings(self.slice(action, without), request)
        except Exception as error:  # noqa: BLE001 - whatever the engine raises, it did not decide
            return Findings(failed=f"the engine raised {type(error).__name__}")

    def may_permit(self, agent: str, action: str) -> bool:
        """Tell whether some permit's scope matches an agent and an action, conditions ignored."""
        found = self._may.get((agent, action))
        if found is None:
            found = self._may[agent, action] = any(
                policy.kind is PolicyKind.PERMIT
                and (policy.actions is None or action in policy.actions)
                and _names(policy.body.get("principal", {}), agent, self._system)
                for policy in self._policies
            )
        return found

    def slice(self, action: str, without: tuple[str, ...] = ()) -> Slice:
        """Return the slice of one action, parsed once."""
        found = self._slices.get((action, without))
        if found is None:
            found = self._slices[action, without] = _parse_slice(
                policy
                for policy in self._policies
                if policy.id not in without and (policy.actions is None or action in policy.actions)
            )
        return found

    def _findings(self, slice_: Slice, request: dict[str, Any]) -> Findings:
        result = cedarpy.is_authorized(request, slice_.everything, self._entities, self._schema)
        errors = _erroring(result.diagnostics.errors, slice_.kinds)
        if result.decision is cedarpy.Decision.NoDecision or errors is None:
            return Findings(failed="the engine gave no decision")
        found = _by_kind(result.diagnostics.reasons, slice_.kinds)
        permits: tuple[str, ...] | None = found[PolicyKind.PERMIT]
        if found[PolicyKind.REVIEW] and not found[PolicyKind.FORBID]:
            permits = self._permits_behind_reviews(slice_, request)
        if permits is None:
            return Findings(failed="the engine gave no decision")
        return Findings(permits, found[PolicyKind.FORBID], found[PolicyKind.REVIEW], errors)

    def _permits_behind_reviews(
        self, slice_: Slice, request: dict[str, Any]
    ) -> tuple[str, ...] | None:
        """A review hides the permits from Cedar's answer: ask again without the reviews."""
        result = cedarpy.is_authorized(request, slice_.hard, self._entities, self._schema)
        if result.decision is cedarpy.Decision.NoDecision:
            return None
        return _by_kind(result.diagnostics.reasons, slice_.kinds)[PolicyKind.PERMIT]


def _entities(bundle: Bundle, system: str) -> list[dict[str, Any]]:
    root = {"type": "System", "id": system}
    agents = (agent.id for agent in bundle.agents if agent.system == system)
    return [
        {"uid": root, "attrs": {}, "parents": []},
        *({"uid": {"type": "Agent", "id": a}, "attrs": {}, "parents": [root]} for a in agents),
    ]


def _names(principal: Mapping[str, Any], agent: str, system: str) -> bool:
    """Tell whether a policy's principal scope holds for an agent of a system."""
    entity = principal.get("entity", {})
    match principal.get("op"):
        case "==":
            return bool(entity == {"type": "Agent", "id": agent})
        case "in":
            mine = ({"type": "Agent", "id": agent}, {"type": "System", "id": system})
            return entity in mine
        case "is":
            return principal.get("entity_type") == "Agent" and (
                "in" not in principal or _names({"op": "in", **principal["in"]}, agent, system)
            )
        case "All":
            return True
    return False


def _parse_slice(policies: Iterable[Policy]) -> Slice:
    chosen = tuple(policies)
    kinds = {policy.id: policy.kind for policy in chosen}
    hard = (policy for policy in chosen if policy.kind is not PolicyKind.REVIEW)
    return Slice(kinds, _policy_set(chosen), _policy_set(hard))


def _policy_set(policies: Iterable[Policy]) -> cedarpy.PolicySet:
    document = {
        "staticPolicies": {policy.id: policy.body for policy in policies},
        "templates": {},
        "templateLinks": [],
    }
    try:
        return cedarpy.PolicySet.from_json_str(canonical_arguments(document).decode())
    except ValueError as error:
        raise EngineFailed(f"the policies do not load: {error}") from error


def _by_kind(
    ids: Iterable[str], kinds: Mapping[str, PolicyKind]
) -> dict[PolicyKind, tuple[str, ...]]:
    found: dict[PolicyKind, list[str]] = {kind: [] for kind in PolicyKind}
    for policy_id in ids:
        found[kinds[policy_id]].append(policy_id)
    return {kind: tuple(sorted(members)) for kind, members in found.items()}


def _erroring(errors: Iterable[str], kinds: Mapping[str, PolicyKind]) -> tuple[str, ...] | None:
    """Return the ids of the policies that errored; None if an error names none of ours."""
    found = set()
    for error in errors:
        named = _ERROR_ID.search(error)
        if named is None or named.group(1) not in kinds:
            return None
        found.add(named.group(1))
    return tuple(sorted(found))
