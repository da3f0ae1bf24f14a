"""Every rule about the records of the management system.

A rule that depends on today is dated: what it finds never stands in a plan, so that two people who
compile the same files on different days get the same plan.
"""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.plan.lint.management.assessments import check_assessments
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.instant import Instant

Rule = Callable[[Workspace, Names, Report], None]
DatedRule = Callable[[Workspace, Names, Instant, Report], None]

RULES: tuple[Rule, ...] = (check_assessments,)
DATED_RULES: tuple[DatedRule, ...] = ()


def check_management(workspace: Workspace, names: Names, report: Report) -> None:
    """Check the records of the management system against one another and the rest of the plan."""
    if workspace.management.any():
        for rule in RULES:
            rule(workspace, names, report)


def check_dates(workspace: Workspace, names: Names, at: Instant, report: Report) -> None:
    """Name what is overdue at a moment."""
    if workspace.management.any():
        for rule in DATED_RULES:
            rule(workspace, names, at, report)
