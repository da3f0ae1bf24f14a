"""Enforcement points and policies as components, and the controls that each stands for.

A component says what the plan lets it do. Whether a control held is said by the records alone, in
the property `state`, with the words of the gap table; nothing here is ever called satisfied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.exchange.oscal.names import (
    CATALOGS,
    ISO,
    OWN,
    Naming,
    control_id,
    filled,
    line,
    prop,
    sorted_unique,
)
from watchkeeper.plan.register.evidence import CONFIGURED
from watchkeeper.records.action import Boundary
from watchkeeper.records.plan.management.controls import Control
from watchkeeper.records.plan.systems import System
from watchkeeper.records.plan.tools import Server
from watchkeeper.standards.catalogue import annex_a


@dataclass(frozen=True, slots=True)
class Measured:
    """What the records show: from control and system to the state of the gap table.

    `origin` is `captured` where the whole log verifies, else `reconstructed`.
    """

    origin: str
    states: Mapping[tuple[str, str], str]


NOT_MEASURED = "not-measured"
_PLAN, _LOG = "plan", "log"
"""Groups of properties: what the plan says, what the records show. None stands for the other."""

_POINTS = {
    Boundary.EXCLUSIVE: ("Gateway", "Agents reach their tools through it and by no other way."),
    Boundary.PERMIT_VERIFIED: (
        "Gateway with permits",
        "The tool server does nothing without a permit for exactly that call.",
    ),
    Boundary.IN_PROCESS: (
        "Guard",
        "Decides in the agent's own process, which can walk round it: never enforced by itself.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A component: what it is, and the controls that it stands for with what makes it so."""

    key: str
    title: str
    kind: str
    says: str
    props: tuple[dict[str, Any], ...]
    controls: tuple[tuple[Control, tuple[str, ...]], ...]
    systems: tuple[str, ...]


def component_definition(naming: Naming, measured: Measured | None) -> dict[str, Any]:
    """Return the component definition; `measured` is None where no log was at hand."""
    parts = [*_points(naming), *_policies(naming)]
    components = [_component(naming, part, measured) for part in parts]
    organisation = naming.said.aims.organisation
    metadata = naming.metadata(f"Enforcement points and policies of {organisation}")
    return filled(
        {
            "uuid": naming.uuid("component-definition"),
            "metadata": metadata,
            "components": components,
        }
    )


def boundary_of(server: Server) -> Boundary:
    """Say how hard it is to walk round the point that a server's tools are reached through."""
    if server.module is not None:
        return Boundary.IN_PROCESS
    return Boundary.PERMIT_VERIFIED if server.permit is not None else Boundary.EXCLUSIVE


def _points(naming: Naming) -> Iterator[_Part]:
    bundle = naming.said.bundle
    for boundary, (title, says) in _POINTS.items():
        servers = [one.id for one in bundle.servers if boundary_of(one) is boundary]
        reached = [one for one in bundle.systems if set(one.servers) & set(servers)]
        systems = tuple(one.id for one in reached if one.in_scope)
        if not systems:
            continue
        controls = tuple(
            (control, tuple(f"built-in:{reason}" for reason in control.built_in))
            for control in bundle.controls
            if control.built_in and set(control.systems) & set(systems)
        )
        props = (
            prop("boundary", boundary.value),
            *(prop("tool-server", name) for name in servers),
        )
        yield _Part(boundary.value, title, "software", says, props, controls, systems)


def _policies(naming: Naming) -> Iterator[_Part]:
    for system in naming.said.bundle.systems:
        mine = {one.id for one in naming.said.bundle.policies if one.system == system.id}
        controls = tuple(
            (control, tuple(f"policy:{name}" for name in control.policies if name in mine))
            for control in naming.said.bundle.controls
            if mine & set(control.policies)
        )
        if controls:
            yield _of_system(system, controls)


def _of_system(system: System, controls: tuple[tuple[Control, tuple[str, ...]], ...]) -> _Part:
    props = (
        prop("system", system.id),
        prop("stage", system.stage.value),
        prop("in-scope", "yes" if system.in_scope else "no", system.scope_reason),
    )
    title, key = f"Policies of {system.title}", f"policies/{system.id}"
    return _Part(key, title, "policy", system.purpose, props, controls, (system.id,))


def _component(naming: Naming, part: _Part, measured: Measured | None) -> dict[str, Any]:
    implementations = [
        found
        for source in (ISO, OWN)
        if (found := _implementation(naming, part, source, measured)) is not None
    ]
    return filled(
        {
            "uuid": naming.uuid("component", part.key),
            "type": part.kind,
            "title": line(part.title),
            "description": part.says,
            "props": list(part.props),
            "control-implementations": implementations,
        }
    )


def _implementation(
    naming: Naming, part: _Part, source: str, measured: Measured | None
) -> dict[str, Any] | None:
    numbers = annex_a() if source == ISO else {}
    named: dict[str, list[tuple[Control, tuple[str, ...]]]] = {}
    for control, by in part.controls:
        for name in [n for n in control.annex_a if n in numbers] if source == ISO else [control.id]:
            named.setdefault(name, []).append((control, by))
    if not named:
        return None
    requirements = [
        _requirement(naming, part, name, found, measured) for name, found in sorted(named.items())
    ]
    return {
        "uuid": naming.uuid("implementation", part.key, source),
        "source": naming.address(CATALOGS[source]),
        "description": f"What {line(part.title)} does for these controls, as the plan says.",
        "implemented-requirements": requirements,
    }


def _requirement(
    naming: Naming,
    part: _Part,
    name: str,
    found: Iterable[tuple[Control, tuple[str, ...]]],
    measured: Measured | None,
) -> dict[str, Any]:
    controls = list(found)
    words = [f"{control.id}: {line(control.statement)}" for control, _ in controls]
    by = sorted_unique(reason for _, reasons in controls for reason in reasons)
    owners = sorted_unique(control.owner for control, _ in controls)
    people = [one for owner in owners for one in naming.responsible(owner)]
    return filled(
        {
            "uuid": naming.uuid("requirement", part.key, name),
            "control-id": control_id(name),
            "description": "\n\n".join(words),
            "props": [
                prop("class", "configuration", group=_PLAN),
                prop("origin", CONFIGURED, group=_PLAN),
                *(prop("enforced-by", reason, group=_PLAN) for reason in by),
                *_states(part, [control for control, _ in controls], measured),
            ],
            "responsible-roles": _together(people),
        }
    )


def _together(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = [uuid for one in people for uuid in one["party-uuids"]]
    return [{"role-id": people[0]["role-id"], "party-uuids": named}] if named else []


def _states(
    part: _Part, controls: Iterable[Control], measured: Measured | None
) -> Iterator[dict[str, Any]]:
    if measured is None:
        yield prop("state", NOT_MEASURED, "No log was at hand when this was written.", _LOG)
        return
    yield prop("class", "runtime", group=_LOG)
    yield prop("origin", measured.origin, group=_LOG)
    for control in controls:
        for system in part.systems:
            if system in control.systems:
                state = measured.states.get((control.id, system), NOT_MEASURED)
                yield prop("state", state, f"Control {control.id} in system {system}.", _LOG)
