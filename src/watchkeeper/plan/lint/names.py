"""What a workspace declares, by id, for checks that follow references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.organisation import PersonEntry
from watchkeeper.plan.workspace.models.tool import ToolEntry


@dataclass(frozen=True, slots=True)
class Names:
    """People, roles with their holders, and which system each agent and server belongs to.

    `policies` has each policy, those that grants and shared budgets compile to among them, with
    the control that it stands for; it is empty until policies are compiled.
    """

    people: Mapping[str, PersonEntry]
    roles: Mapping[str, tuple[str, ...]]
    system_of_agent: Mapping[str, str]
    systems_of_server: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, str] = field(default_factory=dict)


def names_of(workspace: Workspace) -> Names:
    """Gather what a workspace declares; where an id stands twice, the first counts."""
    aims = workspace.aims.says
    people: dict[str, PersonEntry] = {}
    for person in aims.people:
        people.setdefault(person.id, person)
    agents: dict[str, str] = {}
    servers: dict[str, tuple[str, ...]] = {}
    for system in workspace.systems.values():
        for agent in system.says.agents:
            agents.setdefault(agent.id, system.says.id)
        for server in system.says.servers:
            servers[server] = (*servers.get(server, ()), system.says.id)
    roles = {role: tuple(dict.fromkeys(holders)) for role, holders in aims.roles.items()}
    return Names(people, roles, agents, servers)


def tools_of_system(workspace: Workspace, system: str) -> dict[str, ToolEntry]:
    """Return the tools of a system by `server/tool`."""
    return {
        f"{server}/{name}": entry
        for server in workspace.systems[system].says.servers
        if server in workspace.servers
        for name, entry in workspace.servers[server].says.tools.items()
    }
