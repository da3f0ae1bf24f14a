"""JSON Schemas of what pages say, made from the dataclasses that say it."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from typing import Any, Union

from watchkeeper.records.codec import Json, camel
from watchkeeper.records.instant import Instant

_PLAIN: dict[Any, dict[str, Json]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    type(None): {"type": "null"},
    Any: {},
    Instant: {"type": "string", "format": "date-time"},
}


class Schemas:
    """Collects the schemas of dataclasses under their names, for `#/components/schemas`."""

    def __init__(self) -> None:
        self.named: dict[str, Json] = {}

    def of(self, kind: Any) -> dict[str, Json]:
        """Return the schema of a type: a reference where it is a dataclass."""
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return {"type": "string", "enum": [member.value for member in kind]}
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            return self._reference(kind)
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self.of(one) for one in inner]}
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(inner[1])}
        return {"type": "array", "items": self.of(inner[0])}

    def _reference(self, kind: type) -> dict[str, Json]:
        if kind.__name__ not in self.named:
            self.named[kind.__name__] = {}
            self.named[kind.__name__] = self._object(kind)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}

    def _object(self, kind: type) -> dict[str, Json]:
        hints = typing.get_type_hints(kind)
        fields = [field for field in dataclasses.fields(kind) if field.init]
        about = (kind.__doc__ or "").strip()
        return {
            "type": "object",
            "description": " ".join(about.split()),
            "properties": {camel(field.name): self.of(hints[field.name]) for field in fields},
            "required": [camel(field.name) for field in fields if not _optional(field)],
            "additionalProperties": False,
        }


def _optional(field: dataclasses.Field[Any]) -> bool:
    return (
        field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    )
