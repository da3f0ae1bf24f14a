"""From the layers of an input schema to the tree of nodes (`docs/concepts/typing.md`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.plan.typing.choices import Choice, Variant, choose
from watchkeeper.plan.typing.layers import Layers, enum_of, is_open, properties_of, required_of
from watchkeeper.plan.typing.names import EnumEntities
from watchkeeper.plan.typing.options import ToolTypingOptions
from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.plan.typing.schema.index import SchemaIndex
from watchkeeper.plan.typing.schema.keywords import Schema
from watchkeeper.records.typing import Node, NodeKind, attribute_name, below, spelled

MAX_NODES = 10_000
MAX_EFFORT = 200_000
MAX_DEPTH = 32
MAX_ENUM = 1_000
_RESERVED = frozenset({"__entity", "__extn"})
_FORMATS = {
    "date-time": NodeKind.DATETIME,
    "date": NodeKind.DATE,
    "ipv4": NodeKind.IP,
    "ipv6": NodeKind.IP,
}
_CHECKED_FORMATS = frozenset(_FORMATS) | {
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
}
_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "enum", "const")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a node stands. `keys` are the member names that lead there, elements left out.

    `certain` says that a value is always there; `refs` are the references followed on the way.
    """

    path: str = ""
    keys: tuple[str, ...] = ()
    certain: bool = True
    in_array: bool = False
    refs: frozenset[str] = frozenset({"#"})

    def member(self, name: str, *, certain: bool) -> Spot:
        """Return the place of a member of the object that stands here."""
        path, keys = below(self.path, name), (*self.keys, name)
        return replace(self, path=path, keys=keys, certain=self.certain and certain)


@dataclass(frozen=True, slots=True)
class Found:
    """A node in its place."""

    spot: Spot
    node: Node


