"""Channels and ladders: who is told of what waits, and whether that leads anywhere."""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.organisation import RungEntry
from watchkeeper.plan.workspace.report import Report, Spot


def check_channels(
    workspace: Workspace, names: Names, policies: Iterable[ParsedPolicy], report: Report
) -> None:
    """Check the ladders of roles against the channels, and against the reviews that need them."""
    aims = workspace.aims.says
    ends = _ends(policies)
    told: set[str] = set()
    for role, rungs in aims.on_call.items():
        spot = report.at(workspace.aims, "on_call", role)
        if spot.needs("role", role, names.roles):
            _role(spot, role, names, ends)
        _rungs(spot, role, rungs, ends.get(role))
        for i, rung in enumerate(rungs):
            for n, channel in enumerate(rung.tell):
                spot.inside(i, "tell", n).needs("channel", channel, aims.channels)
                told.add(channel)
    for name in sorted(aims.channels.keys() - told):
        report.at(workspace.aims, "channels", name).gap(
            "channel-unused", f"nobody is told by channel `{name}`", "name it under `on_call:`"
        )
    for role in sorted(ends.keys() - aims.on_call.keys()) if aims.on_call else ():
        report.at(workspace.aims, "on_call").gap(
            "nobody-is-told",
            f"actions wait for the role `{role}`, and nobody is told",
            f"write a ladder for it: `{role}: [{{after: 0s, tell: [<channel>]}}]`",
        )


def _ends(policies: Iterable[ParsedPolicy]) -> dict[str, int]:
    """Return the roles that reviews ask, and how long the longest of those waits."""
    found: dict[str, int] = {}
    for policy in policies:
        for role in policy.notes.escalate_to:
            found[role] = max(found.get(role, 0), policy.notes.expires_seconds)
    return found


def _role(spot: Spot, role: str, names: Names, ends: dict[str, int]) -> None:
    if not names.roles[role]:
        spot.gap(
            "ladder-without-holder",
            f"nobody holds the role `{role}`: whoever is told can not decide",
            "name a holder under `roles:`",
        )
    if role not in ends:
        spot.gap(
            "ladder-for-nothing",
            f"no review asks the role `{role}`, so nobody is ever told",
            "take the ladder out, or name the role in a review",
        )


def _rungs(spot: Spot, role: str, rungs: list[RungEntry], end: int | None) -> None:
    if not any(rung.tell for rung in rungs):
        spot.gap(
            "ladder-goes-nowhere",
            f"the ladder of `{role}` tells nobody",
            "name channels under `tell:`, or take it out",
        )
    after = -1
    for i, rung in enumerate(rungs):
        if rung.after <= after:
            spot.inside(i, "after").safety(
                "rungs-out-of-order",
                "a rung comes no later than the one before it",
                "write them in their order, each with a longer `after`",
            )
        after = rung.after
        if end is not None and rung.after >= end:
            spot.inside(i, "after").gap(
                "rung-too-late",
                f"no action waits that long for `{role}`: nobody is ever told by this rung",
                f"the longest waits {end} s: make it less",
            )
