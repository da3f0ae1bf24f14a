"""What the files of a workspace say now, as the sheets have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.plan.exchange.xlsx.changes import Here
from watchkeeper.plan.exchange.xlsx.tables import APPLICABILITY, CONTROLS, DIGEST, Table
from watchkeeper.plan.exchange.xlsx.values import texts_of
from watchkeeper.plan.exchange.xlsx.writing import Sheet
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.standards.catalogue import annex_a


def here(workspace: Workspace) -> Here:
    """Return the rows of each table, by the table's title and the row's name."""
    controls = {name: file.tree.value for name, file in sorted(workspace.controls.items())}
    soa = workspace.applicability
    rows = soa.tree.value.get("rows") or () if soa is not None else ()
    return {
        CONTROLS.title: _texts(CONTROLS, controls),
        APPLICABILITY.title: _texts(APPLICABILITY, {str(row["control"]): row for row in rows}),
    }


def sheets(workspace: Workspace) -> tuple[Sheet, ...]:
    """Return the sheets of a workspace, as they are exported."""
    rows = here(workspace)
    titles = {name: control.title for name, control in annex_a().items()}
    titles |= {name: file.says.title for name, file in workspace.controls.items()}
    shown = [titles.get(name, "") for name in rows[APPLICABILITY.title]]
    return (
        Sheet(CONTROLS, list(rows[CONTROLS.title].values())),
        Sheet(APPLICABILITY, list(rows[APPLICABILITY.title].values()), shown),
    )


def about(organisation: str, plan: str) -> tuple[str, ...]:
    """Return what the first sheet says to whoever edits the others."""
    return (
        f"Controls and statement of applicability of {organisation}",
        f"Exported from plan {plan}",
        "Edit the cells and save; then run: watchkeeper plan import xlsx FILE",
        "A row that is taken out here is named at import, and never deleted.",
        "A new row needs an id: small letters, digits and hyphens. Lists have commas between ids.",
        f"The hidden column `{DIGEST}` tells what changed here from what changed in the files.",
        "Formulas, merged cells and hidden rows are refused, each by its cell.",
    )


def _texts(table: Table, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {name: texts_of(table, value) for name, value in values.items()}
