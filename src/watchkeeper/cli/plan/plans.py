"""A plan that somebody names: a workspace, a home, or the JSON file of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.errors import PlanUnreadable, RecordInvalid, cut
from watchkeeper.ledger.plan_bundle import MAX_BUNDLE_BYTES, parse_bundle
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import that_stop
from watchkeeper.records.plan.bundle import Bundle

KnownPlan = Annotated[
    Path, typer.Argument(help="A workspace, a home (its plan in force), or a plan's JSON file.")
]


def read_known(path: Path) -> tuple[Bundle, Register | None]:
    """Return a plan, and its register where it is at hand: of a workspace, and of a home.

    Of a home it is the plan in force.

    Raises:
        PlanUnreadable: there is no plan; of which place is said.
    """
    if wiring.is_home(path):
        found = wiring.plan_in_force(path)
        if found is None:
            raise PlanUnreadable(f"no plan is in force in {cut(path)}", "release one first")
        return found, wiring.register(path)
    return _compiled(path) if path.is_dir() else (_in_file(path), None)


def _compiled(path: Path) -> tuple[Bundle, Register | None]:
    linted = lint_workspace(path)
    if linted.bundle is None:
        worst = that_stop(linted.findings)[0]
        raise PlanUnreadable(
            f"the workspace {cut(path)} does not hold: {worst}", "run `watchkeeper plan lint`"
        )
    return linted.bundle, linted.register


def _in_file(path: Path) -> Bundle:
    advice = "name a workspace or the file of a plan"
    if not path.is_file():
        raise PlanUnreadable(f"there is no plan at {cut(path)}", advice)
    with path.open("rb") as file:
        raw = file.read(MAX_BUNDLE_BYTES + 1)
    try:
        return parse_bundle(raw)
    except RecordInvalid as error:
        raise PlanUnreadable(f"{cut(path)} is no plan: {error.message}", advice) from None
