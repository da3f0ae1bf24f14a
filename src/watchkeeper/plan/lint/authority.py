"""Grants: who gave them, what they name, and whether their limits make sense."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.authority import (
    AuthorityFile,
    BandEntry,
    BudgetEntry,
    GrantEntry,
)
from watchkeeper.plan.workspace.models.tool import ToolEntry
from watchkeeper.plan.workspace.report import Place, Report

_DAY = 86_400


def check_authority(workspace: Workspace, names: Names, report: Report) -> None:
    """Check every grant; a grant that passes can be compiled unless its arguments differ."""
    seen: dict[str, str] = {}
    for file in workspace.authority.values():
        if not report.needs(file, ("agent",), "agent", file.says.agent, names.system_of_agent):
            continue
        tools = tools_of_system(workspace, names.system_of_agent[file.says.agent])
        for i, grant in enumerate(file.says.grants):
            place: Place = ("grants", i)
            if seen.setdefault(grant.id, file.file) != file.file or _again(file, i):
                message = f"the grant `{grant.id}` stands in {seen[grant.id]} already"
                report.safety(file, (*place, "id"), message, "give it another id", "id-twice")
            _references(workspace, file, place, grant, names, report)
            for n, action in enumerate(grant.actions):
                report.needs(file, (*place, "actions", n), "tool", action, tools)
            _limits(file, place, grant, tools, report)


def tools_of_system(workspace: Workspace, system: str) -> dict[str, ToolEntry]:
    """Return the tools of a system by `server/tool`."""
    return {
        f"{server}/{name}": entry
        for server in workspace.systems[system].says.servers
        if server in workspace.servers
        for name, entry in workspace.servers[server].says.tools.items()
    }


def _again(file: Checked[AuthorityFile], i: int) -> bool:
    return [grant.id for grant in file.says.grants].index(file.says.grants[i].id) != i


def _references(
    workspace: Workspace,
    file: Checked[AuthorityFile],
    place: Place,
    grant: GrantEntry,
    names: Names,
    report: Report,
) -> None:
    report.needs(file, (*place, "granted_by"), "person", grant.granted_by, names.people)
    report.needs(file, (*place, "control"), "control", grant.control, workspace.controls)
    review = grant.review
    if review is None:
        return
    if review.control is not None:
        where = (*place, "review", "control")
        report.needs(file, where, "control", review.control, workspace.controls)
    where = (*place, "review", "role")
    if report.needs(file, where, "role", review.role, names.roles):
        check_reachable(file, where, (review.role,), review.approvals, names, report)


def check_reachable(
    file: Checked[AuthorityFile],
    place: Place,
    roles: tuple[str, ...],
    approvals: int,
    names: Names,
    report: Report,
) -> None:
    """Name a review that asks for more people than hold its roles."""
    holders = {holder for role in roles for holder in names.roles.get(role, ())}
    if len(holders) < approvals:
        report.gap(
            file,
            place,
            f"{approvals} people must approve, but {len(holders)} hold {', '.join(roles)}",
            "give the role to more people, or ask for fewer approvals",
            "cannot-be-approved",
        )


def _limits(
    file: Checked[AuthorityFile],
    place: Place,
    grant: GrantEntry,
    tools: Mapping[str, ToolEntry],
    report: Report,
) -> None:
    for n, band in enumerate(grant.bands):
        _band(file, (*place, "bands", n), band, report)
    if len({band.argument for band in grant.bands}) != len(grant.bands):
        message = f"the grant `{grant.id}` limits an argument twice"
        report.safety(file, (*place, "bands"), message, "keep one band for each", "band-twice")
    for n, budget in enumerate(grant.budgets):
        _budget(file, (*place, "budgets", n), budget, report)
        _in_clear(file, (*place, "budgets", n, "argument"), grant, budget, tools, report)
    if len({budget.argument for budget in grant.budgets if budget.argument}) > 1:
        message = f"the grant `{grant.id}` adds up different arguments"
        report.safety(file, (*place, "budgets"), message, "make two grants of it", "sums-differ")
    _review(file, place, grant, report)


def _band(file: Checked[AuthorityFile], place: Place, band: BandEntry, report: Report) -> None:
    least, alone = Decimal(band.least), Decimal(band.alone)
    if least > alone:
        message = f"`least` {band.least} is above `alone` {band.alone}"
        report.safety(file, place, message, "nothing would be permitted", "limits-crossed")
    if band.review is not None and Decimal(band.review) <= alone:
        message = f"`review` {band.review} is not above `alone` {band.alone}"
        report.safety(file, place, message, "leave `review` out, or raise it", "limits-crossed")


def _budget(
    file: Checked[AuthorityFile], place: Place, budget: BudgetEntry, report: Report
) -> None:
    if budget.count is None and budget.sum is None:
        report.safety(
            file, place, "the budget caps nothing", "add `count:` or `sum:`", "empty-budget"
        )
    if (budget.sum is None) != (budget.argument is None):
        message = "`sum` and `argument` go together"
        report.safety(file, place, message, "say what is added up, and how much", "empty-budget")
    if budget.zone is None:
        return
    try:
        ZoneInfo(budget.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"there is no time zone `{budget.zone}`"
        report.safety(file, (*place, "zone"), message, "as in `Europe/Berlin`", "unknown-zone")
    if budget.within % _DAY:
        message = "with `zone`, the window is whole calendar days"
        report.safety(file, (*place, "within"), message, "write `1d` or more", "unknown-zone")


def _in_clear(
    file: Checked[AuthorityFile],
    place: Place,
    grant: GrantEntry,
    budget: BudgetEntry,
    tools: Mapping[str, ToolEntry],
    report: Report,
) -> None:
    """A sum is written into the log, so its argument must be one that may stand there."""
    if budget.argument is None or budget.argument.startswith("derived."):
        return
    first = budget.argument.removeprefix("args.").split(".")[0]
    for action in grant.actions:
        if action in tools and first not in tools[action].clear:
            report.safety(
                file,
                place,
                f"`{budget.argument}` is added up, but `{first}` is not `clear` in {action}",
                f"add `{first}` to `clear:` of the tool: sums stand in the log",
                "sum-not-clear",
            )


def _review(file: Checked[AuthorityFile], place: Place, grant: GrantEntry, report: Report) -> None:
    reviewed = any(band.review is not None for band in grant.bands)
    if reviewed and grant.review is None:
        message = f"the grant `{grant.id}` has a review band, but nobody reviews"
        report.safety(file, place, message, "add `review: {role: ...}`", "no-reviewer")
    if grant.review is not None and not reviewed and not grant.review.always:
        message = f"the grant `{grant.id}` names a reviewer, but nothing is ever reviewed"
        advice = "add `review:` to a band, or `always: true` to the review"
        report.safety(file, (*place, "review"), message, advice, "never-reviewed")
    if not grant.bands and not grant.budgets:
        message = f"the grant `{grant.id}` has no limit"
        report.gap(file, place, message, "add bands or budgets", "unbounded-grant")
    if grant.valid_until is None:
        message = f"the grant `{grant.id}` never ends"
        report.gap(file, place, message, "add `valid_until:`", "endless-grant")
