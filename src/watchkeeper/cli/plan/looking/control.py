"""`watchkeeper plan control`: one control with everything that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace
from watchkeeper.cli.plan.logs import Home
from watchkeeper.cli.plan.looking.arguments import look, tell
from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.views.control import Applies, ControlView, control_view

Control = Annotated[str, typer.Argument(help="A control of ours, or one of Annex A: `A.6.2.8`.")]


def control(
    name: Control,
    path: Workspace = Path("aims"),
    home: Home = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Show a control with all that hangs on it: row, risks, policies, sentences, drills, claims.

    With --home: how it stands in the log. Ends with 1 where its day or that of its row has passed,
    or a policy that must enforce it is not there; with 2 where there is no such control.

    Examples:
      watchkeeper plan control human-review aims --home home
      watchkeeper plan control A.6.2.8 aims
    """
    with output.speaking_plainly():
        found = look(path, home, at)
        view = control_view(name, found.register, found.bundle, found.at, found.figures)
        if view is None:
            raise PlanUnreadable(f"there is no control {cut(name)}", "name one as it is written")
    tell(view, list(_lines(view, log=found.figures is not None)), found.ran, as_json=as_json)
    if view.overdue or view.expects or (view.applies is not None and view.applies.overdue):
        raise typer.Exit(output.Exit.FOUND)


def _lines(view: ControlView, *, log: bool) -> Iterator[str]:
    yield f"{view.id} {view.title}".strip()
    yield view.statement
    if not view.annex:
        again = f", to be looked at again by {view.review_by}" if view.review_by else ""
        yield f"owner {view.owner or 'nobody'}{again}{' (passed)' if view.overdue else ''}"
    else:
        yield f"what can show it: {', '.join(view.evidence_classes)}; none stands for another"
    yield from _row(view.applies)
    for title, rows in (
        ("by our control", view.own),
        ("Annex A", view.annex_a),
        ("risk", view.risks),
        ("sentence", view.sentences),
        ("drill", view.drills),
    ):
        for one in rows:
            yield f"{title}: {one.id}{f': {one.says}' if one.says else ''}"
    for policy in view.policies:
        yield f"policy: {policy.id} ({policy.kind} in {policy.system})"
    for missing in view.expects:
        yield f"must be enforced by {missing}, which it is not"
    for check in view.built_in:
        yield f"check of the runtime itself: {check}"
    for claim in view.claims:
        shown = claim.drill or claim.objective
        yield f"claim: {claim.says} ({f'shown by {shown}' if shown else 'nothing shows otherwise'})"
    yield from _at_run_time(view, log=log)


def _row(row: Applies | None) -> Iterator[str]:
    if row is None:
        yield "statement of applicability: no row"
        return
    by = f" by {row.by}{', overdue' if row.overdue else ''}" if row.by else ""
    yield f"statement of applicability: {row.applicable}, {row.status}{by}; {row.why or 'no why'}"
    for one in row.evidence:
        said = f"{one.where}{f' ({one.note})' if one.note else ''}"
        yield f"evidence: {one.kind}, {one.origin}{f', {one.on}' if one.on else ''}: {said}"
    if row.words:
        yield f"evidence in words, which counts for no class: {row.words}"
    for bound in row.bindings:
        yield f"bound to {bound.says} {bound.id}"


def _at_run_time(view: ControlView, *, log: bool) -> Iterator[str]:
    for one in view.objectives:
        figure = one.figure
        stands = "" if figure is None else f": {figure.verdict}, {figure.value or 'no value'}"
        yield f"objective: {one.id}{stands}"
    if view.figure is not None:
        place = f", last in record {view.figure.last}" if view.figure.last is not None else ""
        yield f"at run time: {view.figure.state}, fired {view.figure.fired} times{place}"
    elif not view.annex:
        yield "at run time: nothing known" if log else "at run time: no log at hand"
