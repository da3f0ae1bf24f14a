"""What every record needs: an owner, an approval of what it says now, a day to look at it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.plan.lint.management import files
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.register.approval import changed_since_approval
from watchkeeper.plan.views.clauses.standing import Head, head_of
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.head import Approved
from watchkeeper.plan.workspace.models.management.documents import DocumentEntry
from watchkeeper.plan.workspace.placeholders import placeholders
from watchkeeper.plan.workspace.report import Report, Spot

_SIGN = "`watchkeeper plan sign-off` writes it, once somebody has read it"


def headed(
    workspace: Workspace, report: Report
) -> Iterator[tuple[Spot, Approved, Any, str | None]]:
    """Yield everything that has a head, with its spot, what its file says there, and its basis.

    The basis is the digest of what an assessment looked at.
    """
    singles = [workspace.aims]
    if workspace.applicability is not None:
        singles.append(workspace.applicability)  # type: ignore[arg-type]  # both have a head
    for kind, file in [*(("", file) for file in singles), *files.records(workspace)]:
        says: Any = file.says
        if isinstance(says, Approved):
            basis = workspace.management.basis_digest(kind, getattr(says, "system", ""))
            yield report.at(file), says, file.tree.value, basis
    documents = workspace.management.one("documents")
    for i, row in enumerate(documents.says.documents if documents else ()):
        if documents is not None:
            value = documents.tree.value["documents"][i]
            yield report.at(documents, "documents", i), row, value, None


def check_heads(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name who is missing: an owner, an approval, a day to look at it again."""
    for spot, says, value, basis in headed(workspace, report):
        head = head_of(says)
        if head.owner is None:
            spot.gap("no-owner", "nobody answers for this", "add `owner:`")
        if head.kept_up:
            _kept_up(spot, says, head, changed_since_approval(value, basis))


def check_templates(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name what is still as a template has it."""
    for file in files.every(workspace):
        asked = list(placeholders(file.tree.value))
        if asked:
            more = f", and {len(asked) - 1} more" if len(asked) > 1 else ""
            where = ".".join(str(step) for step in asked[0])
            report.at(file, *asked[0]).gap(
                "left-as-template",
                f"`{where}` is as the template has it{more}",
                "say it in your own words, without `say:`",
            )


def _kept_up(spot: Spot, says: Approved, head: Head, changed: bool) -> None:  # noqa: FBT001
    if head.until is None:
        spot.gap("no-review-date", "no day by which this is looked at again", "add `review_by:`")
    if head.approved_by is None:
        spot.gap("not-approved", "nobody approved this", _SIGN)
        return
    if says.approved is None:
        spot.gap("no-approval-day", "it does not say when it was approved", "add `approved:`")
    elif head.until is not None and says.approved > head.until:
        spot.inside("approved").gap(
            "approved-after-review",
            f"approved on {says.approved}, after it was due to be looked at again ({head.until})",
            "mend one of the two days",
        )
    if not isinstance(says, DocumentEntry) and says.approved_digest is None:
        message = "the approval does not say of what: any later text would be approved"
        spot.inside("approved_by").gap("approval-without-digest", message, _SIGN)
    elif not isinstance(says, DocumentEntry) and changed:
        spot.inside("approved_digest").gap(
            "changed-since-approval", "this was changed since it was approved", _SIGN
        )


def check_documents(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name documents that are not there, or say something else than what was approved."""
    found = workspace.management.one("documents")
    seen: set[str] = set()
    for i, row in enumerate(found.says.documents if found else ()):
        if found is None:
            return
        spot, there = report.at(found, "documents", i), workspace.management.digests.get(row.id)
        if row.id in seen:
            spot.inside("id").safety("id-twice", f"`{row.id}` stands here twice", "rename one")
        seen.add(row.id)
        if row.file is not None and there is None:
            message = f"there is no file `{row.file}`"
            spot.inside("file").gap("no-document", message, "put it there, or name another")
        elif row.approved_by is not None and row.digest is None:
            message = "it does not say which text was approved"
            spot.gap("no-digest", message, _SIGN)
        elif row.approved_by is not None and there is not None and there.digest != row.digest:
            message = f"`{row.id}` was changed since it was approved"
            spot.inside("digest").gap("changed-since-approval", message, _SIGN)
