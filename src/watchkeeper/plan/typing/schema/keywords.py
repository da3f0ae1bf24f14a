"""Where schemas stand inside a schema (JSON Schema 2020-12 core, 10 and 11).

In-place keywords apply to the same value as the schema that they stand in; the others apply to a
member, an element or a name of it. Closing objects and typing both depend on that difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

Schema = dict[str, Any] | bool
Place = tuple[str, ...]
"""Where a schema stands: the reference tokens of its JSON Pointer (RFC 6901), unescaped."""

IN_PLACE_ONE = ("not", "if", "then", "else")
IN_PLACE_LIST = ("allOf", "anyOf", "oneOf")
IN_PLACE_MAP = ("dependentSchemas",)
VALUE_ONE = (
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "contains",
    "unevaluatedItems",
    "propertyNames",
    "contentSchema",
)
VALUE_LIST = ("prefixItems",)
VALUE_MAP = ("properties", "patternProperties")
DEFINITIONS = ("$defs", "definitions")
IN_PLACE = frozenset(IN_PLACE_ONE + IN_PLACE_LIST + IN_PLACE_MAP)

_ONE = frozenset(IN_PLACE_ONE + VALUE_ONE)
_LIST = frozenset(IN_PLACE_LIST + VALUE_LIST)
_MAP = frozenset(IN_PLACE_MAP + VALUE_MAP + DEFINITIONS)


def place_of(ref: str) -> Place:
    """Return the place that a local `$ref` names: `#`, or `#` and a JSON Pointer (RFC 6901, 6)."""
    tokens = unquote(ref[1:]).split("/")[1:]
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def subschemas(schema: dict[str, Any]) -> Iterator[tuple[Place, Schema]]:
    """Yield the schemas that stand directly in `schema`, with their places relative to it."""
    for key, value in schema.items():
        if key in _ONE:
            if isinstance(value, dict | bool):
                yield (key,), value
        elif key in _LIST and isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, dict | bool):
                    yield (key, str(i)), item
        elif key in _MAP and isinstance(value, dict):
            for name, item in value.items():
                if isinstance(item, dict | bool):
                    yield (key, name), item


def rebuilt(schema: dict[str, Any], change: Callable[[str, Schema], Schema]) -> dict[str, Any]:
    """Return `schema` with each schema directly in it replaced by `change(keyword, it)`."""

    def changed(key: str, value: object) -> Any:
        return change(key, value) if isinstance(value, dict | bool) else value

    out = dict(schema)
    for key, value in schema.items():
        if key in _ONE:
            out[key] = changed(key, value)
        elif key in _LIST and isinstance(value, list):
            out[key] = [changed(key, item) for item in value]
        elif key in _MAP and isinstance(value, dict):
            out[key] = {name: changed(key, item) for name, item in value.items()}
    return out
