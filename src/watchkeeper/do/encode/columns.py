"""The elements of a list, taken together: a set, or the least and the greatest.

Cedar has no order and no index, so a list becomes columns; order, duplicates and which value
stands beside which are lost (`docs/concepts/typing.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchkeeper.do.encode import scalars
from watchkeeper.do.encode.notes import Notes
from watchkeeper.do.encode.outcome import Refusal
from watchkeeper.records.typing import Node, NodeKind, attribute_name, below, unspelled

Column = Callable[[list[Any], Notes], Any]
_JSON_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    list: "array",
    dict: "object",
}
_PLAIN: dict[NodeKind, Callable[[Any, str], Any]] = {
    NodeKind.STRING: scalars.text,
    NodeKind.BOOL: scalars.boolean,
    NodeKind.IP: scalars.address,
}


def json_type(value: Any, node: Node) -> str:
    """Return which member of a UNION a value belongs to; a whole number may be a `number`."""
    name = _JSON_TYPES.get(type(value))
    if name is not None:
        return name
    return "integer" if "integer" in node.attributes else "number"


def list_column(node: Node, path: str) -> Column:
    """Return what turns the elements of the list `node` into their column."""
    return _column(_item(node), path)


def _column(node: Node, path: str) -> Column:
    """Return what turns values into a column; `node` describes each of them."""
    make = _MAKERS.get(node.kind)
    inner = _set(node, path) if make is None else make(node, path)

    def without_nulls(items: list[Any], notes: Notes) -> Any:
        if node.nullable and None in items:
            notes.nulls.add(path)
            return inner([item for item in items if item is not None], notes)
        return inner(items, notes)

    return without_nulls


def _item(node: Node) -> Node:
    """Return the node of a list's elements; a list without one is opaque and not seen."""
    return Node(NodeKind.OPAQUE) if node.item is None else node.item


def _set(node: Node, path: str) -> Column:
    take = _PLAIN[node.kind]

    def values(items: list[Any], _notes: Notes) -> Any:
        return list(dict.fromkeys(take(item, path) for item in items))

    return values


def _enums(node: Node, path: str) -> Column:
    known = {value: {"type": node.entity, "id": value} for value in node.values}

    def enums(items: list[Any], _notes: Notes) -> Any:
        for item in items:
            if type(item) is not str or item not in known:
                raise Refusal(path, "is none of the values that it may have")
        return [known[item] for item in dict.fromkeys(items)]

    return enums


def _whole(node: Node, path: str) -> Column:
    def whole(items: list[Any], _notes: Notes) -> Any:
        if node.kind is NodeKind.SCALED:
            values = [scalars.scaled(item, path, node.scale) for item in items]
        else:
            values = [scalars.whole(item, path) for item in items]
        bounds = {"min": min(values), "max": max(values)} if values else {}
        return {"values": list(dict.fromkeys(values)), **bounds}

    return whole


def _decimals(_node: Node, path: str) -> Column:
    def decimals(items: list[Any], _notes: Notes) -> Any:
        for item in items:
            scalars.decimal(item, path)
        if not items:
            return {}
        # Doubles and integers compare exactly in Python, and so do the decimals that they name.
        return {"min": scalars.decimal(min(items), path), "max": scalars.decimal(max(items), path)}

    return decimals


def _moments(node: Node, path: str) -> Column:
    take = scalars.day if node.kind is NodeKind.DATE else scalars.moment

    def moments(items: list[Any], _notes: Notes) -> Any:
        values = [take(item, path) for item in items]
        return {"min": min(values), "max": max(values)} if values else {}

    return moments


def _lists(node: Node, path: str) -> Column:
    inner = _column(_item(node), path)

    def lists(items: list[Any], notes: Notes) -> Any:
        flat: list[Any] = []
        for each in items:
            if type(each) is not list:
                raise Refusal(path, "is no list")
            flat += each
        return inner(flat, notes)

    return lists


def _records(node: Node, path: str) -> Column:
    members = []
    for key, item in node.attributes.items():
        name = unspelled(key)
        inner = below(path, name)
        seen = None if item.kind is NodeKind.OPAQUE else _column(item, inner)
        members.append((name, attribute_name(name, item), inner, seen))
    known = {name for name, _attribute, _inner, _seen in members}
    rest = below(path, "*")

    def records(items: list[Any], notes: Notes) -> Any:
        for each in items:
            if type(each) is not dict:
                raise Refusal(path, "is no object")
            if not each.keys() <= known:
                if not node.open:
                    raise Refusal(rest, "is not declared")
                notes.opaque.add(rest)
        out = {}
        for name, attribute, inner, seen in members:
            values = [each[name] for each in items if name in each]
            if seen is not None:
                out[attribute] = seen(values, notes)
            elif values:
                notes.opaque.add(inner)
        return out

    return records


def _union(node: Node, path: str) -> Column:
    members = [
        (key, attribute_name(key, item), _column(item, path))
        for key, item in node.attributes.items()
    ]

    def union(items: list[Any], notes: Notes) -> Any:
        by_type: dict[str, list[Any]] = {key: [] for key, _attribute, _take in members}
        for item in items:
            found = by_type.get(json_type(item, node))
            if found is None:
                raise Refusal(path, "has none of the types that it may have")
            found.append(item)
        return {attribute: take(by_type[key], notes) for key, attribute, take in members}

    return union


_MAKERS: dict[NodeKind, Callable[[Node, str], Column]] = {
    NodeKind.RECORD: _records,
    NodeKind.UNION: _union,
    NodeKind.ARRAY: _lists,
    NodeKind.LONG: _whole,
    NodeKind.SCALED: _whole,
    NodeKind.DECIMAL: _decimals,
    NodeKind.DATETIME: _moments,
    NodeKind.DATE: _moments,
    NodeKind.ENUM: _enums,
}
