"""`watchkeeper plan export oscal`: the plan as OSCAL documents, and a look at their references."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.check.gap import gap_table
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.exchange.arguments import At, Source, moment, said
from watchkeeper.cli.plan.exchange.folders import documents_in
from watchkeeper.errors import SettingsInvalid
from watchkeeper.plan.draft.editing import write_wholes
from watchkeeper.plan.exchange.oscal.checking.references import Checked, check_documents
from watchkeeper.plan.exchange.oscal.components import Measured
from watchkeeper.plan.exchange.oscal.documents import PATHS, oscal_documents
from watchkeeper.plan.exchange.said import Said
from watchkeeper.records.instant import Instant


def export_oscal(
    workspace: Source = Path("aims"),
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder to write into; made if new.")
    ] = None,
    at: At = None,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Say of each control what the records of this home show."),
    ] = None,
    trestle: Annotated[
        bool, typer.Option("--trestle", help="Addresses as `compliance-trestle` resolves them.")
    ] = False,
    check: Annotated[
        Path | None,
        typer.Option("--check", help="Write nothing: follow every reference of a folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the plan as OSCAL 1.2.1, in the folders that `compliance-trestle` uses.

    A catalogue of Annex A (numbers and titles), one of your own controls, the statement of
    applicability as a profile, enforcement points and policies as components, and open findings
    and overdue rows as a plan of action. The same plan and `--at` give the same bytes.

    With `--check` any folder of OSCAL documents is read instead, and every reference that leads
    nowhere is named: ends with 1 then. Nothing is fetched.

    Examples:
      watchkeeper plan export oscal aims --out oscal --at 2027-01-31
      watchkeeper plan export oscal --check oscal
    """
    with output.speaking_plainly():
        if check is not None:
            _show_checked(check_documents(documents_in(check)), as_json=as_json)
            return
        if out is None:
            raise SettingsInvalid("nowhere to write to", "name a folder with `--out`")
        says = said(workspace)
        seen = home or (workspace if wiring.is_home(workspace) else None)
        measured, released = _measured(seen, says) if seen is not None else (None, None)
        when = moment(at) if at is not None or released is None else released
        documents = oscal_documents(says, when, measured, trestle=trestle)
        _write(out, documents)
    if as_json:
        output.show_json({"plan": says.plan, "at": str(when), "written": sorted(documents)})
        return
    for path in documents:
        output.show(str(out / path))
    for path in PATHS:
        if path not in documents:
            output.say(f"not written, since there is nothing to say in it: {path}")


def _write(out: Path, documents: Mapping[str, bytes]) -> None:
    """Write the documents together; take away those of an earlier export that are no more."""
    write_wholes({out / path: raw for path, raw in documents.items()})
    for path in PATHS:
        if path not in documents:
            (out / path).unlink(missing_ok=True)


def _measured(home: Path, says: Said) -> tuple[Measured, Instant | None]:
    table = gap_table(wiring.read_entries(home), wiring.bundles(home))
    if table.plan != says.plan:
        raise SettingsInvalid(
            "the plan in force in that home is another one than this workspace makes",
            "release the workspace first, or leave `--home` out",
        )
    origin = "captured" if wiring.verified(home).sound else "reconstructed"
    states = {(row.control, row.system): row.state.value for row in table.rows}
    return Measured(origin, states), table.released_at


def _show_checked(found: Checked, *, as_json: bool) -> None:
    broken = [one for one in found.found if one.broken]
    if as_json:
        output.show_json(_json(found))
    else:
        for one in found.found:
            output.show(f"{'leads nowhere' if one.broken else 'not checked'}: {one}")
        output.say(
            f"{found.documents} documents, {found.followed} references followed, "
            f"{len(broken)} lead nowhere, {len(found.found) - len(broken)} not checked"
        )
    if broken:
        raise typer.Exit(output.Exit.FOUND)


def _json(found: Checked) -> dict[str, Any]:
    return {
        "documents": found.documents,
        "followed": found.followed,
        "broken": [_dangling(one) for one in found.found if one.broken],
        "notChecked": [_dangling(one) for one in found.found if not one.broken],
    }


def _dangling(one: Any) -> dict[str, str]:
    return {"file": one.file, "where": one.where, "message": one.message}
