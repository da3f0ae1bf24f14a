"""The Cedar schema of one AI system: its agents, its tools as actions, what policy may look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cedarpy

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.typing.cedar_types import record_type
from watchkeeper.plan.typing.compile import TypedTool
from watchkeeper.plan.typing.names import identifier, quoted

_RESERVED = frozenset({"System", "Agent", "Action"})
_NAMESPACE = re.compile(r"E_[A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action of a system: the tool `id` (`server/tool`), what it acts on, its facts.

    `groups` are action groups that it belongs to (`reads`, `writes`, `server:desk`); `facts` is
    the Cedar record type of `context.facts`.
    """

    id: str
    tool: TypedTool
    resource: str
    facts: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """An entity type that resources have; it has no attributes, only an id."""

    name: str


def cedar_schema(actions: Sequence[ActionSpec], entities: Iterable[EntitySpec] = ()) -> str:
    """Render and check the schema of one system, in the Cedar schema language.

    Declared besides the actions: `System`, `Agent` (in `System`), the entity types given and those
    that actions act on, the enums of the tools, and the groups `reads` and `writes` and all that
    actions name. The same input gives the same text.

    Raises:
        PlanRefused: two tools with one action or one enum type, a name that is no Cedar name, or
            anything else that Cedar does not accept.
    """
    _check_actions(actions)
    resources = sorted({spec.name for spec in entities} | {spec.resource for spec in actions})
    for name in resources:
        _check_resource(name)
    groups = sorted({"reads", "writes"} | {name for spec in actions for name in spec.groups})
    lines = [
        "entity System;",
        "entity Agent in [System];",
        *(f"entity {name};" for name in resources),
        *_enums(actions),
        *(f"action {quoted(name)};" for name in groups),
        *(_action(spec) for spec in sorted(actions, key=lambda spec: spec.id)),
    ]
    text = "\n".join(lines) + "\n"
    try:
        cedarpy.Schema.from_str(text)
    except ValueError as error:
        raise PlanRefused(f"the Cedar schema of this system does not hold: {cut(error)}") from None
    return text


def _check_actions(actions: Sequence[ActionSpec]) -> None:
    seen: set[str] = set()
    for spec in actions:
        if spec.id in seen:
            raise PlanRefused(
                f"two tools are action {cut(spec.id)}", "give one server another id, or drop one"
            )
        seen.add(spec.id)
    clash = seen & ({"reads", "writes"} | {name for spec in actions for name in spec.groups})
    if clash:
        raise PlanRefused(
            f"action {cut(min(clash))} has the name of a group", "give its server another id"
        )


def _check_resource(name: str) -> None:
    if name in _RESERVED or identifier(name) != name or not name[:1].isalpha():
        raise PlanRefused(
            f"resource type {cut(name)} is no name for an entity type",
            "use letters, digits and underscores, as in `Order`, but not System, Agent or Action",
        )


def _enums(actions: Sequence[ActionSpec]) -> list[str]:
    """Declare the enum types, a namespace at a time; equal ones of two tools are one."""
    owners: dict[str, tuple[str, tuple[str, ...]]] = {}
    for spec in actions:
        for entity, values in spec.tool.enum_entities.items():
            other, known = owners.setdefault(entity, (spec.id, values))
            if set(known) != set(values):
                raise PlanRefused(
                    f"tools {cut(other)} and {cut(spec.id)} both have enum type {cut(entity)}, "
                    "with other values",
                    "set `namespace:` of one of them in its tool file",
                )
    namespaces: dict[str, list[str]] = {}
    for entity, (_owner, values) in sorted(owners.items()):
        namespace, name = entity.split("::")
        listed = ", ".join(quoted(value) for value in values)
        namespaces.setdefault(namespace, []).append(f"entity {name} enum [{listed}];")
    return [
        f"namespace {namespace} {{ {' '.join(inside)} }}"
        for namespace, inside in namespaces.items()
    ]


def _action(spec: ActionSpec) -> str:
    context = record_type(
        {
            "args": spec.tool.cedar_args_type,
            "size": spec.tool.cedar_size_type,
            "derived": spec.tool.cedar_derived_type,
            "nulls": "Set<String>",
            "opaque": "Set<String>",
            "facts": spec.facts,
        }
    )
    groups = ", ".join(f"Action::{quoted(name)}" for name in sorted(spec.groups))
    member = f" in [{groups}]" if groups else ""
    return (
        f"action {quoted(spec.id)}{member} appliesTo "
        f"{{ principal: [Agent], resource: [{spec.resource}], context: {context} }};"
    )
