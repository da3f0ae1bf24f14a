"""Objectives, and signals of risks, that could never be measured as they are written."""

from __future__ import annotations

from watchkeeper.plan.compile.management.aims import objective_of
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.head import Signal
from watchkeeper.plan.workspace.models.management.objectives import ObjectivesFile
from watchkeeper.plan.workspace.models.management.risks import RiskFile
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.action import Reason
from watchkeeper.records.day import after_day
from watchkeeper.records.instant import Instant
from watchkeeper.records.objective_grammar import grammar_problem, idle_problem

_REASONS = frozenset(reason.value for reason in Reason)


def check_measures(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name the objectives for which nobody answers, and those that the log has no answer to."""
    file = workspace.management.one("objectives")
    says: ObjectivesFile | None = file.says if file is not None else None
    if file is None or says is None:
        return
    for place, one in enumerate(says.objectives):
        objective = objective_of(one)
        if one.owner is None:
            message = f"nobody answers for the objective `{one.id}`"
            report.at(file, "objectives", place).gap("no-owner", message, "add `owner:`")
        problem = grammar_problem(objective) or idle_problem(objective)
        if problem is not None:
            report.at(file, "objectives", place, "measure").gap(
                "not-measurable",
                f"the objective `{one.id}` can not be measured: {problem}",
                "see docs/concepts/objectives.md for what can be asked of what",
            )


def check_signals(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name the signals that look for nothing, or for what never happens."""
    for file in workspace.management.of("risk").values():
        says: RiskFile = file.says
        for place, signal in enumerate(says.signals):
            problem = _signal_problem(signal)
            if problem is not None:
                report.at(file, "signals", place).gap(
                    "signal-shows-nothing",
                    f"a signal of the risk `{says.id}` {problem}",
                    "name an `objective`, or a `control`, `policy` or `reason` to count",
                )


def _signal_problem(signal: Signal) -> str | None:
    counted = (signal.control, signal.policy, signal.reason)
    given = [one for one in counted if one is not None]
    if signal.objective is not None:
        others = (*given, signal.outcome, signal.more_than, signal.within)
        return "counts, and names an objective" if any(o is not None for o in others) else None
    if not given:
        return "names nothing to look for"
    if signal.reason is not None and signal.reason not in _REASONS:
        return f"looks for `{signal.reason}`, which is no reason code"
    return None


def check_measured(workspace: Workspace, _names: Names, at: Instant, report: Report) -> None:
    """Name the objectives that were not measured for longer than they say.

    What was never measured is due so long after the objectives were approved.
    """
    file = workspace.management.one("objectives")
    says: ObjectivesFile | None = file.says if file is not None else None
    if file is None or says is None:
        return
    for place, one in enumerate(says.objectives):
        measured = _measured_on(workspace, one.id)
        last = measured or says.approved
        if one.measured_every is None or last is None:
            continue
        if at >= after_day(last).plus(one.measured_every):
            report.at(file, "objectives", place, "measured_every").gap(
                "not-measured",
                f"the objective `{one.id}` was measured last on {last}"
                if measured
                else f"the objective `{one.id}` was not measured since it was approved on {last}",
                "`watchkeeper check objectives HOME --write AIMS` measures it",
            )


def _measured_on(workspace: Workspace, name: str) -> str | None:
    """Return the last day on which an objective was measured."""
    days = [
        file.says.on
        for file in workspace.management.of("measurement").values()
        if name in {row.objective for row in file.says.rows}
    ]
    return max(days, default=None)
