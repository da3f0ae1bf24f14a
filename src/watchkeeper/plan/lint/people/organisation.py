"""`aims.yaml` and the system files: people, roles, agents, servers."""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.lint.people.retention import check_retention
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.organisation import PasskeyEntry
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.systems import Stage

RELEASE = "release"
OPERATE = "operate"
_NEEDED = {RELEASE: "sign a plan", OPERATE: "stop an agent or make a token"}
_REALITY = list(Stage)


def check_organisation(workspace: Workspace, names: Names, report: Report) -> None:
    """Check people and roles, and every system file."""
    _people(workspace, report)
    _roles(workspace, names, report)
    _policy(workspace, names, report)
    if not workspace.systems:
        report.at(workspace.aims).gap(
            "no-system", "no AI system is named", "add `systems/<id>.yaml`"
        )
    seen: dict[str, str] = {}
    for system in workspace.systems.values():
        _system(workspace, system, names, report)
        check_retention(system, report)
        _stage(workspace, system, report)
        _agents(system, seen, report)


def _people(workspace: Workspace, report: Report) -> None:
    ids: set[str] = set()
    keys: dict[str, str] = {}
    for i, person in enumerate(workspace.aims.says.people):
        spot = report.at(workspace.aims, "people", i)
        if person.id in ids:
            spot.inside("id").safety(
                "id-twice", f"the person `{person.id}` stands here twice", "keep one of the two"
            )
        ids.add(person.id)
        for n, key in enumerate(person.keys):
            holder = keys.setdefault(key, person.id)
            if holder != person.id:
                spot.inside("keys", n).safety(
                    "key-shared",
                    f"`{person.id}` has the same key as `{holder}`",
                    "one key is one person, or two approvals could come from one",
                )
        for n, passkey in enumerate(person.passkeys):
            _passkey(spot.inside("passkeys", n), person.id, passkey, keys)


def _passkey(spot: Spot, person: str, says: PasskeyEntry, keys: dict[str, str]) -> None:
    from watchkeeper.ledger.assertion import is_passkey

    if not is_passkey(Passkey(says.credential, says.key, says.algorithm)):
        spot.inside("key").safety(
            "key-unreadable",
            f"this is no public key for algorithm {says.algorithm}",
            "copy it again from the console, all of it",
        )
    for name, value in (("key", says.key), ("credential", says.credential)):
        holder = keys.setdefault(f"{name}:{value}", person)
        if holder != person:
            spot.inside(name).safety(
                "key-shared",
                f"`{person}` has the same passkey as `{holder}`",
                "one key is one person, or two approvals could come from one",
            )


def _roles(workspace: Workspace, names: Names, report: Report) -> None:
    roles = workspace.aims.says.roles
    for role, holders in roles.items():
        spot = report.at(workspace.aims, "roles", role)
        for i, holder in enumerate(holders):
            spot.inside(i).needs("person", holder, names.people)
        if not holders:
            spot.gap("no-holder", f"nobody holds the role `{role}`", "name someone")
    for role, why in _NEEDED.items():
        if not roles.get(role):
            report.at(workspace.aims, "roles").safety(
                "missing-role",
                f"nobody holds the role `{role}`, so nobody can {why}",
                f"write `{role}: [<person>]` under `roles:`",
            )


def _policy(workspace: Workspace, names: Names, report: Report) -> None:
    spot = report.at(workspace.aims, "ai_policy")
    policy = workspace.aims.says.ai_policy
    if policy is None:
        spot.gap("no-ai-policy", "no AI policy is named", "add `ai_policy:`")
    elif policy.approved_by is None and not _is_controlled(workspace, policy.document):
        spot.gap("no-approval", "nobody approved the AI policy", "add `approved_by:`")
    elif policy.approved_by is not None:
        spot.inside("approved_by").needs("person", policy.approved_by, names.people)


def _is_controlled(workspace: Workspace, document: str) -> bool:
    """Tell whether a document is one of `documents.yaml`, where its approval stands."""
    file = workspace.management.one("documents")
    return file is not None and any(row.id == document for row in file.says.documents)


def _system(
    workspace: Workspace, system: Checked[SystemFile], names: Names, report: Report
) -> None:
    says = system.says
    report.at(system, "owner").needs("person", says.owner, names.people)
    for i, server in enumerate(says.servers):
        report.at(system, "servers", i).needs("tool file", server, workspace.servers)
    if says.in_scope and not (says.agents and says.servers):
        report.at(system, "in_scope").gap(
            "not-enforced",
            f"system `{says.id}` is in scope, but no agent of it goes through an enforcement point",
            "name its agents and its tool servers, or take it that nothing is enforced",
        )
    if says.in_scope and says.ai_act.tier == "prohibited":
        report.at(system, "ai_act", "class").gap(
            "prohibited-practice",
            f"system `{says.id}` is classed as a prohibited practice and is in scope",
            "stop using it, or look at its class again",
        )


def _stage(workspace: Workspace, system: Checked[SystemFile], report: Report) -> None:
    home, stage = workspace.aims.says.stage, system.says.stage
    if system.says.servers and _REALITY.index(stage) > _REALITY.index(home):
        report.at(system, "stage").gap(
            "stage-differs",
            f"system `{system.says.id}` says {stage.value}, but this home is a {home.value}",
            "what runs here counts as the lesser of the two",
        )


def _agents(system: Checked[SystemFile], seen: dict[str, str], report: Report) -> None:
    for i, agent in enumerate(system.says.agents):
        if agent.id in seen:
            report.at(system, "agents", i, "id").safety(
                "id-twice",
                f"the agent `{agent.id}` is already declared in {seen[agent.id]}",
                "an agent belongs to one system, once",
            )
        seen.setdefault(agent.id, system.file)
