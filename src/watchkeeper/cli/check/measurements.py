"""Measurements as files: kept beside the objectives, and held against the log again."""

from __future__ import annotations

import base64
from pathlib import Path

import typer

from watchkeeper import wiring
from watchkeeper.check.objectives import Measurement
from watchkeeper.check.objectives.written import Covering, differences, written
from watchkeeper.cli import output
from watchkeeper.errors import PlanUnreadable, SettingsInvalid, cut
from watchkeeper.ledger.checkpoint import Checkpoint
from watchkeeper.plan.draft.editing import render_editable
from watchkeeper.plan.draft.import_tools import MODELINE, schema_address
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.workspace.checked import check
from watchkeeper.plan.workspace.folder import read_named
from watchkeeper.plan.workspace.models.management.objectives import (
    CheckpointEntry,
    MeasurementFile,
)
from watchkeeper.plan.workspace.yaml_tree import YamlRefused, parse_yaml
from watchkeeper.records.day import day_of
from watchkeeper.records.instant import Instant, parse_instant

_SECOND = 1_000_000


def keep(path: Path, workspace: Path, at: Instant, by: str | None) -> Measurement:
    """Measure what the published checkpoint covers, as of a whole second, and write it down.

    Raises:
        SettingsInvalid: it is no workspace, or there is no plan in force to measure by.
        NoteInvalid: nothing is published yet.
    """
    if not (workspace / "aims.yaml").is_file():
        raise SettingsInvalid(f"no workspace in `{workspace}`", "name the folder of `aims.yaml`")
    covering = wiring.covering(path)
    found = wiring.measured(path, Instant(at - at % _SECOND), covering)
    if found.plan is None or not found.readable:
        raise SettingsInvalid("there is no plan in force here to measure by")
    file = _free(workspace / "measurements", day_of(found.at))
    value = written(found, covering, file.stem, by)
    text = f"# {MODELINE}{schema_address('measurement')}\n{render_editable(value)}"
    write_together(workspace, {f"measurements/{file.name}": text})
    output.say(f"wrote {file}; say in it what you make of it (`analysis`, `evaluated_by`)")
    return found


def hold(path: Path, file: Path, *, as_json: bool) -> None:
    """Say whether a log has the checkpoint of a measurement, and gives the same values."""
    said = _read(file)
    wrong = _checked(path, said)
    if as_json:
        output.show_json({"measurement": said.id, "holds": not wrong, "differs": wrong})
    else:
        text = [f"differs: {one}" for one in wrong] or ["the log gives the same values"]
        output.show("\n".join([f"measurement {said.id} of {said.on}", *text]))
    if wrong:
        raise typer.Exit(output.Exit.FOUND)


def _checked(path: Path, said: MeasurementFile) -> list[str]:
    mine = [row for row in said.rows if row.origin != "attested"]
    if said.checkpoint is None:
        return ["it names no checkpoint, so nothing says over what it was measured"] if mine else []
    covering, problem = _covering(path, said.checkpoint)
    if covering is None:
        return [problem]
    wrong = [
        f"{row.objective}: measured up to {row.window.end}, which is not on {said.on}"
        for row in mine
        if row.window.end[:10] != said.on
    ]
    for end in sorted({row.window.end for row in mine}):
        found = wiring.measured(path, parse_instant(f"{end[:19]}.000000Z"), covering)
        rows = [_row(row) for row in mine if row.window.end == end]
        wrong += differences(rows, found)
        named = {row.objective for row in said.rows}
        left = [row.objective.id for row in found.rows if row.objective.id not in named]
        wrong += [f"{name}: the plan aims at it, and it is left out" for name in left]
        if said.plan is not None and found.plan != said.plan:
            wrong.append(f"the plan in force then was {found.plan}, not {said.plan}")
    return wrong


def _covering(path: Path, said: CheckpointEntry) -> tuple[Covering | None, str]:
    root = wiring.root_at(path, said.shard, said.size)
    if root is None:
        return None, f"the log has no {said.size} records of shard {said.shard} here"
    text = base64.b64encode(root).decode()
    if text != said.root:
        return None, f"the log's root over {said.size} records is {text}, not {cut(said.root)}"
    return Covering(Checkpoint(said.origin, said.size, root), said.shard, sound=False), ""


def _row(row: object) -> dict[str, object]:
    names = ("objective", "value", "of", "met", "origin")
    return {name: getattr(row, name) for name in names}


def _read(file: Path) -> MeasurementFile:
    text = read_named(file)
    try:
        checked, findings = check(MeasurementFile, file.name, parse_yaml(text))
    except YamlRefused as error:
        raise PlanUnreadable(f"{cut(file)}:{error.line}: {error.message}", error.advice) from None
    if checked is None:
        raise PlanUnreadable(f"no measurement: {findings[0]}", "run `watchkeeper plan lint`")
    return checked.says


def _free(folder: Path, day: str) -> Path:
    """Return a name that is not taken: a measurement is never written over."""
    names = [day, *(f"{day}-{number}" for number in range(2, 1000))]
    for name in names:
        file = folder / f"{name}.yaml"
        if not file.exists():
            return file
    raise SettingsInvalid(f"there are a thousand measurements of {day} in `{folder}`")
