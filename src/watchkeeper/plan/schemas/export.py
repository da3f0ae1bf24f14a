"""JSON Schemas from the models, so that the two can not differ (JSON Schema 2020-12)."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import orjson
from pydantic import BaseModel

from watchkeeper.plan.workspace.kinds import PLACES

MODELS: dict[str, type[BaseModel]] = {place.kind: place.model for place in PLACES}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_files() -> dict[str, str]:
    """Return the text of each schema file by its name, made from the models."""
    return {f"{name}.schema.json": _render(kind) for name, kind in MODELS.items()}


def published_schema(name: str) -> str:
    """Return the text of a schema file as the package carries it."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _render(kind: type[BaseModel]) -> str:
    schema: dict[str, Any] = {"$schema": _DIALECT, **kind.model_json_schema(by_alias=True)}
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(schema, option=options).decode()
