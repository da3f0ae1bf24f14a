"""Grants that hold only in tasks: whether anybody can open one."""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report


def check_tasks(workspace: Workspace, names: Names, report: Report) -> None:
    """Name the grants that require a mandate where no application of the system may give one."""
    opening = {
        system.says.id
        for system in workspace.systems.values()
        if any("mandate" in says.may for says in system.says.applications)
    }
    for file in workspace.authority.values():
        system = names.system_of_agent.get(file.says.agent)
        for i, grant in enumerate(file.says.grants):
            if grant.mandate is not None and system not in opening:
                report.at(file, "grants", i, "mandate").gap(
                    "no-application",
                    f"the grant `{grant.id}` permits only in tasks, and nobody can open one",
                    f"name an application that may sign `mandate` in systems/{system}.yaml",
                )
