"""Servers that demand a permit with each call: whether what their files say of it makes sense."""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.tool import ToolFile
from watchkeeper.plan.workspace.report import Report

MOST_SECONDS = 600
_BOUNDARY = "facts.boundary"


def check_permit_rules(workspace: Workspace, names: Names, report: Report) -> None:
    """Check each `permit:`, that no two servers share an audience, and who looks at boundaries."""
    taken: dict[str, str] = {}
    for server, file in workspace.servers.items():
        rule = file.says.permit
        if rule is None:
            continue
        _rule(file, rule.lifetime, report)
        other = taken.setdefault(rule.audience, server)
        if other != server:
            report.at(file, "permit").safety(
                "audience-shared",
                f"`{other}` has the audience `{rule.audience}` too: each would take the other's",
                "give each tool server an audience of its own",
            )
        for system in names.systems_of_server.get(server, ()):
            _boundaries(workspace, system, file, report)


def _rule(file: Checked[ToolFile], lifetime: int, report: Report) -> None:
    if file.says.module is not None:
        report.at(file, "permit").safety(
            "permit-means-nothing",
            "functions in the agent's own process can not demand a permit of it",
            "take `permit:` away, or put the tools behind a server",
        )
    if lifetime > MOST_SECONDS:
        report.at(file, "permit", "lifetime").safety(
            "permit-too-long",
            f"a permit that is good for {lifetime} s is hardly better than a credential",
            f"make it {MOST_SECONDS // 60}m or less; a minute is enough for a call",
        )


def _boundaries(workspace: Workspace, system: str, file: Checked[ToolFile], report: Report) -> None:
    """A policy that looks for `exclusive` no longer finds it at a server with permits."""
    for named, path, text in workspace.cedar:
        if named == system and _BOUNDARY in text and "permit-verified" not in text:
            report.at(file, "permit").gap(
                "boundary-changes",
                f"{path} looks at `{_BOUNDARY}`, which is `permit-verified` for this server",
                "name `permit-verified` there too",
            )
