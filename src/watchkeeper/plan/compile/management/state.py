"""The state of the management system as a plan has it: ids, days, triggers, digests, no prose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from watchkeeper.plan.compile.management.assessments import assessed, watch_assessments
from watchkeeper.plan.compile.management.certificates import watch_certificates
from watchkeeper.plan.compile.management.due import (
    watch_audits,
    watch_documents,
    watch_findings,
    watch_reviews,
    watch_rows,
)
from watchkeeper.plan.compile.management.people import watch_competence
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.documents import DocumentsFile
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import ControlledDocument, Management, Watched

Watcher = Callable[[Workspace, Bundle], Iterable[Watched]]
"""Says what is watched of one topic; the bundle is the plan without its state."""

WATCHERS: tuple[Watcher, ...] = (
    watch_assessments,
    watch_findings,
    watch_competence,
    watch_reviews,
    watch_audits,
    watch_certificates,
    watch_documents,
    watch_rows,
)


def compile_management(workspace: Workspace, bundle: Bundle, register: str) -> Management | None:
    """Return the state as the plan has it; None where there is no record of the management system.

    `register` is the digest of the register. Nothing here depends on the day of compiling.
    """
    if not workspace.management.any():
        return None
    found = {watched for watcher in WATCHERS for watched in watcher(workspace, bundle)}
    return Management(
        register=register,
        watched=tuple(sorted(found, key=lambda one: (one.topic, one.id, one.systems))),
        documents=tuple(_documents(workspace)),
        assessments=tuple(assessed(workspace)),
    )


def _documents(workspace: Workspace) -> Iterator[ControlledDocument]:
    file = workspace.management.one("documents")
    says: DocumentsFile | None = file.says if file else None
    for row in sorted(says.documents if says else (), key=lambda row: row.id):
        there = workspace.management.digests.get(row.id)
        yield ControlledDocument(
            id=row.id,
            version=row.version or "",
            digest=there.digest if there else row.digest or "",
            approved_by=row.approved_by,
            approved=row.approved,
            review_by=row.review_by,
        )
