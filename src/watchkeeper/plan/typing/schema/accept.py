"""From what a tool server listed to a schema that can be typed and enforced."""

from __future__ import annotations

from typing import Any, NoReturn

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from watchkeeper.errors import cut
from watchkeeper.plan.typing.schema.drafts import as_current_draft
from watchkeeper.plan.typing.schema.foreign import check_foreign, refused
from watchkeeper.plan.typing.schema.index import SchemaIndex, index_schemas

_PATTERN_ADVICE = (
    "write patterns without look-around and back-references, and with small repeat counts: "
    "they are matched in linear time"
)


def accept_schema(listed: object, tool: str) -> SchemaIndex:
    """Check an input schema as listed, and index it in the current draft.

    Raises:
        PlanRefused: whatever is wrong with it, naming the tool and the place.
    """
    check_foreign(listed, tool)
    if not isinstance(listed, dict):
        raise refused(
            tool,
            "no input schema" if listed is None else f"input schema is no object: {cut(listed)}",
            "have the server list an `inputSchema` with `type: object`",
        )
    document = as_current_draft(listed, tool)
    check_compiles(document, tool)
    return index_schemas(document, tool)


def check_compiles(document: dict[str, Any], tool: str) -> None:
    """Compile the schema as it will be enforced.

    Raises:
        PlanRefused: a keyword of the wrong type, a pattern that can not be matched in linear
            time, a reference that leads nowhere.
    """
    try:
        Draft202012Validator(
            document,
            validate_formats=True,
            pattern_options=RegexOptions(),
            retriever=_never,
        )
    except ValidationError as error:
        place = "/".join(str(part) for part in error.instance_path)
        advice = _PATTERN_ADVICE if "regex" in error.message else None
        why = f"input schema is not valid at {cut('#/' + place)}: {cut(error.message)}"
        raise (refused(tool, why, advice) if advice else refused(tool, why)) from None
    except ValueError as error:
        raise refused(tool, f"input schema can not be compiled: {cut(error)}") from None


def _never(uri: str) -> NoReturn:
    raise ValueError(f"remote reference {cut(uri)} is never fetched")
