"""Risk and impact assessments as the plan watches them: why each is stale, and from when on."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import RecordInvalid
from watchkeeper.plan.basis.slice import Looked, looked_from_json, slice_of
from watchkeeper.plan.basis.triggers import triggers
from watchkeeper.plan.register.approval import approval_stands
from watchkeeper.plan.register.evidence import ATTESTED
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.objectives import MeasurementFile
from watchkeeper.plan.workspace.models.management.risks import Assessment
from watchkeeper.records.day import after, beginning
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import (
    DRIFT,
    NOT_APPROVED,
    UNDATED,
    Assessed,
    Topic,
    Watched,
)
from watchkeeper.records.plan.systems import System

MISSING, NO_BASIS = "missing", "no-basis"
TOPICS = {Topic.IMPACT: "impact", Topic.RISK: "assessment"}
"""Of each assessment, the kind of file that it stands in."""


def watch_assessments(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch the assessments of the systems in scope: of each that writes, whether there is one."""
    for system in bundle.systems:
        for topic, kind in TOPICS.items():
            file = workspace.management.of(kind).get(system.id)
            says: Assessment | None = file.says if file else None
            if system.in_scope and (says is not None or writes(bundle, system)):
                until = after(says.review_by) if says else None
                since = _why(workspace, bundle, kind, says) if says else (MISSING,)
                begins = _begins(workspace, says) if says else None
                yield Watched(topic, system.id, (system.id,), until, since, not_before=begins)


def assessed(workspace: Workspace) -> Iterator[Assessed]:
    """Say of each assessment when it was made and of which part of which plan."""
    for topic, kind in TOPICS.items():
        for system, file in sorted(workspace.management.of(kind).items()):
            says: Assessment = file.says
            yield Assessed(
                topic=topic,
                system=system,
                on=says.assessed,
                basis=workspace.management.basis_digest(kind, system),
                off=tuple(sorted(set(says.triggers.off))),
            )


def writes(bundle: Bundle, system: System) -> bool:
    """Tell whether a system has a tool that writes."""
    return any(
        tool.writes
        for server in bundle.servers
        if server.id in system.servers
        for tool in server.tools
    )


def looked_at(workspace: Workspace, bundle: Bundle, system: str) -> Looked:
    """Return what whoever assesses a system now looks at."""
    file = workspace.systems.get(system)
    uses = tuple(file.says.intended_use) if file else ()
    return Looked(system, slice_of(bundle, system), uses)


def _why(workspace: Workspace, bundle: Bundle, kind: str, says: Assessment) -> tuple[str, ...]:
    found = set(_triggered(workspace, bundle, kind, says)) - set(says.triggers.off)
    if not _approved(workspace, kind, says):
        found.add(NOT_APPROVED)
    if says.assessed is None or says.review_by is None:
        found.add(UNDATED)
    return tuple(sorted(found))


def _begins(workspace: Workspace, says: Assessment) -> Instant | None:
    """Return the moment from which an assessment can be made and approved, its drift cleared."""
    days = [one for one in (says.assessed, says.approved, _cleared_on(workspace, says)) if one]
    return beginning(max(days)) if days else None


def _approved(workspace: Workspace, kind: str, says: Assessment) -> bool:
    """Tell whether somebody approved exactly this, of this basis, once it was made.

    An approval that does not say of what counts for nothing: any other words fit under it.
    """
    value = workspace.management.of(kind)[says.system].tree.value
    basis = workspace.management.basis_digest(kind, says.system)
    if says.approved is None or not approval_stands(value, basis):
        return False
    return says.assessed is None or says.assessed <= says.approved


def _triggered(workspace: Workspace, bundle: Bundle, kind: str, says: Assessment) -> Iterator[str]:
    basis = workspace.management.bases.get((kind, says.system))
    if _drifted(workspace, says):
        yield DRIFT
    if basis is None:
        yield NO_BASIS
        return
    try:
        then = looked_from_json(basis.says, says.system)
    except RecordInvalid:
        yield NO_BASIS
        return
    yield from triggers(then, looked_at(workspace, bundle, says.system))


def _drifted(workspace: Workspace, says: Assessment) -> bool:
    """Tell whether the newest measurement of the named objective missed its target.

    What was measured up to the day of the assessment was known to whoever assessed. A person's word
    may say that there is drift; that there is none it can not say after what the log said.
    """
    later = _measured_since(workspace, says)
    told = max((on for on, origin, _ in later if origin != ATTESTED), default="")
    newest = max((on for on, _, _ in later), default="")
    return any(
        not met and (on == newest or (on == told and origin != ATTESTED))
        for on, origin, met in later
    )


def _cleared_on(workspace: Workspace, says: Assessment) -> str | None:
    """Return the day of the measurement after which what was missed no longer counts, if any.

    One of a day that is still to come clears nothing before that day.
    """
    later = _measured_since(workspace, says)
    missed = any(not met for _, _, met in later)
    return max(on for on, _, _ in later) if missed and not _drifted(workspace, says) else None


def _measured_since(workspace: Workspace, says: Assessment) -> list[tuple[str, str, bool]]:
    """Return the day, the origin and the result of what was measured since an assessment.

    Without a value nothing was: too little to say is neither a failure nor a success.
    """
    files: list[MeasurementFile] = [f.says for f in workspace.management.of("measurement").values()]
    return [
        (one.on, row.origin, row.met)
        for one in files
        if says.triggers.drift is not None and (says.assessed is None or one.on > says.assessed)
        for row in one.rows
        if row.objective == says.triggers.drift and row.value is not None
    ]
