"""What a tool file says of arguments, against the arguments that the tool has."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.compile.fact_types import check_fact_name
from watchkeeper.plan.lint.tools.reads import check_fixed, check_read
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.models.tool import ToolEntry, ToolFile
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.typing import NodeKind, spelled


def check_arguments(
    file: Checked[ToolFile], typed: Mapping[str, TypedTool], report: Report
) -> None:
    """Check what every tool of a server says of its arguments."""
    for name, tool in typed.items():
        entry, spot = file.says.tools[name], report.at(file, "tools", name)
        _resource(entry, tool, spot)
        _visible(entry, tool, spot)
        _retries(entry, tool, spot)
        _sentence(entry, tool, spot.inside("sentence"))
        named(entry.first, tool, spot.inside("first"))
        _facts(file.says, entry, typed, tool, spot)
        _settle(file.says, entry, typed, tool, spot)


def named(names: Iterable[str], tool: TypedTool, spot: Spot) -> bool:
    """Note arguments that a tool does not have; return whether it has them all."""
    known = tool.root.attributes
    missing = [name for name in names if spelled(name) not in known]
    for name in missing:
        message = f"the tool `{tool.tool}` has no argument `{name}`"
        spot.safety("unknown-argument", message, nearest(name, known))
    return not missing


def _resource(entry: ToolEntry, tool: TypedTool, spot: Spot) -> None:
    if entry.resource is None:
        return
    argument, where = entry.resource.argument, spot.inside("resource", "argument")
    if not named([argument], tool, where):
        return
    node = tool.root.attributes[spelled(argument)]
    if node.kind is not NodeKind.STRING or spelled(argument) not in tool.root.required:
        where.safety(
            "bad-resource",
            f"`{argument}` can not name what is acted on: it must be text, and always given",
            "name another argument, or leave `resource` out",
        )


def _visible(entry: ToolEntry, tool: TypedTool, spot: Spot) -> None:
    named(entry.clear, tool, spot.inside("clear"))
    named(entry.subject, tool, spot.inside("subject"))
    for argument in sorted(set(entry.clear) & set(entry.subject)):
        message = f"`{argument}` names a person, so it must not stand in the log in clear"
        spot.inside("clear").safety("subject-clear", message, "take it out of `clear`")


def _retries(entry: ToolEntry, tool: TypedTool, spot: Spot) -> None:
    if entry.once_per is not None:
        named(entry.once_per.arguments, tool, spot.inside("once_per"))
    where = spot.inside("idempotency")
    if entry.idempotency is None or not named([entry.idempotency], tool, where):
        return
    node = tool.root.attributes[spelled(entry.idempotency)]
    if node.kind is not NodeKind.STRING:
        message = f"`{entry.idempotency}` is no text, so it can not make a retry recognisable"
        where.safety("bad-key", message, "name an argument of type string")
    elif spelled(entry.idempotency) not in tool.root.required and entry.once_per is None:
        message = f"`{entry.idempotency}` may be left out, and then a retry is not recognised"
        where.gap("retry-not-recognised", message, "add `once_per:` beside it")


def _sentence(entry: ToolEntry, tool: TypedTool, spot: Spot) -> None:
    try:
        parts = list(string.Formatter().parse(entry.sentence))
    except ValueError:
        message = "the sentence has a brace without its fellow"
        spot.safety("bad-sentence", message, "double the brace")
        return
    if any(name is not None and (spec or conversion) for _, name, spec, conversion in parts):
        spot.safety("bad-sentence", "the sentence formats an argument", "write `{argument}`")
        return
    named([name for _, name, _, _ in parts if name is not None], tool, spot)


def _facts(
    server: ToolFile,
    entry: ToolEntry,
    typed: Mapping[str, TypedTool],
    tool: TypedTool,
    spot: Spot,
) -> None:
    for name, fact in entry.facts.items():
        where = spot.inside("facts", name)
        try:
            check_fact_name(name)
        except PlanRefused as error:
            where.safety("bad-fact", error.message, error.advice)
        if check_read(server, fact.tool, fact.arguments, typed, where):
            _passed(fact.arguments, typed.get(fact.tool), tool, where.inside("arguments"))
        for field in fact.fields:
            if not (field.isascii() and field.isidentifier()):
                message = f"the field `{field}` has no plain name"
                advice = "use letters, digits and underscores; `path:` says where it stands"
                where.inside("fields", field).safety("bad-fact", message, advice)


def _settle(
    server: ToolFile,
    entry: ToolEntry,
    typed: Mapping[str, TypedTool],
    tool: TypedTool,
    spot: Spot,
) -> None:
    settle, where = entry.settle, spot.inside("settle")
    if settle is None:
        return
    if not entry.writes:
        where.safety("bad-settle", "a tool that does not write has nothing to settle", "remove it")
    if check_read(server, settle.tool, settle.arguments, typed, where):
        _passed(settle.arguments, typed.get(settle.tool), tool, where.inside("arguments"))
    equals = where.inside("equals")
    match settle.equals:
        case {"argument": str(name)} if len(settle.equals) == 1:
            named([name], tool, equals)
        case value:
            check_fixed(value, equals)


def _passed(
    arguments: Mapping[str, Any], source: TypedTool | None, tool: TypedTool, spot: Spot
) -> None:
    """Check that a read is given arguments that it has, from arguments that there are."""
    if source is not None:
        named(arguments, source, spot)
    for key, value in arguments.items():
        match value:
            case {"value": fixed} if len(value) == 1:
                check_fixed(fixed, spot.inside(key))
            case str():
                named([value], tool, spot.inside(key))
            case _:
                advice = "write the name of an argument, or `{value: ...}`"
                spot.inside(key).safety("bad-fact", f"`{key}` is given nothing plain", advice)
