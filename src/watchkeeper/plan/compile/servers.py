"""Tool servers: the tool file and the listed definitions, as the plan carries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import PlanError, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.plan.compile.bounds.money import money_of
from watchkeeper.plan.typing import ToolTypingOptions, TypedTool, compile_input_schema
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.finding import BAD_TOOL, OTHER_PIN, Finding, Severity
from watchkeeper.plan.workspace.models.tool import Fact, ToolEntry, ToolFile
from watchkeeper.plan.workspace.yaml_tree import Fraction
from watchkeeper.records.plan.tools import (
    FactSource,
    Level,
    OncePer,
    PermitRule,
    Server,
    Settlement,
    Tool,
)


@dataclass(slots=True)
class CompiledServer:
    """A server of the plan, the types of its tools by name, and what is wrong with it."""

    server: Server
    typed: dict[str, TypedTool] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def compile_server(file: Checked[ToolFile], definitions: Mapping[str, Any]) -> CompiledServer:
    """Compile one tool file; a tool that does not hold is left out, and named.

    One whose pin is not that of its definition stays in, so that what is said of the rest is right:
    the finding stops the release.
    """
    compiled = CompiledServer(_server(file.says))
    tools = []
    for name, entry in file.says.tools.items():
        try:
            definition = _definition(name, definitions)
            compiled.findings.extend(_other_pin(file, name, entry, definition))
            typed = _typed(name, entry, definition)
        except PlanError as error:
            compiled.findings.append(_finding(file, name, error))
            continue
        compiled.typed[name] = typed
        tools.append(_tool(name, entry, typed))
        compiled.findings.extend(_warnings(file, name, typed))
    compiled.server = _server(file.says, tuple(tools))
    return compiled


def _definition(name: str, definitions: Mapping[str, Any]) -> Any:
    definition = definitions.get(name)
    if definition is None:
        raise PlanError(
            f"there is no definition of tool {cut(name)}", "run `watchkeeper plan import-tools`"
        )
    return definition


def _typed(name: str, entry: ToolEntry, definition: Any) -> TypedTool:
    options = ToolTypingOptions(
        opaque=tuple(entry.opaque),
        scale=entry.scale,
        derived={key: _numbers(said) for key, said in entry.derived.items()},
        namespace=entry.namespace or "",
    )
    return compile_input_schema(definition.get("inputSchema"), tool=name, options=options)


def _other_pin(
    file: Checked[ToolFile], name: str, entry: ToolEntry, definition: Any
) -> Iterator[Finding]:
    try:
        pin = tool_pin(definition)
    except RecordInvalid as error:
        raise PlanError(f"tool {cut(name)}: {error.message}", "leave the tool out") from None
    if pin != entry.pin:
        other = PlanError(
            f"the pin of tool {cut(name)} is not that of its definition ({pin[:12]}…)",
            "look at what changed, then run `watchkeeper plan import-tools`",
        )
        yield _finding(file, name, other, OTHER_PIN)


def _numbers(value: Any) -> Any:
    """Give fractions, which the workspace keeps as they were written, as numbers."""
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    return [_numbers(item) for item in value] if isinstance(value, list) else value


def _permit(says: ToolFile) -> PermitRule | None:
    said = says.permit
    return None if said is None else PermitRule(said.audience, said.lifetime)


def _server(says: ToolFile, tools: tuple[Tool, ...] = ()) -> Server:
    return Server(
        id=says.id,
        command=tuple(says.command),
        url=says.url,
        cwd=says.cwd,
        env=dict(says.env),
        headers=dict(says.headers),
        user=says.user,
        methods=tuple(sorted(set(says.methods))),
        module=says.module,
        permit=_permit(says),
        tools=tuple(sorted(tools, key=lambda tool: tool.name)),
    )


def _tool(name: str, entry: ToolEntry, typed: TypedTool) -> Tool:
    return Tool(
        name=name,
        pin=entry.pin,
        writes=entry.writes,
        schema=canonical_arguments(typed.closed_schema).decode(),
        root=typed.root,
        derived=dict(typed.derived),
        resource_type=entry.resource.type if entry.resource else None,
        resource_argument=entry.resource.argument if entry.resource else None,
        clear=tuple(sorted(set(entry.clear))),
        subject=tuple(sorted(set(entry.subject))),
        opaque=tuple(sorted(set(entry.opaque))),
        idempotency_argument=entry.idempotency,
        once_per=(
            OncePer(tuple(sorted(set(entry.once_per.arguments))), entry.once_per.within)
            if entry.once_per
            else None
        ),
        error_means_no_effect=entry.error_means_no_effect,
        cancel=entry.cancel or None,
        facts=tuple(_fact(name, fact) for name, fact in sorted(entry.facts.items())),
        settle=(
            Settlement(
                entry.settle.tool,
                dict(entry.settle.arguments),
                entry.settle.field,
                entry.settle.equals,
            )
            if entry.settle
            else None
        ),
        timeout_millis=entry.timeout * 1000,
        level=Level(entry.level),
        sentence=entry.sentence,
        first=tuple(dict.fromkeys(entry.first)),
        money=money_of(entry),
        untrusted=entry.untrusted or None,
    )


def _fact(name: str, fact: Fact) -> FactSource:
    return FactSource(
        name=name,
        tool=fact.tool,
        arguments=dict(fact.arguments),
        fields={key: says.path for key, says in fact.fields.items()},
        types={key: says.type for key, says in fact.fields.items()},
        timeout_millis=fact.timeout * 1000,
        trusted=fact.trusted,
        volatile=fact.volatile,
    )


def _warnings(file: Checked[ToolFile], name: str, typed: TypedTool) -> Iterator[Finding]:
    for warning in typed.warnings:
        yield Finding(
            Severity.MANAGEMENT,
            file.file,
            file.line("tools", name),
            f"tool {cut(name)}: {warning}",
            "",
            "typing",
        )


def _finding(file: Checked[ToolFile], name: str, error: PlanError, code: str = BAD_TOOL) -> Finding:
    line = file.line("tools", name)
    return Finding(Severity.SAFETY, file.file, line, error.message, error.advice, code)
