"""What all schemas that apply to one value say together.

`$ref` is followed and `allOf` merged, so that a value is described by a list of plain schemas
(layers) which all hold, plus the alternatives (`anyOf`, `oneOf`) between which the value chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.typing.schema.index import SchemaIndex
from watchkeeper.plan.typing.schema.keywords import Schema

JSON_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
_ALL = frozenset(JSON_TYPES)


@dataclass(frozen=True, slots=True)
class Layers:
    """All that applies to one value.

    `plain` are the schemas themselves; `refs` the references followed to reach them;
    `choices` the alternatives; `impossible` says that some layer is `false`.
    """

    plain: tuple[dict[str, Any], ...]
    refs: frozenset[str]
    choices: tuple[tuple[Schema, ...], ...]
    impossible: bool = False

    def all_of(self, key: str) -> list[Any]:
        """Return the values of a keyword in the layers that have it."""
        return [layer[key] for layer in self.plain if key in layer]

    def with_schemas(self, index: SchemaIndex, more: Iterable[Schema]) -> Layers:
        """Return these layers and those of `more`, without the choices of these."""
        added = gather(index, more)
        return Layers(
            self.plain + added.plain,
            self.refs | added.refs,
            added.choices,
            self.impossible or added.impossible,
        )


def gather(index: SchemaIndex, schemas: Iterable[Schema]) -> Layers:
    """Collect the layers of schemas that all apply to one value."""
    plain: list[dict[str, Any]] = []
    refs: set[str] = set()
    pending = list(schemas)
    impossible = False
    for schema in pending:  # it grows while it is walked
        impossible = impossible or schema is False
        if not isinstance(schema, dict):
            continue
        plain.append(schema)
        if "$ref" in schema and schema["$ref"] not in refs:
            refs.add(schema["$ref"])
            pending.append(index.target(schema["$ref"]))
        pending.extend(schema.get("allOf", ()))
    choices = tuple(
        tuple(schema[key]) for schema in plain for key in ("anyOf", "oneOf") if key in schema
    )
    return Layers(tuple(plain), frozenset(refs), choices, impossible)


def types_of(layers: Layers) -> frozenset[str]:
    """Return the JSON types that the value may have; `number` stands for `integer` too."""
    types = _ALL
    for said in layers.all_of("type"):
        names = {said} if isinstance(said, str) else set(said)
        types &= names | ({"integer"} if "number" in names else set())
    values = enum_of(layers)
    if values is not None:
        types &= {name for value in values for name in _types_of_value(value)}
    return types - {"integer"} if "number" in types else types


def enum_of(layers: Layers) -> list[Any] | None:
    """Return the values that `enum` and `const` leave, None where neither stands."""
    sets = [*layers.all_of("enum"), *([value] for value in layers.all_of("const"))]
    if not sets:
        return None
    left = {_key(value): value for value in sets[0]}
    for other in sets[1:]:
        keys = {_key(value) for value in other}
        left = {key: value for key, value in left.items() if key in keys}
    return list(left.values())


def properties_of(layers: Layers) -> dict[str, list[Schema]]:
    """Return the declared members of an object, each with all schemas that apply to it."""
    found: dict[str, list[Schema]] = {}
    for properties in layers.all_of("properties"):
        for name, schema in properties.items():
            found.setdefault(name, []).append(schema)
    return found


def required_of(layers: Layers) -> frozenset[str]:
    """Return the names of the members that must be there."""
    return frozenset(name for names in layers.all_of("required") for name in names)


def is_open(index: SchemaIndex, layers: Layers) -> bool:
    """Tell whether an object may hold members that `properties_of` does not list."""
    if any(_shuts(layer) for layer in layers.plain):
        return False
    if any(_admits_others(layer) for layer in layers.plain):
        return True
    declared = properties_of(layers).keys()
    return any(
        _admits_others(branch) or any(name not in declared for name in branch.get("properties", ()))
        for branch in _branches(index, layers)
    )


def _shuts(layer: dict[str, Any]) -> bool:
    return layer.get("additionalProperties") is False and not layer.get("patternProperties")


def _admits_others(layer: dict[str, Any]) -> bool:
    if any(pattern is not False for pattern in layer.get("patternProperties", {}).values()):
        return True
    return any(
        layer.get(key, False) is not False
        for key in ("additionalProperties", "unevaluatedProperties")
    )


def _branches(index: SchemaIndex, layers: Layers) -> Iterator[dict[str, Any]]:
    """Yield the schemas that apply to the value in some cases only."""
    pending = [
        sub
        for layer in layers.plain
        for key, sub in index.same_value(layer)
        if key not in {"$ref", "allOf", "not"}
    ]
    seen: set[int] = set()
    while pending:
        schema = pending.pop()
        if isinstance(schema, dict) and id(schema) not in seen:
            seen.add(id(schema))
            yield schema
            pending.extend(sub for key, sub in index.same_value(schema) if key != "not")


def _key(value: Any) -> str:
    """Return a text that is equal for equal JSON values: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return repr(value) if not isinstance(value, dict | list) else repr(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((name, _key(item)) for name, item in value.items())
    return [_key(item) for item in value]


def _types_of_value(value: Any) -> tuple[str, ...]:
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return ("integer",)
    names = {float: "number", str: "string", list: "array", dict: "object"}
    return (names[type(value)],)
