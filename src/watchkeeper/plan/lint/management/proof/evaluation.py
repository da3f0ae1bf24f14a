"""Audits, management reviews and findings: what each has to say (ISO/IEC 42001:2023, 9 and 10)."""

from __future__ import annotations

from typing import get_args

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.evaluation import ReviewInput
from watchkeeper.plan.workspace.models.management.findings import FindingFile
from watchkeeper.plan.workspace.report import Report, Spot

_INPUTS: tuple[str, ...] = get_args(ReviewInput)


def check_audits(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check that each audit was planned, impartial, concluded and reported."""
    programme = workspace.management.one("audits")
    planned = {one.id for one in (programme.says.planned if programme else ())}
    for id_, audit in workspace.management.of("audit").items():
        spot, says = report.at(audit), audit.says
        if id_ not in planned:
            spot.inside("id").gap(
                "not-planned", f"the audit `{id_}` was not planned", "add it to `audits.yaml`"
            )
        for said, what, key in (
            (says.auditors, "who audited", "auditors"),
            (says.impartial, "why the auditors are impartial", "impartial"),
            (says.criteria, "against what was audited", "criteria"),
            (says.conclusion, "what came of it", "conclusion"),
            (says.reported_to and says.reported, "to whom it was reported, and when", "reported"),
        ):
            if not said:
                spot.gap("audit-incomplete", f"it does not say {what}", f"add `{key}:`")


def check_reviews(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check what each management review looked at, decided, and when the next one is."""
    for review in workspace.management.of("review").values():
        spot, says = report.at(review), review.says
        unsaid = [name for name in _INPUTS if name not in says.inputs]
        if unsaid:
            message = f"it does not say what was made of: {', '.join(unsaid)}"
            spot.inside("inputs").gap("review-incomplete", message, "add them under `inputs:`")
        if not says.decisions:
            spot.gap("review-incomplete", "it decides nothing", "add `decisions:`")
        if says.next_by is None:
            spot.gap("no-review-date", "it does not say when the next one is", "add `next_by:`")


def check_findings(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check that each nonconformity has a cause, actions with days, and a look at their effect."""
    for finding in workspace.management.of("finding").values():
        spot = report.at(finding)
        if finding.says.kind == "nonconformity":
            _nonconformity(finding.says, spot)
        if finding.says.closed is not None and finding.says.closed < finding.says.raised:
            message = f"closed on {finding.says.closed}, before it was raised"
            spot.inside("closed").gap("dates-contrary", message, "mend one of the two days")
        if finding.says.source == "runtime" and finding.says.record is None:
            message = "it came from the log, and does not say which record"
            spot.gap("no-record-place", message, "add `record: shard/index`")


def _nonconformity(says: FindingFile, spot: Spot) -> None:
    if not says.cause:
        spot.gap("finding-incomplete", "it does not say why it happened", "add `cause:`")
    if not says.actions:
        spot.gap("finding-incomplete", "nothing is done about it", "add `actions:`")
    for i, action in enumerate(says.actions):
        if action.by is None and action.done is None:
            message = "no day until which this is done"
            spot.inside("actions", i).gap("finding-incomplete", message, "add `by:`")
    if says.closed is None:
        return
    if says.effect is None or says.effect.on is None or says.effect.effective is not True:
        spot.inside("closed").gap(
            "closed-unchecked",
            "it is closed, and nothing says that the actions worked",
            "add `effect:` with `on`, `checked_by` and `effective: true`, or open it again",
        )
    if any(action.done is None for action in says.actions):
        message = "it is closed, and an action is not done"
        spot.inside("closed").gap("closed-unchecked", message, "add `done:`, or open it again")
