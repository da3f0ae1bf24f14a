"""What has to be done by a day, and what stopped being good: findings, reviews, audits, documents.

ISO/IEC 42001:2023, 6.1.3, 7.5, 9.2.2, 9.3 and 10.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.plan.register.rows import due_day
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.documents import DocumentEntry
from watchkeeper.plan.workspace.models.management.evaluation import ReviewFile
from watchkeeper.plan.workspace.models.management.findings import FindingFile
from watchkeeper.records.day import YEAR, after, beginning
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Topic, Watched

MISSING, CHANGED = "missing", "changed-since-approval"
REVIEW = "management-review"
"""The id under which the next management review is watched: there is one at a time."""


def watch_findings(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch what is open: until the first day by which something of it had to be done."""
    del bundle
    for id_, file in sorted(workspace.management.of("finding").items()):
        says: FindingFile = file.says
        systems = tuple(sorted(set(says.systems)))
        if says.closed is None:
            days = [one.by for one in says.actions if one.by is not None and one.done is None]
            if says.effect and says.effect.by and says.effect.on is None:
                days.append(says.effect.by)
            yield Watched(Topic.FINDING, id_, systems, after(min(days, default=None)))
        elif _was_due(says, says.closed):
            # A day to come closes nothing until it has come.
            yield Watched(Topic.FINDING, id_, systems, not_before=beginning(says.closed))


def _was_due(says: FindingFile, day: str) -> bool:
    """Tell whether anything of a finding was to be done before a day."""
    days = [one.by for one in says.actions] + ([says.effect.by] if says.effect else [])
    return any(by is not None and by < day for by in days)


def watch_reviews(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch the next management review: once audits are planned there has to be one.

    The first is due a year after the scope was approved, as lint has it; where nobody approved
    that, by the first planned audit.
    """
    del bundle
    files: list[ReviewFile] = [file.says for file in workspace.management.of("review").values()]
    if files:
        newest = max(files, key=lambda one: (one.on, one.id))
        until, held = after(newest.next_by), beginning(newest.on)
        yield Watched(Topic.MANAGEMENT_REVIEW, REVIEW, until=until, not_before=held)
    elif workspace.management.one("audits") is not None:
        until = _first_review(workspace)
        since = () if until is not None else (MISSING,)
        yield Watched(Topic.MANAGEMENT_REVIEW, REVIEW, until=until, since=since)


def _first_review(workspace: Workspace) -> Instant | None:
    scope, audits = (workspace.management.one(kind) for kind in ("scope", "audits"))
    approved = after(scope.says.approved) if scope is not None else None
    if approved is not None:
        return approved.plus(YEAR)
    planned = audits.says.planned if audits is not None else ()
    return after(min((one.by for one in planned if one.by), default=None))


def watch_audits(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch the internal audits that are planned and have no result yet, or one that came late."""
    del bundle
    programme = workspace.management.one("audits")
    found = workspace.management.of("audit")
    for planned in programme.says.planned if programme else ():
        done = found.get(planned.id)
        if done is None:
            yield Watched(Topic.INTERNAL_AUDIT, planned.id, until=after(planned.by))
        elif done.says.on > planned.by:
            yield Watched(Topic.INTERNAL_AUDIT, planned.id, not_before=beginning(done.says.on))


def watch_documents(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch the documents under control: until their review, or at once if they were changed."""
    del bundle
    file = workspace.management.one("documents")
    for row in file.says.documents if file else ():
        since = tuple(_not_as_approved(workspace, row))
        yield Watched(Topic.DOCUMENT, row.id, until=after(row.review_by), since=since)


def watch_rows(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch the rows of the statement of applicability that are to be done by a day."""
    del workspace
    for row in bundle.applicability:
        due = due_day(row.status, row.applicable, row.due)
        if due is not None:
            yield Watched(Topic.ROW, row.control, until=after(due))


def _not_as_approved(workspace: Workspace, row: DocumentEntry) -> Iterator[str]:
    """Yield that its file is not there, or that what lies in it is not what was approved."""
    there = workspace.management.digests.get(row.id)
    if there is None and row.file is not None:
        yield MISSING
    elif there is not None and row.digest is not None and there.digest != row.digest:
        yield CHANGED
