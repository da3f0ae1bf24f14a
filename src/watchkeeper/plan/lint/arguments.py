"""What a tool file says of arguments, against the arguments that the tool has."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.compile.fact_types import check_fact_name
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.models.tool import ToolEntry, ToolFile
from watchkeeper.plan.workspace.report import Place, Report
from watchkeeper.plan.workspace.yaml_tree import Fraction
from watchkeeper.records.typing import NodeKind, spelled


def check_arguments(
    file: Checked[ToolFile], typed: Mapping[str, TypedTool], report: Report
) -> None:
    """Check what every tool of a server says of its arguments."""
    for name, tool in typed.items():
        entry, place = file.says.tools[name], ("tools", name)
        _resource(file, place, entry, tool, report)
        _named(file, (*place, "clear"), entry.clear, tool, report)
        _named(file, (*place, "subject"), entry.subject, tool, report)
        for argument in sorted(set(entry.clear) & set(entry.subject)):
            message = f"`{argument}` names a person, so it must not stand in the log in clear"
            report.safety(
                file, (*place, "clear"), message, "take it out of `clear`", "subject-clear"
            )
        _retries(file, place, entry, tool, report)
        _sentence(file, place, entry, tool, report)
        _facts(file, place, entry, typed, tool, report)
        _settle(file, place, entry, typed, tool, report)


def _resource(
    file: Checked[ToolFile], place: Place, entry: ToolEntry, tool: TypedTool, report: Report
) -> None:
    if entry.resource is None:
        return
    argument, where = entry.resource.argument, (*place, "resource", "argument")
    if not _named(file, where, [argument], tool, report):
        return
    node = tool.root.attributes[spelled(argument)]
    if node.kind is not NodeKind.STRING or spelled(argument) not in tool.root.required:
        report.safety(
            file,
            where,
            f"`{argument}` can not name what is acted on: it must be text, and always given",
            "name another argument, or leave `resource` out",
            "bad-resource",
        )


def _named(
    file: Checked[ToolFile], place: Place, names: Iterable[str], tool: TypedTool, report: Report
) -> bool:
    fine = True
    for name in names:
        if spelled(name) not in tool.root.attributes:
            fine = False
            advice = nearest(name, tool.root.attributes)
            message = f"the tool `{tool.tool}` has no argument `{name}`"
            report.safety(file, place, message, advice, "unknown-argument")
    return fine


def _retries(
    file: Checked[ToolFile], place: Place, entry: ToolEntry, tool: TypedTool, report: Report
) -> None:
    if entry.once_per is not None:
        _named(file, (*place, "once_per"), entry.once_per.arguments, tool, report)
    if entry.idempotency is None:
        return
    where = (*place, "idempotency")
    if not _named(file, where, [entry.idempotency], tool, report):
        return
    node = tool.root.attributes[spelled(entry.idempotency)]
    if node.kind is not NodeKind.STRING:
        message = f"`{entry.idempotency}` is no text, so it can not make a retry recognisable"
        report.safety(file, where, message, "name an argument of type string", "bad-key")
    elif spelled(entry.idempotency) not in tool.root.required:
        message = f"`{entry.idempotency}` may be left out, and then a retry is not recognised"
        report.gap(file, where, message, "add `once_per:` beside it", "retry-not-recognised")


def _sentence(
    file: Checked[ToolFile], place: Place, entry: ToolEntry, tool: TypedTool, report: Report
) -> None:
    try:
        parts = list(string.Formatter().parse(entry.sentence))
    except ValueError:
        message = "the sentence has a brace without its fellow"
        report.safety(file, (*place, "sentence"), message, "double the brace", "bad-sentence")
        return
    if any(name is not None and (spec or conversion) for _, name, spec, conversion in parts):
        message = "the sentence formats an argument"
        report.safety(file, (*place, "sentence"), message, "write `{argument}`", "bad-sentence")
        return
    names = [name for _, name, _, _ in parts if name is not None]
    _named(file, (*place, "sentence"), names, tool, report)


def _facts(
    file: Checked[ToolFile],
    place: Place,
    entry: ToolEntry,
    typed: Mapping[str, TypedTool],
    tool: TypedTool,
    report: Report,
) -> None:
    for name, fact in entry.facts.items():
        where = (*place, "facts", name)
        try:
            check_fact_name(name)
        except PlanRefused as error:
            report.safety(file, where, error.message, error.advice, "bad-fact")
        _read(file, where, fact.tool, fact.arguments, typed, tool, report)
        for field in fact.fields:
            if not (field.isascii() and field.isidentifier()):
                message = f"the field `{field}` has no plain name"
                advice = "use letters, digits and underscores; `path:` says where it stands"
                report.safety(file, (*where, "fields", field), message, advice, "bad-fact")


def _settle(
    file: Checked[ToolFile],
    place: Place,
    entry: ToolEntry,
    typed: Mapping[str, TypedTool],
    tool: TypedTool,
    report: Report,
) -> None:
    if entry.settle is None:
        return
    where = (*place, "settle")
    _read(file, where, entry.settle.tool, entry.settle.arguments, typed, tool, report)
    equals = entry.settle.equals
    if isinstance(equals, dict):
        if set(equals) != {"argument"}:
            message = "`equals` is a plain value, or `{argument: name}`"
            report.safety(file, (*where, "equals"), message, "write one of the two", "bad-settle")
        else:
            _named(file, (*where, "equals"), [str(equals["argument"])], tool, report)
    elif isinstance(equals, Fraction | list):
        message = "`equals` can not be a fraction or a list"
        report.safety(
            file, (*where, "equals"), message, "compare text or whole numbers", "bad-settle"
        )
    if not entry.writes:
        message = "a tool that does not write has nothing to settle"
        report.safety(file, where, message, "take `settle` away", "bad-settle")


def _read(
    file: Checked[ToolFile],
    place: Place,
    name: str,
    arguments: Mapping[str, Any],
    typed: Mapping[str, TypedTool],
    tool: TypedTool,
    report: Report,
) -> None:
    """Check a call of a read tool: that it reads, and that its arguments are all there."""
    if not report.needs(file, (*place, "tool"), "tool", name, file.says.tools):
        return
    if file.says.tools[name].writes:
        message = f"`{name}` writes, so it can not be asked for a fact"
        report.safety(file, (*place, "tool"), message, "name a tool that reads", "fact-writes")
    source = typed.get(name)
    if source is None:
        return
    _named(file, (*place, "arguments"), arguments, source, report)
    for missing in sorted(set(source.root.required) - {spelled(a) for a in arguments}):
        message = f"`{name}` needs the argument `{missing}`"
        report.safety(
            file, (*place, "arguments"), message, "say what it is given", "missing-argument"
        )
    for key, value in arguments.items():
        where = (*place, "arguments", key)
        if isinstance(value, str) and not isinstance(value, Fraction):
            _named(file, where, [value], tool, report)
        elif not _is_fixed(value):
            advice = "write the name of an argument, or `{value: ...}`"
            report.safety(file, where, f"`{key}` is given nothing plain", advice, "bad-fact")


def _is_fixed(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"value"}:
        return False
    return value["value"] is None or (
        isinstance(value["value"], str | int) and not isinstance(value["value"], Fraction)
    )
