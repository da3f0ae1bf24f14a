"""The arguments of a call as the Cedar context that policy sees.

Walks the tree of nodes only: what the plan does not know is never copied into the context, so
nothing that an agent sends is interpreted by the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from watchkeeper.do.encode import scalars
from watchkeeper.do.encode.columns import json_type, list_column
from watchkeeper.do.encode.derive import Derivation, derivation
from watchkeeper.do.encode.notes import UNSEEN, Notes
from watchkeeper.do.encode.outcome import Encoded, Refusal, Unencodable, number_at
from watchkeeper.records.codec import Json
from watchkeeper.records.typing import Node, NodeKind, attribute_name, below, unspelled

__all__ = ["ArgumentEncoder", "Encoded", "Unencodable", "encode_arguments", "number_at"]

_Take = Callable[[Any, Notes], Any]
_PLAIN: dict[NodeKind, Callable[[Any, str], Any]] = {
    NodeKind.STRING: scalars.text,
    NodeKind.BOOL: scalars.boolean,
    NodeKind.DATETIME: scalars.moment,
    NodeKind.DATE: scalars.day,
    NodeKind.IP: scalars.address,
}


class ArgumentEncoder:
    """Encodes the arguments of one tool; made once for a plan, used for every call."""

    def __init__(self, root: Node, derived: Mapping[str, Json]) -> None:
        self._take = _record(root, "")
        self._sizes = dict.fromkeys(_array_paths(root, ""), 0)
        self._derived: tuple[tuple[str, Derivation], ...] = tuple(
            (name, derivation(spec, f"derived.{name}")) for name, spec in sorted(derived.items())
        )

    def encode(self, arguments: Mapping[str, Any]) -> Encoded | Unencodable:
        """Encode arguments that `ArgumentCheck` accepted: exactly, or not at all.

        They are parsed JSON, canonicalised before. Deterministic: equal arguments give equal
        results, whatever the order of their keys.
        """
        notes = Notes(self._sizes.copy())
        derived = {}
        try:
            args = self._take(arguments, notes)
            for name, compute in self._derived:
                value = compute(arguments, notes)
                if value is not UNSEEN:
                    derived[name] = value
        except Refusal as refusal:
            return refusal.value
        return Encoded(
            args, notes.size, derived, sorted(notes.nulls), sorted(notes.opaque), notes.numbers
        )


def encode_arguments(
    root: Node, derived: Mapping[str, Json], arguments: Mapping[str, Any]
) -> Encoded | Unencodable:
    """Encode the arguments of one call; an `ArgumentEncoder` kept for the tool is quicker."""
    return ArgumentEncoder(root, derived).encode(arguments)


def _value(node: Node, path: str) -> _Take:
    make = _MAKERS.get(node.kind)
    if make is not None:
        return make(node, path)
    take = _PLAIN[node.kind]
    return lambda value, _notes: take(value, path)


def _record(node: Node, path: str) -> _Take:
    members = []
    for key, item in node.attributes.items():
        name = unspelled(key)
        inner = below(path, name)
        members.append(
            (name, attribute_name(name, item), _value(item, inner), item.nullable, inner)
        )
    rest = below(path, "*")

    def record(value: Any, notes: Notes) -> Any:
        if type(value) is not dict:
            raise Refusal(path, "is no object")
        out = {}
        known = 0
        for name, attribute, take, nullable, inner in members:
            if name not in value:
                continue
            known += 1
            item = value[name]
            if item is None and nullable:
                notes.nulls.add(inner)
                continue
            item = take(item, notes)
            if item is not UNSEEN:
                out[attribute] = item
        if known != len(value):
            if not node.open:
                raise Refusal(rest, "is not declared")
            notes.opaque.add(rest)
        return out

    return record


def _array(node: Node, path: str) -> _Take:
    take = list_column(node, path)

    def array(value: Any, notes: Notes) -> Any:
        if type(value) is not list:
            raise Refusal(path, "is no list")
        notes.size[path] = len(value)
        return take(value, notes)

    return array


def _union(node: Node, path: str) -> _Take:
    members = {
        key: (attribute_name(key, item), _value(item, path))
        for key, item in node.attributes.items()
    }

    def union(value: Any, notes: Notes) -> Any:
        found = members.get(json_type(value, node))
        if found is None:
            raise Refusal(path, "has none of the types that it may have")
        attribute, take = found
        return {attribute: take(value, notes)}

    return union


def _enum(node: Node, path: str) -> _Take:
    known = {value: {"type": node.entity, "id": value} for value in node.values}

    def enum(value: Any, _notes: Notes) -> Any:
        if type(value) is not str or value not in known:
            raise Refusal(path, "is none of the values that it may have")
        return known[value]

    return enum


def _long(_node: Node, path: str) -> _Take:
    def long(value: Any, notes: Notes) -> Any:
        number = notes.numbers[path] = scalars.whole(value, path)
        return number

    return long


def _decimal(_node: Node, path: str) -> _Take:
    def decimal(value: Any, notes: Notes) -> Any:
        number = notes.numbers[path] = scalars.decimal(value, path)
        return number

    return decimal


def _scaled(node: Node, path: str) -> _Take:
    def scaled(value: Any, notes: Notes) -> Any:
        number = scalars.scaled(value, path, node.scale)
        notes.numbers[path] = str(scalars.exact(value, path))
        return number

    return scaled


def _opaque(_node: Node, path: str) -> _Take:
    def opaque(_value: Any, notes: Notes) -> Any:
        notes.opaque.add(path)
        return UNSEEN

    return opaque


def _array_paths(node: Node, path: str) -> Iterator[str]:
    if node.kind is NodeKind.ARRAY:
        yield path
    elif node.kind in {NodeKind.RECORD, NodeKind.UNION}:
        for key, item in node.attributes.items():
            inner = below(path, unspelled(key)) if node.kind is NodeKind.RECORD else path
            yield from _array_paths(item, inner)


_MAKERS: dict[NodeKind, Callable[[Node, str], _Take]] = {
    NodeKind.RECORD: _record,
    NodeKind.ARRAY: _array,
    NodeKind.UNION: _union,
    NodeKind.ENUM: _enum,
    NodeKind.LONG: _long,
    NodeKind.DECIMAL: _decimal,
    NodeKind.SCALED: _scaled,
    NodeKind.OPAQUE: _opaque,
}
