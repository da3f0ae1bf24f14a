"""The workspace as a whole: everything that is wrong with it, and the plan that it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from watchkeeper.errors import PlanRefused, PlanUnreadable
from watchkeeper.ledger.plan_bundle import REGISTER
from watchkeeper.plan.compile.assemble import assemble
from watchkeeper.plan.compile.bounds.shared import Shared, shared_budgets
from watchkeeper.plan.compile.management.state import compile_management
from watchkeeper.plan.compile.servers import CompiledServer, compile_server
from watchkeeper.plan.compile.systems import CompiledSystem, compile_system
from watchkeeper.plan.lint.authority.grants import check_authority
from watchkeeper.plan.lint.authority.lent import check_delegable, check_tasks
from watchkeeper.plan.lint.authority.reach import check_grants, check_permits
from watchkeeper.plan.lint.bounds.budgets import check_budgets
from watchkeeper.plan.lint.bounds.history import check_history
from watchkeeper.plan.lint.bounds.money import check_money
from watchkeeper.plan.lint.controls import check_controls
from watchkeeper.plan.lint.management.rules import check_dates, check_management
from watchkeeper.plan.lint.management.treatment.assessments import check_stale
from watchkeeper.plan.lint.management.treatment.policies import check_aims
from watchkeeper.plan.lint.names import Names, names_of, tools_of_system
from watchkeeper.plan.lint.people.applications import check_applications
from watchkeeper.plan.lint.people.channels import check_channels
from watchkeeper.plan.lint.people.deputies import check_deputies
from watchkeeper.plan.lint.people.organisation import check_organisation
from watchkeeper.plan.lint.people.releases import check_releases
from watchkeeper.plan.lint.people.sign_in import check_sign_in
from watchkeeper.plan.lint.policies.ahead import check_ahead
from watchkeeper.plan.lint.policies.unknown_members import check_members
from watchkeeper.plan.lint.policies.written import check_lower_bounds, check_policy
from watchkeeper.plan.lint.tools.arguments import check_arguments
from watchkeeper.plan.lint.tools.permit_rules import check_permit_rules
from watchkeeper.plan.lint.tools.servers import check_servers
from watchkeeper.plan.policies.parse import ParsedPolicy, parse_files
from watchkeeper.plan.register.content import Register, register_of
from watchkeeper.plan.register.form import MAX_BYTES, register_bytes, register_digest
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.finding import Finding, Severity, in_order, stops_release, that_stop
from watchkeeper.plan.workspace.load import Workspace, load_workspace
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.codec import Json
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Linted:
    """What is wrong with a workspace, the worst first, and its plan where it makes one."""

    findings: tuple[Finding, ...]
    workspace: Workspace | None = None
    bundle: Bundle | None = None
    register: Register | None = None


def lint_workspace(path: Path, at: Instant | None = None) -> Linted:
    """Read a workspace, check it as a whole, and compile it. Never raises for what is in it.

    With `at`, what is overdue then is named too. It never enters the plan, which is the same on
    whatever day it is compiled.
    """
    workspace, findings = load_workspace(path)
    if workspace is None:
        return Linted(findings)
    bundle, more = _compile(workspace)
    dated = _dated(workspace, bundle, at) if at is not None else ()
    found = in_order((*findings, *more, *dated))
    return Linted(found, workspace, bundle, register_of(workspace))


def _dated(workspace: Workspace, bundle: Bundle | None, at: Instant) -> tuple[Finding, ...]:
    report = Report()
    if bundle is not None and bundle.management is not None:
        check_stale(workspace, bundle.management, at, report)
    check_dates(workspace, names_of(workspace), at, report)
    return tuple(replace(finding, dated=True) for finding in report.findings)


def beside_plan(linted: Linted) -> dict[str, Json]:
    """Return what goes with a plan to its home: the register, where the plan names one.

    It stays there, beside the plan, and is not published.
    """
    if linted.bundle is None or linted.bundle.management is None or linted.register is None:
        return {}
    return {REGISTER: linted.register.value}


def compile_workspace(workspace: Workspace) -> Bundle:
    """Compile a workspace to the plan that the runtime enforces.

    Raises:
        PlanRefused: something stops the release; the first finding is named.
    """
    bundle, findings = _compile(workspace)
    if bundle is None:
        worst = that_stop(in_order(findings))
        more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
        raise PlanRefused(f"the workspace does not hold: {worst[0]}{more}")
    return bundle


def compile_folder(path: Path) -> Bundle:
    """Read and compile the workspace in a folder.

    Raises:
        PlanUnreadable: a file can not be read or parsed.
        PlanRefused: something else stops the release.
    """
    return compiled(lint_workspace(path))


def compiled(linted: Linted) -> Bundle:
    """Return the plan that a workspace makes; raises as `compile_folder` does."""
    if linted.bundle is not None:
        return linted.bundle
    worst = that_stop(linted.findings)
    more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
    message = f"the workspace does not hold: {worst[0]}{more}"
    if worst[0].severity is Severity.UNREADABLE:
        raise PlanUnreadable(message)
    raise PlanRefused(message)


def _compile(workspace: Workspace) -> tuple[Bundle | None, tuple[Finding, ...]]:
    names, report = names_of(workspace), Report()
    check_organisation(workspace, names, report)
    check_sign_in(workspace, report)
    check_servers(workspace, names, report)
    check_permit_rules(workspace, names, report)
    check_applications(workspace, report)
    check_deputies(workspace, names, report)
    check_releases(workspace, names, report)
    check_authority(workspace, names, report)
    check_tasks(workspace, names, report)
    check_delegable(workspace, names, report)
    servers = _servers(workspace, report)
    written = _written(workspace, report)
    check_budgets(workspace, names, servers, report)
    shared = shared_budgets(workspace)
    systems = _systems(workspace, servers, (written, shared), report)
    scoped = [policy for system in systems.values() for policy in system.policies]
    _check_policies(workspace, names, systems, report)
    check_channels(workspace, names, [item.policy for item in scoped], report)
    check_controls(workspace, names, {s.policy.notes.control: s for s in scoped}, report)
    policies = {s.policy.notes.id: s.policy.notes.control for s in scoped}
    check_management(workspace, replace(names, policies=policies), report)
    register = _register(workspace, report)
    findings = in_order(report.findings)
    if stops_release(findings):
        return None, findings
    schemas = {name: system.schema for name, system in systems.items() if system.schema}
    gaps = [str(f) for f in findings if f.severity is Severity.MANAGEMENT]
    bundle = assemble(workspace, servers, scoped, schemas, gaps)
    with_history = tuple(
        replace(one, history=systems[one.id].history if one.id in systems else ())
        for one in bundle.systems
    )
    budgets = tuple(one.budget for one in shared)
    whole = replace(bundle, systems=with_history, shared_budgets=budgets)
    return replace(whole, management=compile_management(workspace, whole, register)), findings


def _register(workspace: Workspace, report: Report) -> str:
    """Return the digest of the register, which has to be one that can be read again."""
    if not workspace.management.any():
        return ""
    raw = register_bytes(register_of(workspace))
    if len(raw) > MAX_BYTES:
        report.at(workspace.aims).safety(
            "register-too-large",
            f"the records of the management system have {len(raw)} bytes in all",
            f"at most {MAX_BYTES} can be released: keep long texts in documents",
        )
    return register_digest(raw)


def _servers(workspace: Workspace, report: Report) -> dict[str, CompiledServer]:
    compiled = {}
    for name, file in workspace.servers.items():
        compiled[name] = compile_server(file, workspace.definitions[name])
        report.findings.extend(compiled[name].findings)
        check_arguments(file, compiled[name].typed, report)
        check_money(file, compiled[name].typed, report)
    return compiled


def _written(workspace: Workspace, report: Report) -> tuple[ParsedPolicy, ...]:
    policies, findings = parse_files(workspace.cedar)
    report.findings.extend(findings)
    for system, file, _ in workspace.cedar:
        found = workspace.systems.get(system)
        if found is None or not found.says.servers:
            message = f"there is no system `{system}` with tools that these policies could bear on"
            advice = nearest(system, workspace.systems)
            report.findings.append(
                Finding(Severity.SAFETY, file, 0, message, advice, "unknown-reference")
            )
    return policies


def _systems(
    workspace: Workspace,
    servers: dict[str, CompiledServer],
    rules: tuple[tuple[ParsedPolicy, ...], tuple[Shared, ...]],
    report: Report,
) -> dict[str, CompiledSystem]:
    compiled = {}
    written, shared = rules
    for name, system in workspace.systems.items():
        used = {
            server: (workspace.servers[server], servers[server])
            for server in system.says.servers
            if server in servers
        }
        if not used:
            continue
        agents = {agent.id for agent in system.says.agents}
        authority = [f for agent, f in workspace.authority.items() if agent in agents]
        mine = [policy for policy in written if policy.system == name]
        compiled[name] = compile_system(
            system, used, authority, mine, shared, managed=workspace.management.any()
        )
        report.findings.extend(compiled[name].findings)
    return compiled


def _check_policies(
    workspace: Workspace, names: Names, systems: dict[str, CompiledSystem], report: Report
) -> None:
    for name, system in systems.items():
        for item in system.policies:
            if item.policy.grant is None:
                report.findings.extend(check_policy(workspace, names, item.policy))
            actions = item.actions if item.actions is not None else tuple(system.tools)
            report.findings.extend(check_lower_bounds(item.policy, actions, system.tools))
            report.findings.extend(check_members(item.policy, actions, system.tools))
            report.findings.extend(check_aims(item.policy, managed=workspace.management.any()))
            report.findings.extend(check_ahead(workspace, item.policy, actions, system.tools))
        check_history(workspace, name, system.tools, report)
        check_permits(system.policies, tools_of_system(workspace, name), report)
        for agent, file in workspace.authority.items():
            if names.system_of_agent.get(agent) == name:
                grants = [(g, report.at(file, "grants", i)) for i, g in enumerate(file.says.grants)]
                check_grants(system.policies, agent, grants)
