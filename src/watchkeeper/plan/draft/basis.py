"""What an assessment looked at, written beside it as it stands now."""

from __future__ import annotations

from pathlib import Path

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.basis.slice import Looked, render_looked
from watchkeeper.plan.compile.management.assessments import TOPICS, looked_at
from watchkeeper.plan.draft.editing import read_editable, render_editable, write_whole
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import that_stop
from watchkeeper.plan.workspace.folder import BASIS, open_folder
from watchkeeper.plan.workspace.kinds import BY_KIND
from watchkeeper.plan.workspace.load import Workspace


def look(linted: Linted, system: str) -> Looked:
    """Return what there is to look at of a system.

    Raises:
        PlanRefused: the workspace makes no plan.
    """
    if linted.bundle is None or linted.workspace is None:
        worst = that_stop(linted.findings)[0]
        raise PlanRefused(f"there is no plan to look at: {worst}", "run `watchkeeper plan lint`")
    return looked_at(linted.workspace, linted.bundle, system)


def write_basis(folder: Path, kind: str, looked: Looked) -> Path:
    """Write what was looked at beside the assessment of a kind; return the file."""
    place = folder / f"{BY_KIND[kind].folder}/{looked.system}{BASIS}"
    write_whole(place, render_looked(looked))
    return place


def write_made(folder: Path, kind: str, system: str, by: str, on: str) -> Path:
    """Write into an assessment who made it, and on which day; return the file."""
    name = BY_KIND[kind].where.replace("*", system)
    place = folder / name
    document = read_editable(open_folder(folder).read(name), name)
    document["assessed"], document["by"] = on, by
    write_whole(place, render_editable(document))
    return place


def assess_again(folder: Path) -> Linted:
    """Note for every assessment of a workspace what there is now; return it linted once more.

    Each is approved again by whoever approved it, on the day on which they did: it is for those
    who change a plan by code and answer for it themselves.

    Raises:
        PlanRefused: the workspace makes no plan.
    """
    linted = lint_workspace(folder)
    for kind in TOPICS.values():
        for system in linted.workspace.management.of(kind) if linted.workspace else ():
            write_basis(folder, kind, look(linted, system))
    again = lint_workspace(folder).workspace
    if again is not None:
        _approve_again(folder, again)
    return lint_workspace(folder)


def _approve_again(folder: Path, workspace: Workspace) -> None:
    for kind in TOPICS.values():
        for system, file in workspace.management.of(kind).items():
            if file.says.approved_by and file.says.approved:
                head = (file.says.approved_by, file.says.approved)
                done = sign_off(workspace, [f"{kind}/{system}"], *head)
                write_together(folder, done.texts, done.read)
