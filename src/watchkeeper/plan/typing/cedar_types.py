"""Nodes as Cedar types (text of the Cedar schema language)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from watchkeeper.errors import PlanError, cut
from watchkeeper.plan.typing.names import quoted
from watchkeeper.records.typing import Node, NodeKind, attribute_name, below, unspelled

_SCALARS = {
    NodeKind.STRING: "String",
    NodeKind.BOOL: "Bool",
    NodeKind.LONG: "Long",
    NodeKind.SCALED: "Long",
    NodeKind.DECIMAL: "decimal",
    NodeKind.DATETIME: "datetime",
    NodeKind.DATE: "datetime",
    NodeKind.IP: "ipaddr",
}
_ORDERED = frozenset({NodeKind.DECIMAL, NodeKind.DATETIME, NodeKind.DATE})
_WHOLE = frozenset({NodeKind.LONG, NodeKind.SCALED})
_FACTS = {
    "string": "String",
    "bool": "Bool",
    "long": "Long",
    "decimal": "decimal",
    "datetime": "datetime",
}
_DERIVED = _FACTS | {"strings": "Set<String>"}


def fact_type(kind: str) -> str:
    """Return the Cedar type of a declared fact: string, bool, long, decimal or datetime.

    Raises:
        PlanError: another kind.
    """
    if kind not in _FACTS:
        raise PlanError(f"unknown type of a fact: {cut(kind)}", f"use one of {', '.join(_FACTS)}")
    return _FACTS[kind]


def record_type(members: Mapping[str, str], optional: frozenset[str] = frozenset()) -> str:
    """Render a record type from Cedar types by attribute name."""
    parts = (
        f"{quoted(name)}{'?' if name in optional else ''}: {kind}" for name, kind in members.items()
    )
    return "{" + ", ".join(parts) + "}"


def value_type(node: Node) -> str:
    """Return the Cedar type of one value; the node is not opaque."""
    match node.kind:
        case NodeKind.ENUM:
            return node.entity
        case NodeKind.RECORD:
            return _record(node)
        case NodeKind.UNION:
            members = {name: value_type(item) for name, item in _attributes(node)}
            return record_type(members, frozenset(members))
        case NodeKind.ARRAY if node.item is not None:
            return _column(node.item)
        case _:
            return _SCALARS[node.kind]


def size_type(root: Node) -> str:
    """Return the record type of `context.size`: how long each list is, by path."""
    return record_type(dict.fromkeys(array_paths(root), "Long"))


def derived_type(derived: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the record type of `context.derived` from normalised declarations."""
    optional = frozenset(name for name, spec in derived.items() if spec["optional"])
    return record_type({name: _DERIVED[spec["type"]] for name, spec in derived.items()}, optional)


def array_paths(node: Node, path: str = "") -> Iterator[str]:
    """Yield the paths of the lists that stand in no other list."""
    if node.kind is NodeKind.ARRAY:
        yield path
    elif node.kind is NodeKind.RECORD:
        for key, item in node.attributes.items():
            yield from array_paths(item, below(path, unspelled(key)))
    elif node.kind is NodeKind.UNION:
        for item in node.attributes.values():
            yield from array_paths(item, path)


def enum_entities(node: Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the entity types of the enums in a tree, with their values."""
    if node.kind is NodeKind.ENUM:
        yield node.entity, node.values
    for item in node.attributes.values():
        yield from enum_entities(item)
    if node.item is not None:
        yield from enum_entities(node.item)


def _record(node: Node) -> str:
    members = {name: value_type(item) for name, item in _attributes(node)}
    sure = {
        attribute_name(unspelled(key), item)
        for key, item in node.attributes.items()
        if key in node.required and not item.nullable
    }
    return record_type(members, frozenset(members.keys() - sure))


def _column(item: Node) -> str:
    """Return the type of all elements of a list taken together; order and pairing are lost."""
    if item.kind is NodeKind.ARRAY and item.item is not None:
        return _column(item.item)
    if item.kind in {NodeKind.RECORD, NodeKind.UNION}:
        return record_type({name: _column(inner) for name, inner in _attributes(item)})
    kind = value_type(item)
    if item.kind in _ORDERED:
        return record_type({"min": kind, "max": kind}, frozenset({"min", "max"}))
    if item.kind in _WHOLE:
        members = {"values": f"Set<{kind}>", "min": kind, "max": kind}
        return record_type(members, frozenset({"min", "max"}))
    return f"Set<{kind}>"


def _attributes(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the members that policy sees, by the name of their Cedar attribute."""
    for key, item in node.attributes.items():
        if item.kind is not NodeKind.OPAQUE:
            yield attribute_name(unspelled(key), item), item
