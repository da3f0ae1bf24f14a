"""Objectives, the rule of releases, and the approval of the statement of applicability."""

from __future__ import annotations

from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ApplicabilityFile
from watchkeeper.plan.workspace.models.management.objectives import (
    Measure as MeasureSaid,
)
from watchkeeper.plan.workspace.models.management.objectives import (
    ObjectiveEntry,
    ObjectivesFile,
)
from watchkeeper.plan.workspace.models.organisation import ReleasesEntry
from watchkeeper.records.plan.management.controls import Approved
from watchkeeper.records.plan.management.objectives import (
    Counted,
    Measure,
    Objective,
    Quantile,
    QuantileOf,
    Share,
    ShareOf,
    Target,
)
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule


def objectives_of(workspace: Workspace) -> tuple[Objective, ...]:
    """Return the objectives, sorted by id."""
    file = workspace.management.one("objectives")
    says: ObjectivesFile | None = file.says if file else None
    found = (objective_of(entry) for entry in (says.objectives if says else ()))
    return tuple(sorted(found, key=lambda one: one.id))


def release_rule_of(says: ReleasesEntry | None) -> ReleaseRule | None:
    """Return what the next release takes; None where nothing is said of it."""
    if says is None:
        return None
    return ReleaseRule(
        approvals=tuple(
            NeededApproval(one.role, one.count, one.when)
            for one in sorted(says.approvals, key=lambda one: (one.role, one.when))
        ),
        exceptions=says.exceptions,
        emergency_role=says.emergency.role if says.emergency else None,
        review_within_seconds=says.emergency.review_within if says.emergency else None,
        separate=tuple(sorted(set(says.separate))),
    )


def approval_of(says: ApplicabilityFile | None) -> Approved | None:
    """Return who approved the statement of applicability; None where its head is empty."""
    if says is None:
        return None
    found = Approved(says.version, says.owner, says.approved_by, says.approved, says.review_by)
    return None if found == Approved() else found


def objective_of(says: ObjectiveEntry) -> Objective:
    """Return an objective as the plan has it."""
    return Objective(
        id=says.id,
        says=says.says,
        owner=says.owner or "",
        measure=_measure(says.measure),
        target=Target(_amount(says.target.at_least), _amount(says.target.at_most)),
        window_seconds=says.window,
        least=says.least,
        systems=tuple(sorted(set(says.systems))),
        controls=tuple(sorted(set(says.controls))),
        risks=tuple(sorted(set(says.risks))),
        measured_every_seconds=says.measured_every,
        review_by=says.review_by,
    )


def _amount(said: str | None) -> str | None:
    """Return a target as the plan has it: `0.95`, `12`, or the seconds of `1800s`."""
    if said is None:
        return None
    return {"1.0": "1", "0.0": "0"}.get(said, said.removesuffix("s"))


def _measure(says: MeasureSaid) -> Measure:
    where = {name: tuple(sorted(set(some))) for name, some in says.where if some}
    return Measure(
        of=Counted(says.of),
        where=where,
        share=_share(says),
        quantile=Quantile(says.quantile.at, QuantileOf(says.quantile.of))
        if says.quantile
        else None,
    )


def _share(says: MeasureSaid) -> Share | None:
    if says.share is None:
        return None
    for by in (ShareOf.OUTCOME, ShareOf.REASON, ShareOf.STATUS):
        if values := getattr(says.share, by.value):
            return Share(by, tuple(sorted(set(values))))
    if says.share.decided_within is not None:
        return Share(ShareOf.DECIDED_WITHIN, seconds=says.share.decided_within)
    return Share(ShareOf.CAUGHT if says.share.caught else ShareOf.TOO_FAST)
