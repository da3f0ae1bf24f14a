"""People who left, and what those who are here must be able to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.plan.lint.management import files
from watchkeeper.plan.lint.management.references import PERSON, references
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.people import CompetenceFile
from watchkeeper.plan.workspace.report import Report

_STILL = {"owner", "auditors"}


def check_left(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name what people still have who left: a role or a key must not stay, ownership should not."""
    aims = workspace.aims.says
    gone = {person.id for person in aims.people if person.left is not None}
    if not gone:
        return
    for i, person in enumerate(aims.people):
        if person.id in gone and (person.keys or person.passkeys or person.sign_in):
            report.at(workspace.aims, "people", i, "left").safety(
                "left-with-key",
                f"`{person.id}` left and can still sign or sign in",
                "take `keys`, `passkeys` and `sign_in` out",
            )
    for what, holders in (("roles", aims.roles), ("deputies", aims.deputies)):
        for role, some in holders.items():
            for i, who in enumerate(some):
                if who in gone:
                    message = f"`{who}` left and still stands for the role `{role}`"
                    spot = report.at(workspace.aims, what, role, i)
                    spot.safety("left-with-role", message, "name somebody else")
    _owners(workspace, gone, report)


def _owners(workspace: Workspace, gone: set[str], report: Report) -> None:
    if not gone:
        return
    for file in files.every(workspace):
        for spot, kind, name in references(file, report):
            if kind == PERSON and name in gone and _STILL & set(map(str, spot.place)):
                spot.gap("owner-left", f"`{name}` left and still answers for this", "name another")
    owned_files: list[Checked[Any]] = [*workspace.systems.values(), *workspace.controls.values()]
    for owned in owned_files:
        if owned.says.owner in gone:
            message = f"`{owned.says.owner}` left and still answers for this"
            report.at(owned, "owner").gap("owner-left", message, "name another")
    if workspace.applicability is not None:
        for i, row in enumerate(workspace.applicability.says.rows):
            if row.owner in gone:
                spot = report.at(workspace.applicability, "rows", i, "owner")
                spot.gap("owner-left", f"`{row.owner}` left and still answers", "name another")


def _acting(workspace: Workspace, names: Names, role: str) -> Iterator[tuple[str, str]]:
    """Yield who acts in a role, and how: its holders, and those who stand in for them."""
    for who in names.roles.get(role, ()):
        yield who, "holds"
    for who in workspace.aims.says.deputies.get(role, ()):
        yield who, "stands in for holders of"


def check_competence(workspace: Workspace, names: Names, report: Report) -> None:
    """Name holders of a role without evidence of what the role needs, and who knows no policy."""
    file = workspace.management.one("competence")
    if file is None:
        return
    says: CompetenceFile = file.says
    for i, need in enumerate(says.needs):
        held = {one.person for one in says.held if one.need == need.id}
        for who, how in _acting(workspace, names, need.role):
            if who not in held:
                report.at(file, "needs", i).gap(
                    "no-competence",
                    f"`{who}` {how} `{need.role}` without evidence of `{need.id}`",
                    "add it under `held:`",
                )
    documents = workspace.management.one("documents")
    for row in documents.says.documents if documents else ():
        if row.kind == "policy":
            told = {one.person for one in says.awareness if one.document == row.id}
            holders = {who for some in names.roles.values() for who in some}
            if unaware := sorted(holders - told):
                people = ", ".join(f"`{who}`" for who in unaware)
                know = "knows" if len(unaware) == 1 else "know"
                report.at(file, "awareness").gap(
                    "not-aware",
                    f"nothing says that {people} {know} `{row.id}`",
                    "add it under `awareness:`, once they do",
                )
