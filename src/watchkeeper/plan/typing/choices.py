"""Which type a value has, when its schema leaves a choice (`anyOf`, `oneOf`, several types)."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.plan.typing.layers import JSON_TYPES, Layers, gather, types_of
from watchkeeper.plan.typing.schema.index import SchemaIndex
from watchkeeper.plan.typing.schema.keywords import Schema

_NUMERIC = frozenset({"integer", "number"})
SCALARS = frozenset({"string", "boolean", "integer", "number"})
ANYTHING = frozenset(JSON_TYPES) - {"null", "integer"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One JSON type that a value may have, and the layers that hold then.

    `layers` has more than one member where several alternatives have this same type.
    """

    json_type: str
    layers: tuple[Layers, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a value may be: `variants` by JSON type, or `why` no such list can be made."""

    variants: tuple[Variant, ...] = ()
    nullable: bool = False
    refs: frozenset[str] = frozenset()
    why: str = ""
    impossible: bool = False


def choose(index: SchemaIndex, schemas: tuple[Schema, ...]) -> Choice:
    """Find the JSON types of a value, merging alternatives that are none.

    An alternative of one branch besides null is that branch; alternatives that leave the type as
    it is only restrict it, which is the validator's business.
    """
    layers, nullable, groups = _merged(index, gather(index, schemas))
    if layers.impossible:
        return Choice(impossible=True)
    types = types_of(layers) - {"null"}
    if len(types) > 1 and groups:
        choice = _by_branch(index, layers, groups)
    elif types == ANYTHING:
        choice = Choice(why="any value")
    elif not types:
        choice = Choice(why="nothing but null")
    else:
        choice = Choice(tuple(_single(index, layers, name, groups) for name in sorted(types)))
    return Choice(choice.variants, nullable, choice.refs | layers.refs, choice.why)


def _merged(index: SchemaIndex, layers: Layers) -> tuple[Layers, bool, list[tuple[Layers, ...]]]:
    """Fold alternatives of one branch into the layers; return the others as groups."""
    nullable = "null" in types_of(layers)
    groups: list[tuple[Layers, ...]] = []
    pending = [(group, True) for group in layers.choices]
    while pending:
        group, null_must_fit = pending.pop(0)
        branches = [gather(index, [schema]) for schema in group]
        possible = [branch for branch in branches if not branch.impossible]
        if null_must_fit:
            nullable = nullable and any(_may_be_null(index, branch) for branch in possible)
        rest = [branch for branch in possible if types_of(branch) != {"null"}]
        if len(rest) == 1:
            # Where null is an alternative of its own, it need not fit what the other one says.
            null_must_fit = null_must_fit and rest == possible
            pending.extend((inner, null_must_fit) for inner in rest[0].choices)
            layers = _joined(layers, rest[0])
        elif rest:
            groups.append(tuple(rest))
        else:
            layers = layers.with_schemas(index, [{"type": "null"}])
    return layers, nullable, groups


def _may_be_null(index: SchemaIndex, layers: Layers) -> bool:
    if "null" not in types_of(layers):
        return False
    return all(
        any(_may_be_null(index, gather(index, [schema])) for schema in group)
        for group in layers.choices
    )


def _joined(base: Layers, branch: Layers) -> Layers:
    return Layers(
        base.plain + branch.plain,
        base.refs | branch.refs,
        branch.choices,
        base.impossible or branch.impossible,
    )


def _single(
    index: SchemaIndex, layers: Layers, name: str, groups: list[tuple[Layers, ...]]
) -> Variant:
    """Describe the type `name`, which the layers give by themselves.

    For a scalar, alternatives may still name its values (`oneOf` of constants).
    """
    narrowed = layers.with_schemas(index, [{"type": name}])
    if name in SCALARS and len(groups) == 1:
        joined = (_joined(narrowed, branch) for branch in groups[0])
        fitting = tuple(item for item in joined if types_of(item) - {"null"})
        if fitting and not any(item.choices for item in fitting):
            return Variant(name, fitting)
    return Variant(name, (narrowed,))


def _by_branch(index: SchemaIndex, layers: Layers, groups: list[tuple[Layers, ...]]) -> Choice:
    """Type each branch; branches of one scalar type are one variant, others must differ."""
    if len(groups) > 1:
        return Choice(why="several alternatives at once")
    found: dict[str, list[Layers]] = {}
    for branch in groups[0]:
        merged, _nullable, inner = _merged(index, _joined(layers, branch))
        types = types_of(merged) - {"null"}
        if inner or len(types) > 1:
            return Choice(why="alternatives within alternatives")
        for name in types:
            found.setdefault(name, []).append(merged)
    if found.keys() >= _NUMERIC:
        found["number"] += found.pop("integer")
    if any(len(found[name]) > 1 for name in found.keys() - SCALARS):
        return Choice(why="alternatives of one JSON type")
    refs = frozenset(ref for items in found.values() for item in items for ref in item.refs)
    variants = tuple(Variant(name, tuple(found[name])) for name in sorted(found))
    return Choice(variants, refs=refs, why="" if variants else "nothing but null")