class NodeBuilder:
    """Builds the tree of one tool, and notes on the way what the caller must report."""

    def __init__(self, index: SchemaIndex, options: ToolTypingOptions) -> None:
        self._index = index
        self._options = options
        self._count = self._effort = 0
        self.entities = EnumEntities(index.tool, options.namespace)
        self.found: dict[str, Found] = {}
        self.untyped: dict[str, str] = {}
        self.used: set[str] = set()
        self.warnings: list[str] = []
        self.unbounded: list[str] = []

    def root(self) -> Node:
        """Build the tree of all arguments.

        Raises:
            PlanRefused: the arguments are no object, or names clash.
        """
        choice = choose(self._index, (self._index.document,))
        variant = choice.variants[0] if len(choice.variants) == 1 else None
        if variant is None or variant.json_type != "object" or choice.nullable:
            raise refused(
                self._index.tool,
                "input schema is not `type: object`",
                "have the server list an `inputSchema` with `type: object` at its root",
            )
        spot = Spot(refs=Spot().refs | choice.refs)
        return self._record(variant.layers[0], spot)

    def _build(self, schemas: tuple[Schema, ...], spot: Spot, *, note: bool = True) -> Node | None:
        """Build the node of one value; None where no value can ever be."""
        self._count += 1
        self._effort += sum(self._index.effort[id(schema)] for schema in schemas)
        if self._count > MAX_NODES or self._effort > MAX_EFFORT:
            raise refused(self._index.tool, f"input schema with more than {MAX_NODES} arguments")
        choice = choose(self._index, schemas)
        if choice.impossible:
            return None
        node = self._chosen(choice, spot)
        if note:
            self._note(spot, node, nullable=choice.nullable)
        return node

    def _chosen(self, choice: Choice, spot: Spot) -> Node:
        if spot.path in self._options.opaque:
            return self._opaque(spot, "listed")
        if choice.refs & spot.refs:
            return self._opaque(spot, "a schema that contains itself")
        if len(spot.keys) > MAX_DEPTH:
            return self._opaque(spot, f"nested deeper than {MAX_DEPTH}")
        if choice.why:
            return self._opaque(spot, choice.why)
        inner = replace(spot, refs=spot.refs | choice.refs)
        if choice.nullable:
            inner = replace(inner, certain=False)
        if len(choice.variants) > 1:
            return self._union(choice, inner)
        node = self._variant(choice.variants[0], inner)
        return replace(node, nullable=True) if choice.nullable else node

    def _union(self, choice: Choice, spot: Spot) -> Node:
        members = {
            variant.json_type: self._variant(variant, replace(spot, certain=False))
            for variant in choice.variants
        }
        if any(node.kind is NodeKind.OPAQUE for node in members.values()):
            return self._opaque(spot, "alternatives")
        return Node(NodeKind.UNION, nullable=choice.nullable, attributes=members)

    def _variant(self, variant: Variant, spot: Spot) -> Node:
        first = variant.layers[0]
        match variant.json_type:
            case "object":
                return self._nested(first, spot)
            case "array":
                return self._array(first, spot)
            case "boolean":
                return Node(NodeKind.BOOL)
            case "string":
                return self._string(variant, spot)
            case _:
                return self._number(variant, spot)

    def _string(self, variant: Variant, spot: Spot) -> Node:
        values = _string_values(variant)
        if values is not None and len(values) <= MAX_ENUM:
            entity = self.entities.add(spot.path, values)
            return Node(NodeKind.ENUM, entity=entity, values=self.entities.found[entity])
        if values is not None:
            self.warnings.append(
                f"argument {cut(spot.path)} has more than {MAX_ENUM} enum values and is a String"
            )
        formats = {name for layers in variant.layers for name in layers.all_of("format")}
        for name in sorted(formats - _CHECKED_FORMATS):
            self.warnings.append(f"argument {cut(spot.path)}: format {cut(name)} is not checked")
        said = [set(layers.all_of("format")) for layers in variant.layers]
        shared = set.intersection(*said) & _FORMATS.keys()
        kinds = {_FORMATS[name] for name in shared}
        return Node(kinds.pop() if len(kinds) == 1 else NodeKind.STRING)

    def _number(self, variant: Variant, spot: Spot) -> Node:
        if not all(any(layers.all_of(key) for key in _LOWER_BOUNDS) for layers in variant.layers):
            self.unbounded.append(spot.path)
        if spot.path in self._options.scale:
            self.used.add(spot.path)
            return Node(NodeKind.SCALED, scale=self._options.scale[spot.path])
        return Node(NodeKind.LONG if variant.json_type == "integer" else NodeKind.DECIMAL)

    def _nested(self, layers: Layers, spot: Spot) -> Node:
        if not layers.all_of("properties"):
            shut = any(schema is False for schema in layers.all_of("additionalProperties"))
            if not shut or is_open(self._index, layers):
                return self._opaque(spot, "a free-form object")
        return self._record(layers, spot)

    def _record(self, layers: Layers, spot: Spot) -> Node:
        required = required_of(layers)
        attributes: dict[str, Node] = {}
        for name, schemas in properties_of(layers).items():
            if name in _RESERVED:
                raise refused(self._index.tool, f"argument named `{name}`, which Cedar interprets")
            node = self._build(tuple(schemas), spot.member(name, certain=name in required))
            if node is not None:
                attributes[spelled(name)] = node
        self._check_names(attributes, spot)
        openly = is_open(self._index, layers)
        if openly:
            rest = replace(spot, path=below(spot.path, "*"))
            self._opaque(rest, "undeclared members")
        needed = tuple(sorted(attributes.keys() & {spelled(name) for name in required}))
        return Node(NodeKind.RECORD, attributes=attributes, required=needed, open=openly)

    def _check_names(self, attributes: dict[str, Node], spot: Spot) -> None:
        seen: dict[str, str] = {}
        for key, node in attributes.items():
            name = attribute_name(key, node)
            if node.kind is not NodeKind.OPAQUE and seen.setdefault(name, key) != key:
                raise refused(
                    self._index.tool,
                    f"arguments {cut(key)} and {cut(seen[name])} below {cut(spot.path)} would both "
                    f"be attribute {cut(name)}",
                    "choose another number of places under `scale:` in the tool file",
                )

    def _array(self, layers: Layers, spot: Spot) -> Node:
        if layers.all_of("prefixItems"):
            return self._opaque(spot, "a tuple")
        schemas: tuple[Schema, ...] = tuple(layers.all_of("items"))
        if not schemas:
            return self._opaque(spot, "a list of anything")
        inside = replace(spot, in_array=True, certain=False)
        item = self._build(schemas, inside, note=False)
        if item is None:
            return self._opaque(spot, "a list that is always empty")
        return item if item.kind is NodeKind.OPAQUE else Node(NodeKind.ARRAY, item=item)

    def _opaque(self, spot: Spot, why: str) -> Node:
        if spot.path in self._options.opaque:
            self.used.add(spot.path)
        else:
            self.untyped.setdefault(spot.path, why)
        return Node(NodeKind.OPAQUE)

    def _note(self, spot: Spot, node: Node, *, nullable: bool) -> None:
        before = self.found.get(spot.path)
        if before is not None and before.spot.keys != spot.keys:
            raise refused(
                self._index.tool,
                f"two arguments have the dotted path {cut(spot.path)}",
                "have the server rename one; a name with a dot and a nested name are the same path",
            )
        certain = spot.certain and not nullable
        self.found[spot.path] = Found(replace(spot, certain=certain), node)


def _string_values(variant: Variant) -> tuple[str, ...] | None:
    """Return the values that every alternative lists, None if one of them lists none."""
    values: dict[str, None] = {}
    for layers in variant.layers:
        listed: list[Any] | None = enum_of(layers)
        if listed is None:
            return None
        values.update(dict.fromkeys(value for value in listed if isinstance(value, str)))
    return tuple(values)
