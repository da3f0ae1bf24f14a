"""`watchkeeper plan assess`: what an assessment of a system looked at, noted beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, Workspace
from watchkeeper.errors import PlanRefused, RecordInvalid, SettingsInvalid, cut
from watchkeeper.plan.basis.slice import Looked, looked_from_json, looked_to_json, render_looked
from watchkeeper.plan.basis.triggers import triggers
from watchkeeper.plan.compile.management.assessments import looked_at
from watchkeeper.plan.draft.editing import write_whole
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.plan.workspace.folder import BASIS
from watchkeeper.plan.workspace.load import Workspace as Files

KINDS = {"impact": ("impact", "impacts"), "risk": ("assessment", "assessments")}
"""What `--kind` takes: the kind of file, and the folder in which such files lie."""


def assess(
    system: Annotated[str, typer.Argument(help="The system, by its id.")],
    path: Workspace = Path("aims"),
    kind: Annotated[
        str | None, typer.Option("--kind", help="`impact` or `risk`; each that is there if not.")
    ] = None,
    look: Annotated[
        bool, typer.Option("--look", help="Only say what changed since; write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Note what was looked at when a system was assessed: its part of the plan as it stands.

    Write the assessment first, `impacts/SYSTEM.yaml` or `assessments/SYSTEM.yaml`, then run this:
    it writes `SYSTEM.basis.json` beside it. From then on the assessment is stale as soon as the
    plan lets the system do more than that.

    Examples:
      watchkeeper plan assess refund-desk
      watchkeeper plan assess refund-desk aims --kind impact --look
    """
    with output.speaking_plainly():
        linted = lint_workspace(path)
        kinds = _kinds(linted, system, kind)
        found = [_assess(linted, path / _place(one, system), (system, one), look) for one in kinds]
    if as_json:
        output.show_json(found)
        return
    for one in found:
        output.show(f"{one['kind']} of {system}: {_words(one)}")
        if one["wrote"]:
            output.say(f"wrote {one['wrote']}")


def _kinds(linted: Linted, system: str, kind: str | None) -> list[str]:
    files = _files(linted)
    if system not in files.systems:
        raise SettingsInvalid(f"there is no system {cut(system)}", "see `systems/`")
    if kind is not None and kind not in KINDS:
        raise SettingsInvalid(f"not a kind of assessment: {cut(kind)}", "say `impact` or `risk`")
    asked = KINDS if kind is None else {kind: KINDS[kind]}
    there = [name for name, (what, _) in asked.items() if system in files.management.of(what)]
    if not there:
        places = " or ".join(f"`{folder}/{system}.yaml`" for _, folder in asked.values())
        raise PlanRefused(f"nobody assessed {cut(system)} yet", f"write {places} first")
    return there


def _files(linted: Linted) -> Files:
    if linted.bundle is None or linted.workspace is None:
        worst = [f for f in linted.findings if f.severity is not Severity.MANAGEMENT]
        raise PlanRefused(f"there is no plan to look at: {worst[0]}", "run `watchkeeper plan lint`")
    return linted.workspace


def _place(kind: str, system: str) -> str:
    return f"{KINDS[kind][1]}/{system}{BASIS}"


def _assess(
    linted: Linted,
    place: Path,
    what: tuple[str, str],
    look: bool,
) -> dict[str, Any]:
    (system, kind), files = what, _files(linted)
    bundle = linted.bundle
    if bundle is None:
        raise PlanRefused("there is no plan to look at")
    now = looked_at(files, bundle, system)
    then = _before(files, KINDS[kind][0], system)
    if not look:
        write_whole(place, render_looked(now))
    return {
        "kind": kind,
        "system": system,
        "changed": None if then is None else list(triggers(then, now)),
        "same": then is not None and looked_to_json(then) == looked_to_json(now),
        "wrote": None if look else str(place),
    }


def _before(files: Files, kind: str, system: str) -> Looked | None:
    basis = files.management.bases.get((kind, system))
    try:
        return None if basis is None else looked_from_json(basis.says, system)
    except RecordInvalid:
        return None


def _words(one: dict[str, Any]) -> str:
    if one["changed"] is None:
        return "looked at for the first time"
    if one["same"]:
        return "nothing changed since it was looked at last"
    changed = ", ".join(one["changed"])
    return f"since it was looked at last: {changed or 'nothing that makes it stale'}"
