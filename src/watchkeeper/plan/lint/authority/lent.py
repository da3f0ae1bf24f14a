"""Grants that hold only in tasks, and grants that may be lent: whether they can be."""

from __future__ import annotations

from decimal import Decimal

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.authority import GrantEntry
from watchkeeper.plan.workspace.report import Report, Spot


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


def check_delegable(workspace: Workspace, names: Names, report: Report) -> None:
    """Check to whom grants may be lent: other agents of the same system, and within the bands."""
    for file in workspace.authority.values():
        system = names.system_of_agent.get(file.says.agent)
        for i, grant in enumerate(file.says.grants):
            if grant.delegable is None:
                continue
            spot = report.at(file, "grants", i, "delegable")
            for n, taker in enumerate(grant.delegable.to):
                there = spot.inside("to", n)
                if there.needs("agent", taker, names.system_of_agent):
                    _taker(there, file.says.agent, taker, names.system_of_agent[taker] == system)
            _most(grant, spot)


def _taker(spot: Spot, agent: str, taker: str, same_system: bool) -> None:  # noqa: FBT001 - a fact
    if taker == agent:
        spot.safety("lent-to-itself", f"`{agent}` has the grant already", "name another agent")
    elif not same_system:
        spot.safety(
            "lent-elsewhere",
            f"`{taker}` belongs to another system",
            "an agent lends to agents of its own system, whose policies bind both",
        )


def _most(grant: GrantEntry, spot: Spot) -> None:
    bands = {band.argument: band.review or band.alone for band in grant.bands}
    for argument, most in grant.delegable.most.items() if grant.delegable else ():
        if argument in bands and Decimal(most) > Decimal(bands[argument]):
            spot.inside("most").gap(
                "lent-beyond",
                f"`{argument}` may be lent up to {most}, and the grant ends at {bands[argument]}",
                f"write {bands[argument]} or less",
            )
