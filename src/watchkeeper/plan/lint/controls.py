"""Controls and the statement of applicability, against what is enforced.

A document never counts as an operating control: what no policy and no check of the runtime
enforces is named as such (ISO/IEC 42001:2023, 6.1.3).
"""

from __future__ import annotations

from collections.abc import Container

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ApplicabilityFile, ControlFile, RowEntry
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.action import Reason
from watchkeeper.standards.catalogue import annex_a

_REASONS = [reason.value for reason in Reason]


def check_controls(
    workspace: Workspace, names: Names, enforced: Container[str], report: Report
) -> None:
    """Check controls and their rows; `enforced` has the controls that some policy names."""
    for control in workspace.controls.values():
        _control(workspace, control, names, report)
        says = control.says
        if says.id not in enforced and not says.built_in:
            report.at(control, "id").gap(
                "document-only",
                f"nothing enforces the control `{says.id}`: it is a document only",
                "name it in `@control` of a policy, or in a grant",
            )
    if workspace.applicability is None:
        report.at(workspace.aims).gap(
            "no-applicability",
            "there is no statement of applicability",
            "add `soa.yaml` with a row for each control",
        )
    else:
        _rows(workspace, workspace.applicability, names, report)
        _claims(workspace, workspace.applicability, enforced, report)


def _control(
    workspace: Workspace, control: Checked[ControlFile], names: Names, report: Report
) -> None:
    says, spot = control.says, report.at(control)
    spot.needs("person", says.owner, names.people, "owner")
    for i, item in enumerate(says.annex_a):
        spot.needs("control of Annex A", item, annex_a(), "annex_a", i)
    for i, system in enumerate(says.systems):
        spot.needs("system", system, workspace.systems, "systems", i)
    for i, code in enumerate(says.built_in):
        spot.needs("reason code", code, _REASONS, "built_in", i)
    if not says.annex_a:
        message = f"the control `{says.id}` stands for nothing in Annex A"
        spot.inside("id").gap("unmapped", message, "name what it treats under `annex_a:`")


def _rows(
    workspace: Workspace, soa: Checked[ApplicabilityFile], names: Names, report: Report
) -> None:
    known = dict.fromkeys([*annex_a(), *workspace.controls])
    seen: set[str] = set()
    for i, row in enumerate(soa.says.rows):
        spot = report.at(soa, "rows", i)
        spot.needs("control", row.control, known, "control")
        if row.control in seen:
            message = f"the control `{row.control}` has a row already"
            spot.inside("control").safety("row-twice", message, "keep one")
        seen.add(row.control)
        _row(row, names, spot)
    for control in known:
        if control not in seen:
            message = f"the control `{control}` has no row"
            report.at(soa, "rows").gap("no-row", message, "add one, be it `undetermined`")


def _claims(
    workspace: Workspace,
    soa: Checked[ApplicabilityFile],
    enforced: Container[str],
    report: Report,
) -> None:
    """Name rows that say `implemented` of a control of our own that nothing enforces."""
    for i, row in enumerate(soa.says.rows):
        control = workspace.controls.get(row.control)
        if control is None or row.control in enforced or control.says.built_in:
            continue
        if row.status == "implemented":
            message = f"`{row.control}` is said to be implemented, and nothing enforces it"
            advice = "enforce it, or say `partial` or `planned`"
            report.at(soa, "rows", i, "status").gap("claim-not-enforced", message, advice)


def _row(row: RowEntry, names: Names, spot: Spot) -> None:
    if row.owner:
        spot.needs("person", row.owner, names.people, "owner")
    if row.applicable == "undetermined":
        message = f"whether `{row.control}` applies is undetermined"
        spot.gap("undetermined", message, "decide, and say why")
    elif not row.why.strip():
        message = f"the row of `{row.control}` does not say why it is {row.applicable}"
        spot.gap("no-justification", message, "add `why:`")
    if row.applicable == "in" and not row.owner:
        spot.gap("no-owner", f"nobody answers for `{row.control}`", "add `owner:`")
