"""`watchkeeper plan import xlsx`: a workbook back into the files of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import needs_extra, settled, taken
from watchkeeper.cli.plan.exchange.trial import would_break
from watchkeeper.errors import cut
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.register.content import register_of
from watchkeeper.plan.workspace.folder import open_folder, read_named

if TYPE_CHECKING:
    from watchkeeper.plan.exchange.xlsx.changes import Comparison, RowChange
    from watchkeeper.plan.exchange.xlsx.reading import Workbook


def import_xlsx(
    file: Annotated[Path, typer.Argument(help="The workbook.")],
    workspace: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    layout: Annotated[
        Path | None,
        typer.Option("--map", help="A YAML file that says how a workbook of others is laid out."),
    ] = None,
    theirs: Annotated[
        bool,
        typer.Option("--theirs", help="Take the workbook's side where both changed."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take a workbook's changes into the files: all of them, or none.

    What changed in the workbook alone is taken, with comments and order of the files kept. What
    changed in both, differently, is a conflict: it is named by cell with both values, nothing is
    written, and the command ends with 1. So it does for formulas, merged cells, hidden rows,
    unknown people and words. Rows that the workbook has no longer are named, never deleted.

    Examples:
      watchkeeper plan import xlsx register.xlsx aims --dry-run
      watchkeeper plan import xlsx binder.xlsx aims --map binder.yaml --theirs
    """
    with output.speaking_plainly():
        needs_extra("openpyxl")
        from watchkeeper.plan.exchange.xlsx.applying import applied
        from watchkeeper.plan.exchange.xlsx.changes import compare
        from watchkeeper.plan.exchange.xlsx.here import here
        from watchkeeper.plan.exchange.xlsx.mapping import parse_mapping
        from watchkeeper.plan.exchange.xlsx.reading import read_workbook

        files = settled(workspace, dry_run=dry_run)
        mapped = parse_mapping(read_named(layout), layout.name) if layout else ()
        people = {one.id: one.name for one in files.aims.says.people}
        book = read_workbook(taken(file), people, mapped)
        found = compare(book, here(register_of(files)), theirs=theirs)
        wrong = [*book.wrong, *found.conflicts]
        broken: Sequence[str] = ()
        if not wrong and found.changes:
            read = _read(workspace, found.changes)
            texts = applied(found.changes, read)
            broken = would_break(workspace, texts)
            if not (broken or dry_run):
                write_together(workspace, texts, read)
        wrong += broken
    _show(book, found, wrong, written=not (wrong or dry_run), as_json=as_json)
    if wrong:
        raise typer.Exit(output.Exit.FOUND)


def _read(path: Path, changes: Sequence[RowChange]) -> dict[str, str]:
    from watchkeeper.plan.exchange.xlsx.applying import file_of

    folder = open_folder(path)
    names = sorted({file_of(change) for change in changes})
    return {name: folder.read(name) for name in names if folder.has(name)}


def _show(
    book: Workbook, found: Comparison, wrong: Sequence[str], *, written: bool, as_json: bool
) -> None:
    if as_json:
        output.show_json(_json(book, found, wrong, written=written))
        return
    for line in wrong:
        output.show(f"refused: {line}")
    for change in found.changes:
        output.show(f"{'new' if change.new else 'changed'}: {change.table.title} {change.name}")
        for cell in change.cells:
            output.show(f"  {cell.column.title}: {cut(cell.before)} -> {cut(cell.after)}")
    for title, names in (("kept", found.kept), ("no longer there, not deleted", found.gone)):
        for name in names:
            output.show(f"{title}: {name}")
    for line in book.unread:
        output.say(f"not read: {line}")
    output.say("written" if written and found.changes else "nothing was written")


def _json(
    book: Workbook, found: Comparison, wrong: Sequence[str], *, written: bool
) -> dict[str, Any]:
    return {
        "written": written and bool(found.changes),
        "refused": list(wrong),
        "changes": [
            {
                "table": change.table.title,
                "row": change.name,
                "new": change.new,
                "cells": [
                    {"key": c.column.key, "cell": c.place, "before": c.before, "after": c.after}
                    for c in change.cells
                ],
            }
            for change in found.changes
        ],
        "kept": list(found.kept),
        "gone": list(found.gone),
        "notRead": list(book.unread),
    }
