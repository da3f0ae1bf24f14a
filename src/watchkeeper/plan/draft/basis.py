"""What an assessment looked at, written beside it as it stands now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.basis.slice import Looked, render_looked
from watchkeeper.plan.compile.management.assessments import looked_at
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import that_stop
from watchkeeper.plan.workspace.folder import BASIS, open_folder
from watchkeeper.plan.workspace.kinds import BASED, BY_KIND
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.records.plan.bundle import Bundle


def look(linted: Linted, system: str) -> Looked:
    """Return what there is to look at of a system.

    Raises:
        PlanRefused: the workspace makes no plan.
    """
    workspace, bundle = _planned(linted)
    return looked_at(workspace, bundle, system)


def _planned(linted: Linted) -> tuple[Workspace, Bundle]:
    if linted.bundle is None or linted.workspace is None:
        worst = that_stop(linted.findings)[0]
        raise PlanRefused(f"there is no plan to look at: {worst}", "run `watchkeeper plan lint`")
    return linted.workspace, linted.bundle


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
    bases = [_beside(kind, looked.system) for kind in kinds]
    for basis in bases:
        read |= {basis: files.read(basis)} if files.has(basis) else {}
        texts[basis] = render_looked(looked)
        if made is not None:
            name = f"{basis.removesuffix(BASIS)}.yaml"
            read[name] = files.read(name)
            texts[name] = _made(read[name], name, made)
    write_together(folder, texts, read)
    return [folder / name for name in bases]


def write_bases(folder: Path, linted: Linted) -> tuple[str, ...]:
    """Write beside every assessment of a workspace what of its plan it looks at; name the files.

    Raises:
        PlanRefused: the workspace makes no plan.
        ImportRefused: a file may not be written, or another process writes there.
    """
    workspace, bundle = _planned(linted)
    files = open_folder(folder)
    texts = {
        _beside(kind, system): render_looked(looked_at(workspace, bundle, system))
        for kind in BASED
        for system in workspace.management.of(kind)
    }
    write_together(folder, texts, {name: files.read(name) for name in texts if files.has(name)})
    return tuple(texts)


def _beside(kind: str, system: str) -> str:
    return f"{BY_KIND[kind].folder}/{system}{BASIS}"


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
    write_bases(folder, lint_workspace(folder))
    again = lint_workspace(folder).workspace
    if again is not None:
        _approve_again(folder, again)
    return lint_workspace(folder)


def _approve_again(folder: Path, workspace: Workspace) -> None:
    for kind in BASED:
        for system, file in workspace.management.of(kind).items():
            if file.says.approved_by and file.says.approved:
                head = (file.says.approved_by, file.says.approved)
                done = sign_off(workspace, [f"{kind}/{system}"], *head)
                write_together(folder, done.texts, done.read)
