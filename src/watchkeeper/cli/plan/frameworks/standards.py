"""`watchkeeper plan standards`: what a standard numbers, and what in the workspace points at it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.errors import StandardInvalid, cut
from watchkeeper.plan.mapping.judge import check_mapping
from watchkeeper.plan.mapping.read.files import MAX_BYTES, read_mapping
from watchkeeper.plan.mapping.text import mapping_json, mapping_summary, mapping_text
from watchkeeper.plan.views.item import item_text, item_view
from watchkeeper.plan.views.standards import standards_text, standards_view
from watchkeeper.plan.workspace.finding import that_stop
from watchkeeper.plan.workspace.load import Workspace, load_workspace
from watchkeeper.standards.items import STANDARDS, look_up


def standards(
    item: Annotated[
        str | None, typer.Argument(help="An item: `A.9.3`, `6.1.2`, `art-14`, `GOVERN 1.1`.")
    ] = None,
    workspace: Annotated[
        Path, typer.Option("--workspace", help="Where to look for what points at it.")
    ] = Path("aims"),
    check: Annotated[
        Path | None,
        typer.Option("--check", help="A mapping that others made, to hold against the standards."),
    ] = None,
    standard: Annotated[
        str | None, typer.Option("--standard", help=f"Which one: {', '.join(STANDARDS)}.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a standard numbers, and everything in the workspace that points at it.

    Without an item it lists the standards, and what of them is unverified. Ends with 2 where no
    standard has the item, or where there is a workspace that can not be read.

    With `--check` it reads a mapping (YAML, JSON, CSV, TSV, .xlsx, .docx, Markdown or text) and
    names numbers that there are not, numbers under a wrong name, guidance taken for controls, days
    that were amended and wrong counts. Ends with 1 where it finds any, with 2 where the file can
    not be read.

    Examples:
      watchkeeper plan standards
      watchkeeper plan standards A.9.3 --workspace aims
      watchkeeper plan standards --check mapping.csv --standard iso42001
    """
    with output.speaking_plainly():
        _known(standard)
        if check is not None:
            _check(check, standard, as_json=as_json)
        elif item is None:
            _list(as_json=as_json)
        else:
            _show(item, standard, workspace, as_json=as_json)


def _known(name: str | None) -> None:
    if name is not None and name not in STANDARDS:
        raise StandardInvalid(f"unknown standard {cut(name)}", f"known are {', '.join(STANDARDS)}")


def _list(*, as_json: bool) -> None:
    rows = standards_view()
    if as_json:
        output.show_json([row.json() for row in rows])
    else:
        output.show_folded(standards_text(rows))


def _show(text: str, name: str | None, path: Path, *, as_json: bool) -> None:
    found = look_up(text, name)
    if not found:
        where = STANDARDS[name] if name else "none of the standards"
        said = f"{where} has no {cut(text)}" if name else f"{where} has {cut(text)}"
        raise StandardInvalid(said, "see `watchkeeper plan standards`; NIST's are like `MAP 1.1`")
    workspace, broken = _workspace(path)
    views = [item_view(one, workspace) for one in found]
    if as_json:
        output.show_json([view.json() for view in views])
    else:
        output.show_folded("\n\n".join(item_text(view) for view in views))
    if broken:
        output.fail(f"nothing that points at it was looked for: {broken}", "mend it first")


def _check(path: Path, name: str | None, *, as_json: bool) -> None:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    found = check_mapping(read_mapping(path.name, raw), name)
    if as_json:
        output.show_json(mapping_json(found))
    elif found.wrong:
        output.show_folded(mapping_text(found))
    if found.note:
        output.say(found.note)
    output.say(mapping_summary(found))
    if found.wrong:
        raise typer.Exit(output.Exit.FOUND)


def _workspace(path: Path) -> tuple[Workspace | None, str]:
    """Return the workspace, or why it can not be read; neither where there is none."""
    if not path.exists():
        output.say(f"no workspace at {path}: what points at it was not looked for")
        return None, ""
    found, findings = load_workspace(path)
    return found, "" if found is not None else str(that_stop(findings)[0])
