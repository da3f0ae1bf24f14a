"""`watchkeeper plan assess`: what an assessment of a system looked at, noted beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, Workspace, go_on, past_day
from watchkeeper.errors import PlanRefused, RecordInvalid, SettingsInvalid, cut
from watchkeeper.plan.basis.slice import Looked, looked_from_json, looked_to_json
from watchkeeper.plan.basis.triggers import triggers
from watchkeeper.plan.draft.basis import look, note_assessed
from watchkeeper.plan.draft.signing_off import check_person
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.kinds import BY_KIND

KINDS = {"impact": "impact", "risk": "assessment"}
"""What `--kind` takes, and the kind of file that it is."""


def assess(
    system: Annotated[str, typer.Argument(help="The system, by its id.")],
    path: Workspace = Path("aims"),
    kind: Annotated[
        str | None, typer.Option("--kind", help="`impact` or `risk`; each that is there if not.")
    ] = None,
    only_look: Annotated[
        bool, typer.Option("--look", help="Only say what changed since; write nothing.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--by", help="Who made it: an id of a person; written into it.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="The day of it, where not today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Note what was looked at when a system was assessed: its part of the plan as it stands.

    Write the assessment first, `impacts/SYSTEM.yaml` or `assessments/SYSTEM.yaml`, then run this:
    it writes `SYSTEM.basis.json` beside it. From then on the assessment is stale as soon as the
    plan lets the system do more than that. With `--by` it writes into the assessment itself who
    made it and when, without which nobody can approve it: do that before `plan sign-off`.

    Examples:
      watchkeeper plan assess refund-desk --by ana
      watchkeeper plan assess refund-desk aims --kind impact --look
    """
    with output.speaking_plainly():
        made = _made(by, on)
        if not only_look:
            go_on(path)
        linted = lint_workspace(path)
        now = look(linted, system)
        kinds = _kinds(linted, system, kind)
        found = [_compared(linted, one, now) for one in kinds]
        if by is not None and linted.workspace is not None:
            check_person(linted.workspace, by)
        if not only_look:
            wrote = note_assessed(path, [KINDS[one] for one in kinds], now, made)
            found = [one | {"wrote": str(file)} for one, file in zip(found, wrote, strict=True)]
    if as_json:
        output.show_json(found)
        return
    for one in found:
        output.show(f"{one['kind']} of {system}: {_words(one)}")
        if one["wrote"]:
            output.say(f"wrote {one['wrote']}")


def _made(by: str | None, on: str | None) -> tuple[str, str] | None:
    if on is not None and by is None:
        raise SettingsInvalid("a day is written with a person alone", "give `--by` with `--on`")
    return None if by is None else (by, past_day(on, "an assessment is of today or before"))


def _kinds(linted: Linted, system: str, kind: str | None) -> list[str]:
    files = linted.workspace
    if files is None or system not in files.systems:
        raise SettingsInvalid(f"there is no system {cut(system)}", "see `systems/`")
    if kind is not None and kind not in KINDS:
        raise SettingsInvalid(f"not a kind of assessment: {cut(kind)}", "say `impact` or `risk`")
    asked = KINDS if kind is None else {kind: KINDS[kind]}
    there = [name for name, what in asked.items() if system in files.management.of(what)]
    if not there:
        places = " or ".join(f"`{BY_KIND[what].folder}/{system}.yaml`" for what in asked.values())
        raise PlanRefused(f"nobody assessed {cut(system)} yet", f"write {places} first")
    return there


def _compared(linted: Linted, kind: str, now: Looked) -> dict[str, Any]:
    then = _before(linted, KINDS[kind], now.system)
    return {
        "kind": kind,
        "system": now.system,
        "changed": None if then is None else list(triggers(then, now)),
        "same": then is not None and looked_to_json(then) == looked_to_json(now),
        "wrote": None,
    }


def _before(linted: Linted, kind: str, system: str) -> Looked | None:
    bases = linted.workspace.management.bases if linted.workspace else {}
    basis = bases.get((kind, system))
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
