"""Controls and the statement of applicability, against what is enforced.

A document never counts as an operating control: what no policy and no check of the runtime
enforces is named as such (ISO/IEC 42001:2023, 6.1.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ApplicabilityFile, ControlFile, RowEntry
from watchkeeper.plan.workspace.report import Report
from watchkeeper.records.action import Reason
from watchkeeper.standards.catalogue import annex_a

_REASONS = {reason.value: reason for reason in Reason}


def check_controls(
    workspace: Workspace, names: Names, enforced: Mapping[str, object], report: Report
) -> None:
    """Check controls and their rows; `enforced` has the controls that some policy names."""
    for control in workspace.controls.values():
        _control(workspace, control, names, report)
        if control.says.id not in enforced and not control.says.built_in:
            report.gap(
                control,
                ("id",),
                f"nothing enforces the control `{control.says.id}`: it is a document only",
                "name it in `@control` of a policy, or in a grant",
                "document-only",
            )
    if workspace.applicability is None:
        report.gap(
            workspace.aims,
            (),
            "there is no statement of applicability",
            "add `soa.yaml` with a row for each control",
            "no-applicability",
        )
    else:
        _rows(workspace, workspace.applicability, names, report)


def _control(
    workspace: Workspace, control: Checked[ControlFile], names: Names, report: Report
) -> None:
    says = control.says
    report.needs(control, ("owner",), "person", says.owner, names.people)
    for i, item in enumerate(says.annex_a):
        report.needs(control, ("annex_a", i), "control of Annex A", item, annex_a())
    for i, system in enumerate(says.systems):
        report.needs(control, ("systems", i), "system", system, workspace.systems)
    for i, code in enumerate(says.built_in):
        report.needs(control, ("built_in", i), "reason code", code, _REASONS)
    if not says.annex_a:
        message = f"the control `{says.id}` stands for nothing in Annex A"
        report.gap(control, ("id",), message, "name what it treats under `annex_a:`", "unmapped")


def _rows(
    workspace: Workspace, soa: Checked[ApplicabilityFile], names: Names, report: Report
) -> None:
    known = {**annex_a(), **workspace.controls}
    seen: set[str] = set()
    for i, row in enumerate(soa.says.rows):
        if row.control not in known:
            message = f"there is no control `{row.control}`"
            advice = nearest(row.control, known)
            report.safety(soa, ("rows", i, "control"), message, advice, "unknown-reference")
        if row.control in seen:
            message = f"the control `{row.control}` has a row already"
            report.safety(soa, ("rows", i, "control"), message, "keep one", "row-twice")
        seen.add(row.control)
        _row(soa, i, row, names, report)
    for control in known:
        if control not in seen:
            message = f"the control `{control}` has no row"
            report.gap(soa, ("rows",), message, "add one, be it `undetermined`", "no-row")


def _row(
    soa: Checked[ApplicabilityFile], i: int, row: RowEntry, names: Names, report: Report
) -> None:
    place = ("rows", i)
    if row.owner:
        report.needs(soa, (*place, "owner"), "person", row.owner, names.people)
    if row.applicable == "undetermined":
        message = f"whether `{row.control}` applies is undetermined"
        report.gap(soa, place, message, "decide, and say why", "undetermined")
    elif not row.why.strip():
        message = f"the row of `{row.control}` does not say why it is {row.applicable}"
        report.gap(soa, place, message, "add `why:`", "no-justification")
    if row.applicable == "in" and not row.owner:
        message = f"nobody answers for `{row.control}`"
        report.gap(soa, place, message, "add `owner:`", "no-owner")
