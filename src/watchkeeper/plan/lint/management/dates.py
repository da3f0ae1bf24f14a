"""What is overdue at a moment, and what says that it happened on a day that is still to come."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.plan.lint.management.heads import headed
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.register.rows import is_overdue
from watchkeeper.plan.views.clauses.standing import ahead, due_of, head_of, still_to_come
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.evaluation import ReviewFile
from watchkeeper.plan.workspace.models.management.findings import FindingFile
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.day import YEAR, after_day, day_of, has_passed
from watchkeeper.records.instant import Instant


def check_overdue(workspace: Workspace, _names: Names, at: Instant, report: Report) -> None:
    """Name every record whose day has passed, and what is due in it."""
    for spot, says, _, _ in headed(workspace, report):
        head = head_of(says)
        if head.kept_up and head.until is not None and has_passed(head.until, at):
            _late(spot.inside("review_by"), f"was to be looked at by {head.until}")
        if isinstance(says, FindingFile) and (day := due_of(says)) and has_passed(day, at):
            _late(spot, f"the finding `{says.id}` was due by {day}")
    for spot, what, day in (
        *_reviews(workspace, report),
        *_audits(workspace, report),
        *_competences(workspace, report),
        *_opportunities(workspace, report),
        *_others(workspace, report),
    ):
        if day is not None and has_passed(day, at):
            _late(spot, f"{what} {day}")


def check_future(workspace: Workspace, _names: Names, at: Instant, report: Report) -> None:
    """Name what says that it happened on a day that is still to come."""
    today = day_of(at)
    for spot, _, value, _ in headed(workspace, report):
        for key, day in ahead(value, at):
            message = still_to_come(key, day)
            spot.inside(key).gap("in-the-future", message, "write the day on which it was")
    for file in workspace.management.of("certificate").values():
        for i, check in enumerate(file.says.verifications):
            if check.on > today:
                message = f"the look by {check.method} is of {check.on}, which is still to come"
                spot = report.at(file, "verifications", i, "on")
                spot.gap("in-the-future", message, "write the day on which it was")


def check_rows(workspace: Workspace, _names: Names, at: Instant, report: Report) -> None:
    """Name rows of the statement of applicability whose day has passed."""
    soa = workspace.applicability
    for i, row in enumerate(soa.says.rows if soa else ()):
        if soa is not None and is_overdue(row.status, row.applicable, row.by, at):
            report.at(soa, "rows", i, "by").gap(
                "row-overdue",
                f"`{row.control}` was to be implemented by {row.by}",
                "implement it, or decide anew: a later day, with an approval",
            )


def check_never(workspace: Workspace, _names: Names, at: Instant, report: Report) -> None:
    """Name what should have happened since it was decided, and never did.

    A review by management within a year of the approval of the scope, a measurement within the
    first window of the objectives, a result of a treatment within half a year of its approval.
    """
    records = workspace.management
    scope, objectives = records.one("scope"), records.one("objectives")
    if scope is not None and not records.of("review"):
        what = "no management review, a year after the scope was approved"
        _never(report.at(scope), what, (scope.says.approved, YEAR), at)
    if objectives is not None and not records.of("measurement"):
        windows = [one.window for one in objectives.says.objectives]
        spans = (objectives.says.approved, min(windows, default=YEAR))
        _never(report.at(objectives), "nothing was measured, a window after", spans, at)
    for risk in records.of("risk").values():
        treatment = risk.says.treatment
        if treatment is not None and not treatment.results:
            spot = report.at(risk, "treatment")
            what = f"no result of treating `{risk.says.id}`, half a year after"
            _never(spot, what, (risk.says.approved, YEAR // 2), at)


def _never(spot: Spot, what: str, since: tuple[str | None, int], at: Instant) -> None:
    day, seconds = since
    if day is not None and at >= after_day(day).plus(seconds):
        spot.gap("never-done", f"{what} ({day})", "do it, and write down what came of it")


def _late(spot: Spot, message: str) -> None:
    spot.gap("overdue", message, "do it, then write the new day")


def _reviews(workspace: Workspace, report: Report) -> Iterator[tuple[Spot, str, str | None]]:
    found = workspace.management.of("review").values()
    newest = max(found, key=lambda file: (file.says.on, file.says.id), default=None)
    if newest is not None:
        says: ReviewFile = newest.says
        yield report.at(newest, "next_by"), "the next management review was due by", says.next_by


def _audits(workspace: Workspace, report: Report) -> Iterator[tuple[Spot, str, str | None]]:
    programme = workspace.management.one("audits")
    done = workspace.management.of("audit")
    for i, planned in enumerate(programme.says.planned if programme else ()):
        if programme is not None and planned.id not in done:
            spot = report.at(programme, "planned", i, "by")
            yield spot, f"the audit `{planned.id}` was due by", planned.by


def _competences(workspace: Workspace, report: Report) -> Iterator[tuple[Spot, str, str | None]]:
    file = workspace.management.one("competence")
    if file is None:
        return
    newest: dict[tuple[str, str], tuple[str, int]] = {}
    for i, one in enumerate(file.says.held):
        key, until = (one.need, one.person), one.expires or "9999-12-31"
        newest[key] = max(newest.get(key, ("", i)), (until, i))
    for (need, person), (until, i) in newest.items():
        spot = report.at(file, "held", i, "expires")
        yield spot, f"the evidence of `{need}` of `{person}` was good until", until


def _opportunities(workspace: Workspace, report: Report) -> Iterator[tuple[Spot, str, str | None]]:
    file = workspace.management.one("methods")
    for i, one in enumerate(file.says.opportunities if file else ()):
        for j, action in enumerate(one.actions):
            if file is not None and action.done is None:
                spot = report.at(file, "opportunities", i, "actions", j, "by")
                yield spot, "what is done about an opportunity was due by", action.by


def _others(workspace: Workspace, report: Report) -> Iterator[tuple[Spot, str, str | None]]:
    for control in workspace.controls.values():
        spot = report.at(control, "review_by")
        yield spot, "was to be looked at by", control.says.review_by
    objectives = workspace.management.one("objectives")
    for i, one in enumerate(objectives.says.objectives if objectives else ()):
        if objectives is not None:
            spot = report.at(objectives, "objectives", i, "review_by")
            yield spot, f"the objective `{one.id}` was to be looked at by", one.review_by
    for file in workspace.management.of("certificate").values():
        spot = report.at(file, "expires")
        yield spot, f"the certificate `{file.says.id}` was good until", file.says.expires
        newest = {
            (one.method, one.system): (i, one.recheck_by)
            for i, one in sorted(enumerate(file.says.verifications), key=lambda it: it[1].on)
        }
        for (method, _), (i, again) in newest.items():
            spot = report.at(file, "verifications", i, "recheck_by")
            yield spot, f"`{file.says.id}` was to be looked up again by {method} until", again
