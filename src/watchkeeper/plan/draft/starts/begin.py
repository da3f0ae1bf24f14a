"""A complete workspace to start from: controls, risks, assessments, objectives, drills, documents.

Nothing in it comes approved: whoever begins reads it, changes it, and signs it off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError

from watchkeeper.errors import PlanRefused, SettingsInvalid, cut
from watchkeeper.plan.draft.basis import write_bases
from watchkeeper.plan.draft.editing import read_editable, render_editable, write_whole
from watchkeeper.plan.draft.import_tools import MODELINE, schema_address
from watchkeeper.plan.draft.starts.own import Own, make_own
from watchkeeper.plan.schemas.export import published_schema
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.kinds import PLACES
from watchkeeper.plan.workspace.models.organisation import AimsFile, PersonEntry

STARTS: Final = ("customer-service", "coding", "back-office")
_EVERY = "every"
"""The folder with what all of them have."""
ANSWERS: Final = {
    "organisation": AimsFile.model_fields["organisation"],
    "name": PersonEntry.model_fields["name"],
    "person": PersonEntry.model_fields["id"],
    "origin": AimsFile.model_fields["origin"],
    "stage": AimsFile.model_fields["stage"],
}
"""What is asked of whoever begins, each with its place in the plan."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A workspace that was begun: its files in the order to read, and what lint says of it."""

    files: tuple[Path, ...]
    linted: Linted


def begin(path: Path, name: str, own: Own, today: date, server: Sequence[str]) -> Begun:
    """Write a starting point into a new or empty folder, as of a day; `server` is its tool server.

    Days in it become due as long from `today` as they are from the day it was written for. What
    each assessment looked at is put beside it, last.

    Raises:
        PlanRefused: the folder holds something already.
        SettingsInvalid: there is no such starting point, or an answer that does not fit a plan.
    """
    check_beginning(path, name)
    for key in ANSWERS:
        said = getattr(own, key)
        if (why := fault_of(key, said)) is not None:
            raise SettingsInvalid(f"`--{key}` {cut(said)}: {why}")
    texts = {**_texts(name, own, today, server), **_schemas()}
    for file, text in texts.items():
        write_whole(path / file, text)
    linted = lint_workspace(path)
    bases = write_bases(path, linted) if linted.bundle is not None else ()
    written = (*(file for file in texts if not file.startswith(".")), *bases)
    return Begun(tuple(path / file for file in written), lint_workspace(path))


def check_beginning(path: Path, name: str) -> None:
    """Make sure that a starting point can be written there; a `.git` is in nobody's way.

    Raises:
        PlanRefused: the folder holds something already.
        SettingsInvalid: there is no such starting point.
    """
    if name not in STARTS:
        raise SettingsInvalid(f"no starting point {cut(name)}", f"one of: {', '.join(STARTS)}")
    if path.exists() and not path.is_dir():
        raise PlanRefused(f"{cut(path)} is a file", "name a new folder")
    if path.exists() and any(there.name != ".git" for there in path.iterdir()):
        raise PlanRefused(f"{cut(path)} is not empty", "name a new folder")


def fault_of(key: str, said: str) -> str | None:
    """Return why an answer does not fit in its place in the plan; None where it does."""
    field = ANSWERS[key]
    kind: Any = Annotated[field.annotation, *(field.metadata or [None])]
    try:
        TypeAdapter(kind).validate_python(said)
    except ValidationError as error:
        found = error.errors()[0]
        if found["type"] == "string_pattern_mismatch":
            return "a name like `example.com/desk`, with no spaces and no `+`"
        return str(found["msg"]).removeprefix("Value error, ").lower()
    return None


def _texts(name: str, own: Own, today: date, server: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    every, own_ones = dict(_read(_EVERY)), dict(_read(name))
    rows = every["soa.yaml"] + own_ones["soa.yaml"].removeprefix("rows:\n")
    whole = {**every, **own_ones, "soa.yaml": rows}
    for file in sorted(whole, key=_in_order):
        text = whole[file]
        if file.endswith(".yaml"):
            document = read_editable(text, file)
            make_own(document, file, own, today, server)
            text = f"# {MODELINE}{schema_address(_kind(file))}\n{render_editable(document)}"
        found[file] = text
    return found


def _in_order(file: str) -> tuple[int, str]:
    """Sort as a reader wants it: `aims.yaml`, then as the kinds of files come."""
    kinds = [place.kind for place in PLACES]
    if file.endswith(".yaml"):
        return kinds.index(_kind(file)), file
    return len(kinds), file


def _kind(file: str) -> str:
    folder = file.rpartition("/")[0]
    return next(p.kind for p in PLACES if (p.folder == folder if folder else p.where == file))


def _read(name: str) -> Iterator[tuple[str, str]]:
    return _below(files(__package__).joinpath("data", name), "")


def _below(place: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for found in place.iterdir():
        if found.is_dir():
            yield from _below(found, f"{prefix}{found.name}/")
        else:
            yield f"{prefix}{found.name}", found.read_text(encoding="utf-8")


def _schemas() -> dict[str, str]:
    names = [f"{place.kind}.schema.json" for place in PLACES]
    return {f".schemas/{name}": published_schema(name) for name in names}
