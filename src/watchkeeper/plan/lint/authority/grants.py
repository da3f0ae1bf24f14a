"""Grants: who gave them, what they name, and whether their limits make sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from watchkeeper.plan.lint.bounds.money import read_from
from watchkeeper.plan.lint.bounds.windows import check_window
from watchkeeper.plan.lint.names import Names, tools_of_system
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.authority import (
    BandEntry,
    BudgetEntry,
    GrantEntry,
    ReviewEntry,
)
from watchkeeper.plan.workspace.models.tool import ToolEntry
from watchkeeper.plan.workspace.report import Report, Spot


@dataclass(frozen=True, slots=True)
class _Around:
    """What a grant is checked against; `tools` are those of its agent's system."""

    workspace: Workspace
    names: Names
    tools: Mapping[str, ToolEntry]


def check_authority(workspace: Workspace, names: Names, report: Report) -> None:
    """Check every grant; one that passes can be compiled unless its arguments differ."""
    seen: dict[str, str] = {}
    for file in workspace.authority.values():
        agent = file.says.agent
        if not report.at(file, "agent").needs("agent", agent, names.system_of_agent):
            continue
        tools = tools_of_system(workspace, names.system_of_agent[agent])
        around = _Around(workspace, names, tools)
        for i, grant in enumerate(file.says.grants):
            spot = report.at(file, "grants", i)
            if grant.id in seen:
                spot.inside("id").safety(
                    "id-twice",
                    f"the grant `{grant.id}` stands in {seen[grant.id]} already",
                    "give it another id",
                )
            seen.setdefault(grant.id, file.file)
            _references(grant, around, spot)
            _limits(grant, around, spot)


def _references(grant: GrantEntry, around: _Around, spot: Spot) -> None:
    spot.inside("granted_by").needs("person", grant.granted_by, around.names.people)
    spot.inside("control").needs("control", grant.control, around.workspace.controls)
    for n, action in enumerate(grant.actions):
        spot.inside("actions", n).needs("tool", action, around.tools)
    if grant.review is not None:
        _reviewer(grant, grant.review, around, spot.inside("review"))


def _reviewer(grant: GrantEntry, review: ReviewEntry, around: _Around, spot: Spot) -> None:
    if review.control is not None:
        spot.inside("control").needs("control", review.control, around.workspace.controls)
    if not spot.inside("role").needs("role", review.role, around.names.roles):
        return
    holders = set(around.names.roles[review.role])
    kept_out = holders & {grant.granted_by} if "grantor" in review.separate else set()
    if len(holders - kept_out) < review.approvals:
        beside = ", and who gave the grant may not approve" if kept_out else ""
        spot.gap(
            "cannot-be-approved",
            f"{review.approvals} people must approve, but {len(holders)} hold `{review.role}`"
            + beside,
            "give the role to more people, or ask for fewer approvals",
        )


def _limits(grant: GrantEntry, around: _Around, spot: Spot) -> None:
    for n, band in enumerate(grant.bands):
        _band(band, spot.inside("bands", n))
    if len({band.argument for band in grant.bands}) != len(grant.bands):
        message = f"the grant `{grant.id}` limits an argument twice"
        spot.inside("bands").safety("band-twice", message, "keep one band for each argument")
    for n, budget in enumerate(grant.budgets):
        _budget(budget, spot.inside("budgets", n))
        _in_clear(grant, budget, around, spot.inside("budgets", n, "argument"))
    if len({budget.argument for budget in grant.budgets if budget.argument}) > 1:
        message = f"the grant `{grant.id}` adds up different arguments"
        spot.inside("budgets").safety("sums-differ", message, "make two grants of it")
    summed = {budget.argument for budget in grant.budgets}
    for n, band in enumerate(grant.bands):
        if band.argument in summed and Decimal(band.least) < 0:
            message = f"`{band.argument}` is added up, and may be negative: budget would come back"
            spot.inside("bands", n).safety("sum-may-shrink", message, "raise `least` to 0 or more")
    _review(grant, spot)
    _bounded(grant, spot)


def _band(band: BandEntry, spot: Spot) -> None:
    least, alone = Decimal(band.least), Decimal(band.alone)
    if least > alone:
        message = f"`least` {band.least} is above `alone` {band.alone}"
        spot.safety("limits-crossed", message, "swap them, or lower `least`")
    if band.review is not None and Decimal(band.review) <= alone:
        message = f"`review` {band.review} is not above `alone` {band.alone}"
        spot.safety("limits-crossed", message, "leave `review` out, or raise it")


def _budget(budget: BudgetEntry, spot: Spot) -> None:
    if budget.count is None and budget.sum is None:
        spot.safety("empty-budget", "the budget caps nothing", "add `count:` or `sum:`")
    if (budget.sum is None) != (budget.argument is None):
        message = "`sum` and `argument` go together"
        spot.safety("empty-budget", message, "say what is added up, and how much")
    check_window(budget.within, budget.zone, spot)


def _in_clear(grant: GrantEntry, budget: BudgetEntry, around: _Around, spot: Spot) -> None:
    """A sum is written into the log, so its argument must be one that may stand there."""
    if budget.argument is None:
        return
    for action in grant.actions:
        tool = around.tools.get(action)
        first = read_from(budget.argument, tool) if tool else None
        if tool and first and first not in tool.clear:
            spot.safety(
                "sum-not-clear",
                f"`{budget.argument}` is added up, but `{first}` is not `clear` in {action}",
                f"add `{first}` to `clear:` of the tool: sums stand in the log",
            )


def _review(grant: GrantEntry, spot: Spot) -> None:
    reviewed = any(band.review is not None for band in grant.bands)
    if reviewed and grant.review is None:
        message = f"the grant `{grant.id}` has a review band, but nobody reviews"
        spot.safety("no-reviewer", message, "add `review: {role: ...}`")
    if grant.review is not None and not reviewed and not grant.review.always:
        message = f"the grant `{grant.id}` names a reviewer, but nothing is ever reviewed"
        advice = "add `review:` to a band, or `always: true` to the review"
        spot.inside("review").safety("never-reviewed", message, advice)


def _bounded(grant: GrantEntry, spot: Spot) -> None:
    if not grant.bands and not grant.budgets:
        message = f"the grant `{grant.id}` has no limit"
        spot.gap("unbounded-grant", message, "add `bands:` or `budgets:`")
    if grant.valid_until is None:
        spot.gap("endless-grant", f"the grant `{grant.id}` never ends", "add `valid_until:`")
