"""Every schema inside an input schema, by its place, with its local references resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from watchkeeper.errors import cut
from watchkeeper.plan.typing.schema.effort import Effort
from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.plan.typing.schema.keywords import (
    IN_PLACE,
    Place,
    Schema,
    place_of,
    subschemas,
)

_UNSUPPORTED = ("$id", "$dynamicRef", "$recursiveRef", "$dynamicAnchor")
# Harmless: no reference by such a name is let through (JSON Schema 2020-12 core, 8.2.2).
_ANCHOR = re.compile(r"[A-Za-z_][-A-Za-z0-9._]*")
_ESCAPE = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class SchemaIndex:
    """All schemas of one document by place; `()` is the document itself.

    `effort` says by `id` of a schema how many schemas apply to a value that it applies to.
    """

    tool: str
    schemas: dict[Place, Schema]
    effort: dict[int, int]

    @property
    def document(self) -> dict[str, Any]:
        """The whole schema."""
        return cast("dict[str, Any]", self.schemas[()])

    def objects(self) -> Iterator[dict[str, Any]]:
        """Yield every schema that is not a plain `true` or `false`."""
        return (schema for schema in self.schemas.values() if isinstance(schema, dict))

    def target(self, ref: str) -> Schema:
        """Return the schema that a `$ref` names (checked when the index was made)."""
        return self.schemas[place_of(ref)]

    def same_value(self, schema: dict[str, Any]) -> Iterator[tuple[str, Schema]]:
        """Yield the schemas that apply to the same value, with the keyword that says so."""
        if "$ref" in schema:
            yield "$ref", self.target(schema["$ref"])
        for place, sub in subschemas(schema):
            if place[0] in IN_PLACE:
                yield place[0], sub


def index_schemas(document: dict[str, Any], tool: str) -> SchemaIndex:
    """Index a schema in the current draft.

    Raises:
        PlanRefused: a reference that is remote, dangling, or leads back to itself without
            consuming a value; or a keyword that changes what references mean.
    """
    index = SchemaIndex(tool, dict(_walk((), document)), {})
    for place, schema in index.schemas.items():
        if isinstance(schema, dict):
            _check_references(index, place, schema)
    _check_circles(index)
    index.effort.update(Effort(index.schemas, tool).by_schema)
    return index


def _walk(place: Place, schema: Schema) -> Iterator[tuple[Place, Schema]]:
    yield place, schema
    if isinstance(schema, dict):
        for inner, sub in subschemas(schema):
            yield from _walk(place + inner, sub)


def _check_references(index: SchemaIndex, place: Place, schema: dict[str, Any]) -> None:
    for key in _UNSUPPORTED:
        if key in schema:
            raise refused(
                index.tool,
                f"`{key}` in the input schema at {_shown(place)}",
                "use `$ref` with a JSON Pointer into the same schema (`#/$defs/name`)",
            )
    anchor = schema.get("$anchor", "a")
    if not (isinstance(anchor, str) and _ANCHOR.fullmatch(anchor)):
        raise refused(index.tool, f"`$anchor` {cut(anchor)} at {_shown(place)} is no plain name")
    if "$ref" not in schema:
        return
    ref = schema["$ref"]
    if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
        raise refused(
            index.tool,
            f"remote reference {cut(ref)} in the input schema at {_shown(place)}",
            "put the definition into the same schema under `$defs`; nothing is ever fetched",
        )
    if _ESCAPE.search(unquote(ref)) or place_of(ref) not in index.schemas:
        raise refused(index.tool, f"reference {cut(ref)} at {_shown(place)} leads to no schema")


def _check_circles(index: SchemaIndex) -> None:
    """Refuse a schema that applies to a value only if it applies to the same value.

    A validator would follow it without end.
    """
    done: set[Place] = set()
    for start in index.schemas:
        trail: list[tuple[Place, Iterator[Place]]] = [(start, _same_value(index, start))]
        open_places = {start}
        while trail and start not in done:
            place, rest = trail[-1]
            following = next((item for item in rest if item not in done), None)
            if following is None:
                done.add(place)
                open_places.discard(place)
                trail.pop()
            elif following in open_places:
                raise refused(index.tool, f"reference at {_shown(place)} leads back to itself")
            else:
                open_places.add(following)
                trail.append((following, _same_value(index, following)))


def _same_value(index: SchemaIndex, place: Place) -> Iterator[Place]:
    schema = index.schemas[place]
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield place_of(schema["$ref"])
    for inner, _sub in subschemas(schema):
        if inner[0] in IN_PLACE:
            yield place + inner


def _shown(place: Place) -> str:
    return cut("#/" + "/".join(place) if place else "#")
