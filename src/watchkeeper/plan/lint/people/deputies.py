"""Who may stand in for whom."""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report

_SIGNING = frozenset({"release", "operate", "privacy"})


def check_deputies(workspace: Workspace, names: Names, report: Report) -> None:
    """Check every deputy of `aims.yaml`: a person, not a holder already, of a role that reviews."""
    for role, deputies in workspace.aims.says.deputies.items():
        spot = report.at(workspace.aims, "deputies", role)
        if not spot.needs("role", role, names.roles):
            continue
        if role in _SIGNING:
            spot.gap(
                "deputy-of-no-review",
                f"nobody stands in for a holder of `{role}`: deputies only answer reviews",
                "give them the role itself, or take them out here",
            )
        for i, deputy in enumerate(deputies):
            found = spot.inside(i).needs("person", deputy, names.people)
            if found and deputy in names.roles[role]:
                spot.inside(i).safety(
                    "deputy-holds-it",
                    f"`{deputy}` holds `{role}` already and can stand in for nobody",
                    "take one of the two away: a person is one voice",
                )
