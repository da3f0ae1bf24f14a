"""What an assessment looked at, written beside it as it stands now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.basis.slice import Looked, render_looked
from watchkeeper.plan.compile.management.assessments import TOPICS, looked_at
from watchkeeper.plan.draft.editing import read_editable, render_editable
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


def note_assessed(
    folder: Path, kinds: Iterable[str], looked: Looked, made: tuple[str, str] | None = None
) -> list[Path]:
    """Write what was looked at beside the assessments of these kinds; return those files.

    With `made` it is written into the assessments too who made them, and on which day: all of it,
    or nothing.

    Raises:
        ImportRefused: a file may not be written, or another process writes there.
        PlanUnreadable: an assessment can not be read.
    """
    files, texts, read = open_folder(folder), dict[str, str](), dict[str, str]()
    bases = [f"{BY_KIND[kind].folder}/{looked.system}{BASIS}" for kind in kinds]
    for basis in bases:
        read |= {basis: files.read(basis)} if files.has(basis) else {}
        texts[basis] = render_looked(looked)
        if made is not None:
            name = f"{basis.removesuffix(BASIS)}.yaml"
            read[name] = files.read(name)
            texts[name] = _made(read[name], name, made)
    write_together(folder, texts, read)
    return [folder / name for name in bases]


def _made(text: str, name: str, made: tuple[str, str]) -> str:
    document = read_editable(text, name)
    by, on = made
    document["assessed"], document["by"] = on, by
    return render_editable(document)


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
            note_assessed(folder, [kind], look(linted, system))
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
