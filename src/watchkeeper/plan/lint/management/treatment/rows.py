"""Rows of the statement of applicability and policies that a control expects.

What no record is there for at all is named clause by clause.
"""

from __future__ import annotations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.register.content import register_of
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.view import RAN, clauses_view
from watchkeeper.plan.views.ready.steps import steps
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import RowEntry
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.instant import Instant

_HAPPENS = frozenset(
    {"audit", "evidence of competence", "measurement", "nonconformity", "review", RAN}
)
"""What tells of something that happens: not there yet is named once its time has passed."""
_LONG_AGO = Instant(0)
"""No day of a record has passed then: what is missing does not depend on the day."""


def check_sequenced(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check that what is not implemented yet says who does it, until when."""
    soa = workspace.applicability
    for i, row in enumerate(soa.says.rows if soa else ()):
        if soa is not None:
            _row(row, report.at(soa, "rows", i))


def _row(row: RowEntry, spot: Spot) -> None:
    if row.status == "sequenced" and not row.by:
        spot.gap("no-date", f"`{row.control}` is sequenced without a day", "add `by:`")
    if row.status == "sequenced" and not row.owner:
        spot.gap("no-owner", f"`{row.control}` is sequenced, and nobody does it", "add `owner:`")
    if row.status in {"planned", "partial"} and not row.by:
        message = f"`{row.control}` is {row.status} without a day"
        spot.inside("status").gap("no-date", message, "say `sequenced`, with `owner:` and `by:`")
    if row.applicable == "in" and row.status == "not-applicable":
        message = f"`{row.control}` is in, and said not to be applicable"
        spot.inside("status").gap("contrary", message, "decide which")


def check_expected(workspace: Workspace, names: Names, report: Report) -> None:
    """Name policies that a control expects, and that stand for another control."""
    for id_, control in workspace.controls.items():
        for i, policy in enumerate(control.says.expects):
            if names.policies.get(policy, id_) != id_:
                report.at(control, "expects", i).gap(
                    "expects-another",
                    f"the policy `{policy}` stands for `{names.policies[policy]}`, not for `{id_}`",
                    "name this control in its `@control`",
                )


def check_readiness(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check that the steps of the path to an audit for which weeks are given are steps of it."""
    known = [step.id for step in steps()]
    for name in workspace.aims.says.readiness:
        report.at(workspace.aims, "readiness", name).needs("step of `plan ready`", name, known)


def check_clauses(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name every record that a clause asks for and that is not there at all.

    What tells of something that happens is left to `check_never` and to its own rules; what ran is
    for a log to show.
    """
    view = clauses_view(register_of(workspace), None, _LONG_AGO)
    for row in view.lacking:
        for record in row.records:
            if record.state is State.MISSING and not _happens(record.what):
                report.at(workspace.aims).gap(
                    "no-record",
                    f"{row.clause} asks for {record.what}: {record.why}",
                    "see `watchkeeper plan clauses`; `watchkeeper plan new` begins a record",
                )


def _happens(what: str) -> bool:
    return what in _HAPPENS or what.startswith("results of ")
