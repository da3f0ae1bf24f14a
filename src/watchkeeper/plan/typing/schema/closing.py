"""Closing objects: an argument that the schema does not name is refused (decision semantics, 1).

The closed schema never accepts what the original does not. Adding `unevaluatedProperties: false`
narrows where schemas add up, but can widen below `oneOf`, `not`, `if` and `contains`; a schema
that uses one of those therefore also carries its original, which must hold as well.
"""

from __future__ import annotations

from typing import Any

from watchkeeper.plan.typing.schema.index import SchemaIndex
from watchkeeper.plan.typing.schema.keywords import (
    VALUE_LIST,
    VALUE_MAP,
    VALUE_ONE,
    Schema,
    rebuilt,
)

_VALUE = frozenset((*VALUE_ONE, *VALUE_LIST, *VALUE_MAP)) - {"propertyNames", "contentSchema"}
_TURNING = frozenset({"oneOf", "not", "if", "contains"})
_UNTOUCHED = frozenset({"not", "if", "contains"})
_SAYS_ITSELF = frozenset({"additionalProperties", "unevaluatedProperties"})
_MEMBERS = frozenset({"properties", "patternProperties"})
_AS_LISTED = "as-listed"


def closed_schema(index: SchemaIndex) -> dict[str, Any]:
    """Return the schema with every object closed that does not say otherwise itself."""
    document = index.document
    closed = _close_value(index, _close_inside(index, document), document, is_root=True)
    if not any(_TURNING & schema.keys() for schema in index.objects()):
        return closed
    key = _AS_LISTED
    while key in document.get("$defs", {}):
        key += "-"
    original = _moved(document, f"#/$defs/{key}")
    closed["$defs"] = {**closed.get("$defs", {}), key: original}
    closed["allOf"] = [*closed.get("allOf", []), {"$ref": f"#/$defs/{key}"}]
    return closed


def _close_inside(index: SchemaIndex, schema: dict[str, Any]) -> dict[str, Any]:
    def change(keyword: str, sub: Schema) -> Schema:
        if not isinstance(sub, dict) or keyword in _UNTOUCHED:
            return sub
        inside = _close_inside(index, sub)
        return _close_value(index, inside, sub) if keyword in _VALUE else inside

    return rebuilt(schema, change)


def _close_value(
    index: SchemaIndex, inside: dict[str, Any], original: dict[str, Any], *, is_root: bool = False
) -> dict[str, Any]:
    if original.keys() & _SAYS_ITSELF or not (is_root or _names_members(index, original)):
        return inside
    return {**inside, "unevaluatedProperties": False}


def _names_members(index: SchemaIndex, schema: Schema) -> bool:
    """Tell whether any schema that applies to this value declares members of an object."""
    pending: list[Schema] = [schema]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if not isinstance(item, dict) or id(item) in seen:
            continue
        seen.add(id(item))
        if item.keys() & _MEMBERS:
            return True
        pending.extend(sub for key, sub in index.same_value(item) if key != "not")
    return False


def _moved(schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the schema for a place below `prefix`: its references lead to itself there."""

    def change(_keyword: str, sub: Schema) -> Schema:
        return _moved(sub, prefix) if isinstance(sub, dict) else sub

    out = rebuilt(schema, change)
    if "$ref" in out:
        out["$ref"] = prefix + out["$ref"][1:]
    return out
