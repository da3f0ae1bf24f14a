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
from watchkeeper.records.objective_grammar import grammar_problem

_REASONS = frozenset(reason.value for reason in Reason)


def check_measures(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name the objectives whose question the log has no answer to."""
    file = workspace.management.one("objectives")
    says: ObjectivesFile | None = file.says if file is not None else None
    if file is None or says is None:
        return
    for place, one in enumerate(says.objectives):
        problem = grammar_problem(objective_of(one))
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
