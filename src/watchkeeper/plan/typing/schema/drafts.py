"""Older drafts, said in the words of 2020-12, so that there is one meaning to type and to check.

A schema that names no draft is 2020-12 (MCP 2025-11-25, basic, JSON Schema usage).
"""

from __future__ import annotations

import re
from typing import Any

from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.plan.typing.schema.keywords import Schema, rebuilt

_CURRENT = re.compile(r"https?://json-schema\.org/draft/2020-12/schema#?")
_OLDER = re.compile(r"https?://json-schema\.org/(?:draft-0[4-7]|draft/2019-09)/schema#?")


def as_current_draft(schema: dict[str, Any], tool: str) -> dict[str, Any]:
    """Return `schema` as 2020-12, without `$schema` and its own outer `$id`.

    Raises:
        PlanRefused: it names a dialect that we do not know.
    """
    dialect = schema.get("$schema")
    bare = {key: value for key, value in schema.items() if key not in {"$schema", "$id"}}
    if dialect is None or (isinstance(dialect, str) and _CURRENT.fullmatch(dialect)):
        return bare
    if isinstance(dialect, str) and _OLDER.fullmatch(dialect):
        return _translated(bare)
    raise refused(
        tool, "input schema in an unknown dialect", "use JSON Schema 2020-12, or name no `$schema`"
    )


def _translated(schema: dict[str, Any]) -> dict[str, Any]:
    def inner(_keyword: str, sub: Schema) -> Schema:
        return _translated(sub) if isinstance(sub, dict) else sub

    return rebuilt(_dependencies(_bounds(_tuple(schema))), inner)


def _tuple(schema: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(schema.get("items"), list):
        return {key: value for key, value in schema.items() if key != "additionalItems"}
    out = {key: value for key, value in schema.items() if key not in {"items", "additionalItems"}}
    if schema["items"]:
        out["prefixItems"] = schema["items"]
    if "additionalItems" in schema:
        out["items"] = schema["additionalItems"]
    return out


def _bounds(schema: dict[str, Any]) -> dict[str, Any]:
    out = dict(schema)
    for plain, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(out.get(exclusive), bool):
            strict = out.pop(exclusive)
            if strict and plain in out:
                out[exclusive] = out.pop(plain)
    return out


def _dependencies(schema: dict[str, Any]) -> dict[str, Any]:
    found = schema.get("dependencies")
    if not isinstance(found, dict):
        return schema
    out = {key: value for key, value in schema.items() if key != "dependencies"}
    names = {key: value for key, value in found.items() if isinstance(value, list)}
    rest = {key: value for key, value in found.items() if key not in names}
    if names:
        out["dependentRequired"] = {**names, **out.get("dependentRequired", {})}
    if rest:
        out["dependentSchemas"] = {**rest, **out.get("dependentSchemas", {})}
    return out
