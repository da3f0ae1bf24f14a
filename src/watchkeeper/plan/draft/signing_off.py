"""Approvals written into records: who, on which day, of which version, of exactly what they say.

What is written is a person's word: evidence of origin `attested`. It binds once a release holds
it that somebody signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import PlanRefused, PlanUnreadable, cut
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.plan.documents.read import read_document
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.register.approval import approval_stands, said_digest
from watchkeeper.plan.views.clauses.answers import NOT_MADE
from watchkeeper.plan.views.clauses.standing import head_of
from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.folder import Folder
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.head import Approved
from watchkeeper.plan.workspace.models.management.documents import DocumentEntry
from watchkeeper.plan.workspace.models.management.risks import Assessment
from watchkeeper.plan.workspace.placeholders import placeholders
from watchkeeper.plan.workspace.yaml_tree import parse_yaml

FIRST = "1"
"""The version of what has none when it is approved."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be approved: its name (`risk/overpaid`), its file, what it says.

    `row` is the place of a document in the list of documents; None for a whole file. `kept_up`
    says that it needs an approval; `basis` is the digest of what an assessment looked at.
    """

    name: str
    file: str
    says: Approved
    value: Mapping[str, Any]
    row: int | None = None
    kept_up: bool = True
    basis: str | None = None

    @property
    def kind(self) -> str:
        """What kind of record it is: the part of its name before the id."""
        return self.name.partition("/")[0]

    def is_called(self, name: str) -> bool:
        """Tell whether a person means this one: by its name, or by its file."""
        return name == self.name or (self.row is None and name == self.file)


@dataclass(frozen=True, slots=True)
class SignedOff:
    """The new texts of files, what they were made of, what was approved, and what not and why.

    `digests` say of each record by name what exactly is approved, without the version that it gets.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)
    signed: tuple[Target, ...] = ()
    refused: tuple[tuple[Target, str], ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None

    @property
    def shown(self) -> str:
        """One digest of all that is approved: which records, what they say, in which version."""
        return sha256_hex(canonical({"records": dict(self.digests), "version": self.version}))


def targets(workspace: Workspace) -> Iterator[Target]:
    """Yield everything that can be approved; of a list of documents, each one before the list."""
    yield _whole("aims", workspace.aims)
    if workspace.applicability is not None:
        yield _whole("soa", workspace.applicability)
    for kind, found in workspace.management.files.items():
        for id_, file in found.items():
            if kind == "documents":
                yield from _rows(file)
            if isinstance(file.says, Approved):
                basis = workspace.management.basis_digest(kind, id_)
                yield _whole(f"{kind}/{id_}" if id_ else kind, file, basis)


def sign_off(
    workspace: Workspace, names: Sequence[str], by: str, on: str, version: str | None = None
) -> SignedOff:
    """Write the approval of `by` into the records named, or into all that lack one.

    A name is that of a record, its file, or a kind: of a kind, those that lack an approval. What
    still asks to be filled in is refused, and so are a document that is not there and an assessment
    that nobody is said to have made.

    Raises:
        PlanRefused: nobody of the plan is called so, there is no such record, or a file says
            something else by now than what was read.
    """
    check_person(workspace, by)
    chosen = _chosen(workspace, tuple(targets(workspace)), names)
    looked = [(one, _refusal(workspace, one)) for one in chosen]
    refused = tuple((one, why) for one, why in looked if why)
    signed = tuple(one for one, why in looked if not why)
    folder = Folder(workspace.root)
    read = {file: folder.read(file) for file in sorted({one.file for one in signed})}
    _check_unchanged(signed, read)
    digests = {one.name: _said(workspace, one) for one in signed}
    edited = {file: read_editable(text, file) for file, text in read.items()}
    for one in signed:
        _write(edited[one.file], one, workspace, {"by": by, "on": on, "version": version})
    texts = {file: render_editable(value) for file, value in edited.items()}
    return SignedOff(texts, read, signed, refused, digests, version)


def check_shown(done: SignedOff, shown: str) -> None:
    """Check that what would be approved is what somebody was shown, to the last word.

    Raises:
        PlanRefused: it is not.
    """
    if done.shown != shown:
        raise PlanRefused(
            "what would be approved is not what was shown", "look at it again, with `--look`"
        )


def _check_unchanged(signed: Sequence[Target], read: Mapping[str, str]) -> None:
    """Check that files still say what was read of them: nobody looked at anything else."""
    now = {file: parse_yaml(text).value for file, text in read.items()}
    for one in signed:
        rows = now[one.file].get("documents") if one.row is not None else None
        said = now[one.file] if one.row is None else rows[one.row : one.row + 1] if rows else []
        if said != (one.value if one.row is None else [one.value]):
            raise PlanRefused(f"`{one.file}` was changed meanwhile", "look at it, and say it again")


def _said(workspace: Workspace, one: Target) -> str:
    if isinstance(one.says, DocumentEntry):
        return _digest(workspace, one.says) or ""
    return said_digest(one.value, one.basis)


def _whole(name: str, file: Checked[Any], basis: str | None = None) -> Target:
    kept_up = head_of(file.says).kept_up
    return Target(name, file.file, file.says, file.tree.value, None, kept_up, basis)


def _rows(file: Checked[Any]) -> Iterator[Target]:
    for i, row in enumerate(file.says.documents):
        yield Target(f"document/{row.id}", file.file, row, file.tree.value["documents"][i], i)


def check_person(workspace: Workspace, by: str) -> None:
    """Check that somebody who is here is called so.

    Raises:
        PlanRefused: nobody is.
    """
    here = [person.id for person in workspace.aims.says.people if person.left is None]
    if by not in here:
        raise PlanRefused(f"nobody who is here is called {cut(by)}", nearest(by, here))


def _chosen(
    workspace: Workspace, every: tuple[Target, ...], names: Sequence[str]
) -> tuple[Target, ...]:
    if not names:
        return tuple(one for one in every if one.kept_up and not _approved(workspace, one))
    meant = {(one.name, one.row) for name in names for one in _called(workspace, every, name)}
    return tuple(one for one in every if (one.name, one.row) in meant)


def _called(workspace: Workspace, every: tuple[Target, ...], name: str) -> list[Target]:
    found = [one for one in every if one.is_called(name)]
    of_kind = [one for one in every if one.kind == name]
    if not found and not of_kind:
        known = sorted({one.name for one in every} | {one.kind for one in every})
        raise PlanRefused(f"there is no record {cut(name)} to approve", nearest(name, known))
    return found or [one for one in of_kind if not _approved(workspace, one)]


def _approved(workspace: Workspace, one: Target) -> bool:
    """Tell whether it is approved as it stands."""
    if isinstance(one.says, DocumentEntry) and one.says.approved_by is not None:
        return one.says.digest is not None and one.says.digest == _digest(workspace, one.says)
    return approval_stands(one.value, one.basis)


def _refusal(workspace: Workspace, one: Target) -> str:
    asked = list(placeholders(one.value))
    if asked:
        return f"`{'.'.join(str(step) for step in asked[0])}` is as the template has it"
    if isinstance(one.says, Assessment) and not one.says.made:
        return f"{NOT_MADE}: `watchkeeper plan assess {one.says.system} --by PERSON` writes it"
    if isinstance(one.says, DocumentEntry):
        return _unreadable(workspace, one.says)
    return ""


def _unreadable(workspace: Workspace, row: DocumentEntry) -> str:
    """Say why nobody can have read exactly this document; empty where somebody can."""
    if _digest(workspace, row) is None:
        return f"there is no `{row.file}`" if row.file else "no file and no digest"
    there = workspace.management.digests.get(row.id)
    if there is not None and not there.raw.strip():
        return "there is nothing in it"
    try:
        reading = read_document(there.file, there.raw) if there is not None else None
    except PlanUnreadable:
        return ""  # we can not read it, which lint names; people may
    if reading is not None and reading.has_two_readings:
        return "changes stand open in it: accept or reject them first"
    return ""


def _digest(workspace: Workspace, row: DocumentEntry) -> str | None:
    there = workspace.management.digests.get(row.id)
    if there is not None:
        return there.digest
    return row.digest if row.file is None else None


def _write(
    file: Any, one: Target, workspace: Workspace, approval: Mapping[str, str | None]
) -> None:
    place = file if one.row is None else file["documents"][one.row]
    version = approval["version"] or one.says.version or FIRST
    if one.says.version != version:
        place["version"] = version
    place["approved_by"], place["approved"] = approval["by"], approval["on"]
    if isinstance(one.says, DocumentEntry):
        place["digest"] = _digest(workspace, one.says)
    else:
        said = parse_yaml(render_editable(file)).value
        place["approved_digest"] = said_digest(said, one.basis)
