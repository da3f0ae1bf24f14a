"""One AI system compiled: its Cedar schema, its policies, its grants, all validated together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cedarpy

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.compile.assemble import ScopedPolicy
from watchkeeper.plan.compile.bounds.history import history_of, history_type
from watchkeeper.plan.compile.bounds.shared import Shared, facts_of, shared_policies
from watchkeeper.plan.compile.fact_types import aims_type, facts_type
from watchkeeper.plan.compile.grants import Place, grant_policies
from watchkeeper.plan.compile.servers import CompiledServer
from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.policies.scope import actions_of, check_names
from watchkeeper.plan.policies.validate import validate, warn
from watchkeeper.plan.typing import ActionSpec, EntitySpec, TypedTool, cedar_schema
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.models.authority import AuthorityFile, GrantEntry
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.plan.workspace.models.tool import ToolEntry, ToolFile
from watchkeeper.records.plan.bounds import History

NO_RESOURCE = "Server"
"""The type of what is acted on where a tool names nothing: its server, by id."""


@dataclass(slots=True)
class CompiledSystem:
    """A system's Cedar schema, its policies with their actions, and what is wrong."""

    schema: str | None = None
    policies: list[ScopedPolicy] = field(default_factory=list)
    tools: dict[str, TypedTool] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    history: tuple[History, ...] = ()


def compile_system(  # noqa: PLR0913 - all that a system is made of
    system: Checked[SystemFile],
    servers: Mapping[str, tuple[Checked[ToolFile], CompiledServer]],
    authority: Sequence[Checked[AuthorityFile]],
    written: Sequence[ParsedPolicy],
    shared: Sequence[Shared] = (),
    *,
    managed: bool = False,
) -> CompiledSystem:
    """Compile one system.

    `servers` are those that the system uses, `authority` the files of its agents, `written` the
    policies in its folder, `shared` the shared budgets of the workspace. With `managed` policies
    may ask in which state the management system is.
    """
    compiled = CompiledSystem()
    entries: dict[str, ToolEntry] = {}
    groups: dict[str, frozenset[str]] = {}
    for server, (file, part) in servers.items():
        for name, typed in part.typed.items():
            action = f"{server}/{name}"
            compiled.tools[action], entries[action] = typed, file.says.tools[name]
            kind = "writes" if entries[action].writes else "reads"
            groups[action] = frozenset({kind, f"server:{server}"})
    compiled.history = history_of(system.says, entries, compiled.tools)
    grants = _compile_grants(system.says.id, compiled, authority)
    agents = frozenset(agent.id for agent in system.says.agents)
    policies = [*written, *grants, *shared_policies(system.says.id, agents, shared)]
    ours = [aims_type()] if managed else []
    schema = _schema(system, compiled, entries, groups, (authority, shared, ours))
    if schema is None:
        return compiled
    for policy in policies:
        compiled.findings.extend(check_names(policy, agents, system.says.id, groups))
        compiled.findings.extend(warn(policy))
        compiled.policies.append(ScopedPolicy(policy, actions_of(policy.body, groups)))
    compiled.findings.extend(validate(policies, schema))
    return compiled


def _compile_grants(
    system: str, compiled: CompiledSystem, authority: Sequence[Checked[AuthorityFile]]
) -> list[ParsedPolicy]:
    found: list[ParsedPolicy] = []
    for file in authority:
        for i, grant in enumerate(file.says.grants):
            if not all(action in compiled.tools for action in grant.actions):
                continue
            place = Place(system, file.says.agent, file.file, file.line("grants", i))
            try:
                found.extend(grant_policies(grant, place, compiled.tools))
            except PlanRefused as error:
                compiled.findings.append(_finding(file.file, place.line, error))
    return found


def _schema(
    system: Checked[SystemFile],
    compiled: CompiledSystem,
    entries: Mapping[str, ToolEntry],
    groups: Mapping[str, frozenset[str]],
    bounds: tuple[Sequence[Checked[AuthorityFile]], Sequence[Shared], list[str]],
) -> cedarpy.Schema | None:
    authority, shared, ours = bounds
    grants = [grant for file in authority for grant in file.says.grants]
    try:
        actions = [
            ActionSpec(
                id=action,
                tool=typed,
                resource=_resource(entries[action]),
                facts=facts_type(
                    action,
                    typed,
                    entries[action].facts,
                    _typed(grants, compiled),
                    [*_own_facts(action, system.says.id, compiled, shared), *ours],
                ),
                groups=tuple(sorted(groups[action])),
            )
            for action, typed in sorted(compiled.tools.items())
        ]
        compiled.schema = cedar_schema(actions, [EntitySpec(NO_RESOURCE)])
    except PlanRefused as error:
        compiled.findings.append(_finding(system.file, system.line("servers"), error))
        return None
    return cedarpy.Schema.from_str(compiled.schema)


def _own_facts(
    action: str, system: str, compiled: CompiledSystem, shared: Sequence[Shared]
) -> list[str]:
    found = (facts_of(action, system, shared), history_type(action, compiled.history))
    return [part for part in found if part is not None]


def _typed(grants: Sequence[GrantEntry], compiled: CompiledSystem) -> list[GrantEntry]:
    """Leave out grants on tools that did not compile: they are named elsewhere."""
    return [g for g in grants if all(action in compiled.tools for action in g.actions)]


def _resource(entry: ToolEntry) -> str:
    return entry.resource.type if entry.resource else NO_RESOURCE


def _finding(file: str, line: int, error: PlanRefused) -> Finding:
    return Finding(Severity.SAFETY, file, line, error.message, error.advice, "bad-grant")
