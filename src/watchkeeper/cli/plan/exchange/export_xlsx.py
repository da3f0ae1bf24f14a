"""`watchkeeper plan export xlsx`: controls, risks and applicability as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import At, Source, moment, needs_extra, said
from watchkeeper.cli.plan.exchange.workbook import Replace, put_workbook
from watchkeeper.plan.views.applicability.view import applicability_view


def export_xlsx(
    workspace: Source = Path("aims"),
    out: Annotated[Path, typer.Option("--out", help="The workbook to write.")] = Path("aims.xlsx"),
    replace: Replace = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write controls, risks and the statement of applicability as one workbook, to import again.

    A workbook that is there is not written over: somebody may have edited it.

    Each row has a hidden digest, by which an import tells what changed in the workbook from what
    changed in the files. The same files and `--at` give the same bytes.

    Example:
      watchkeeper plan export xlsx aims --out register.xlsx
    """
    with output.speaking_plainly():
        needs_extra("openpyxl")
        from watchkeeper.plan.exchange.xlsx.here import about, sheets

        says, when = said(workspace), moment(at)
        pages = sheets(says.register, applicability_view(says.register, says.bundle, when))
        put_workbook(out, pages, about(says.aims.organisation, says.plan), when, replace=replace)
    rows = {page.table.title: len(page.rows) for page in pages}
    if as_json:
        output.show_json({"plan": says.plan, "file": str(out), "rows": rows})
    else:
        output.show(f"{out}: " + ", ".join(f"{n} rows of {name}" for name, n in rows.items()))
