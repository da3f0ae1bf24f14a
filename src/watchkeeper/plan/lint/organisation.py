"""`aims.yaml` and the system files: people, roles, agents, servers."""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.bundle import Stage

RELEASE = "release"
OPERATE = "operate"
_REALITY = list(Stage)


def check_organisation(workspace: Workspace, names: Names, report: Report) -> None:
    """Check people and roles, and every system file."""
    _people(workspace, report)
    _roles(workspace, names, report)
    _policy(workspace, names, report)
    if not workspace.systems:
        report.gap(
            workspace.aims, (), "no AI system is named", "add `systems/<id>.yaml`", "no-system"
        )
    seen: dict[str, str] = {}
    for system in workspace.systems.values():
        _system(workspace, system, names, report)
        _agents(system, seen, report)


def _people(workspace: Workspace, report: Report) -> None:
    aims = workspace.aims
    ids: set[str] = set()
    keys: dict[str, str] = {}
    for i, person in enumerate(aims.says.people):
        if person.id in ids:
            report.safety(
                aims,
                ("people", i, "id"),
                f"the person `{person.id}` stands here twice",
                "keep one of the two",
                "id-twice",
            )
        ids.add(person.id)
        for n, key in enumerate(person.keys):
            holder = keys.setdefault(key, person.id)
            if holder != person.id:
                report.safety(
                    aims,
                    ("people", i, "keys", n),
                    f"`{person.id}` has the same key as `{holder}`",
                    "one key is one person, or two approvals could come from one",
                    "key-shared",
                )


def _roles(workspace: Workspace, names: Names, report: Report) -> None:
    aims = workspace.aims
    for role, holders in aims.says.roles.items():
        for i, holder in enumerate(holders):
            report.needs(aims, ("roles", role, i), "person", holder, names.people)
        if not holders:
            report.gap(
                aims,
                ("roles", role),
                f"nobody holds the role `{role}`",
                "name someone",
                "no-holder",
            )
    for role, why in ((RELEASE, "sign a plan"), (OPERATE, "stop an agent or make a token")):
        if role not in aims.says.roles:
            report.safety(
                aims,
                ("roles",),
                f"there is no role `{role}`, so nobody can {why}",
                f"add `{role}: [<person>]` under `roles:`",
                "missing-role",
            )


def _policy(workspace: Workspace, names: Names, report: Report) -> None:
    aims = workspace.aims
    policy = aims.says.ai_policy
    if policy is None:
        report.gap(aims, (), "no AI policy is named", "add `ai_policy:`", "no-ai-policy")
    elif policy.approved_by is None:
        report.gap(
            aims,
            ("ai_policy",),
            "nobody approved the AI policy",
            "add `approved_by:`",
            "no-approval",
        )
    else:
        place = ("ai_policy", "approved_by")
        report.needs(aims, place, "person", policy.approved_by, names.people)


def _system(
    workspace: Workspace, system: Checked[SystemFile], names: Names, report: Report
) -> None:
    says = system.says
    report.needs(system, ("owner",), "person", says.owner, names.people)
    for i, server in enumerate(says.servers):
        report.needs(system, ("servers", i), "tool file", server, workspace.servers)
    if says.in_scope and not (says.agents and says.servers):
        report.gap(
            system,
            ("in_scope",),
            f"system `{says.id}` is in scope, but no agent of it goes through an enforcement point",
            "name its agents and its tool servers, or take it that nothing is enforced",
            "not-enforced",
        )
    if says.in_scope and says.ai_act.tier == "prohibited":
        report.gap(
            system,
            ("ai_act", "class"),
            f"system `{says.id}` is classed as a prohibited practice and is in scope",
            "stop using it, or look at its class again",
            "prohibited-practice",
        )
    if says.servers and _REALITY.index(says.stage) > _REALITY.index(workspace.aims.says.stage):
        report.gap(
            system,
            ("stage",),
            f"system `{says.id}` says {says.stage.value}, "
            f"but this home is a {workspace.aims.says.stage.value}",
            "what runs here counts as the lesser of the two",
            "stage-differs",
        )


def _agents(system: Checked[SystemFile], seen: dict[str, str], report: Report) -> None:
    for i, agent in enumerate(system.says.agents):
        other = seen.setdefault(agent.id, system.file)
        if other != system.file or [a.id for a in system.says.agents].index(agent.id) != i:
            report.safety(
                system,
                ("agents", i, "id"),
                f"the agent `{agent.id}` is already declared in {other}",
                "an agent belongs to one system",
                "id-twice",
            )
