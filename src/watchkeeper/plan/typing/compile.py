"""One tool: from its input schema and its part of the tool file to what the bundle carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.typing.cedar_types import (
    derived_type,
    enum_entities,
    size_type,
    value_type,
)
from watchkeeper.plan.typing.derived import derive
from watchkeeper.plan.typing.nodes import NodeBuilder
from watchkeeper.plan.typing.options import ToolTypingOptions
from watchkeeper.plan.typing.schema.accept import accept_schema, check_compiles
from watchkeeper.plan.typing.schema.closing import closed_schema
from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.records.codec import Json
from watchkeeper.records.typing import Node

_NONE = ToolTypingOptions()
_MAX_PLACES = 15
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class TypedTool:
    """A tool whose arguments have Cedar types.

    `closed_schema` is what arguments are checked against (it may hold floats and any keys);
    `root` and `derived` are what the encoder walks; the three `cedar_…_type` are record types of
    the Cedar schema language; `enum_entities` are the entity types that they name, with their
    values; `unbounded` are the numeric arguments without a lower bound in the schema.
    """

    tool: str
    closed_schema: dict[str, Any]
    root: Node
    cedar_args_type: str
    cedar_derived_type: str
    cedar_size_type: str
    enum_entities: Mapping[str, tuple[str, ...]]
    derived: Mapping[str, Json]
    opaque: tuple[str, ...]
    unbounded: tuple[str, ...]
    warnings: tuple[str, ...]


def compile_input_schema(
    schema: Json, *, tool: str, options: ToolTypingOptions = _NONE
) -> TypedTool:
    """Type the arguments of a tool, or say why it can not be put behind policy.

    `schema` is foreign input: any JSON value, or None where the server listed none.

    Raises:
        PlanRefused: naming the tool, the path and the cure.
    """
    builder, root, closed = _built(schema, tool, options)
    if builder.untyped:
        raise _untyped(tool, builder.untyped)
    _check_used(tool, options, builder)
    derived = derive(tool, options.derived, builder.found)
    return TypedTool(
        tool=tool,
        closed_schema=closed,
        root=root,
        cedar_args_type=value_type(root),
        cedar_derived_type=derived_type(derived),
        cedar_size_type=size_type(root),
        enum_entities=dict(enum_entities(root)),
        derived=derived,
        opaque=tuple(sorted(options.opaque)),
        unbounded=tuple(sorted(set(builder.unbounded))),
        warnings=tuple(builder.warnings),
    )


def suggest_options(
    schema: Json, *, tool: str, options: ToolTypingOptions = _NONE
) -> ToolTypingOptions:
    """Return the options with every path listed as opaque that has to be.

    For drafting a tool file; a person should look at each.

    Raises:
        PlanRefused: the schema can not be used whatever the tool file says.
    """
    while True:
        builder, _root, _closed = _built(schema, tool, options)
        if not builder.untyped:
            return options
        options = replace(options, opaque=(*options.opaque, *builder.untyped))


def _built(
    schema: Json, tool: str, options: ToolTypingOptions
) -> tuple[NodeBuilder, Node, dict[str, Any]]:
    _check_options(tool, options)
    index = accept_schema(schema, tool)
    closed = closed_schema(index)
    check_compiles(closed, tool)
    builder = NodeBuilder(index, options)
    return builder, builder.root(), closed


def _check_options(tool: str, options: ToolTypingOptions) -> None:
    for path, places in options.scale.items():
        if isinstance(places, bool) or not 1 <= places <= _MAX_PLACES:
            why = f"`scale` of argument {cut(path)} is {cut(places)}"
            raise refused(tool, why, f"say how many decimal places, from 1 to {_MAX_PLACES}")


def _check_used(tool: str, options: ToolTypingOptions, builder: NodeBuilder) -> None:
    for kind, paths in (("opaque", options.opaque), ("scale", options.scale)):
        for path in paths:
            if path not in builder.used:
                raise refused(
                    tool,
                    f"`{kind}` names {cut(path)}, which is no such argument",
                    "write the path as in the schema, dotted; `scale` needs a number; "
                    f"this tool has {_some(list(builder.found))}",
                )


def _untyped(tool: str, untyped: Mapping[str, str]) -> PlanRefused:
    shown = _some([f"{path} ({why})" for path, why in untyped.items()])
    return refused(
        tool,
        f"arguments that policy could not see: {shown}",
        "narrow the schema, or list these paths under `opaque:` of the tool in the tool file",
    )


def _some(items: list[str]) -> str:
    shown = ", ".join(cut(item) for item in items[:_SHOWN])
    more = len(items) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown or "no arguments"
