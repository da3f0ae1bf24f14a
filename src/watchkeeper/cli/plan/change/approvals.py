"""`watchkeeper plan approvals`: what the next release takes, and who answered so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.change.arguments import By, Home, line_to
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.draft.workspace import PERSON
from watchkeeper.plan.whole import compile_folder


def approvals(
    folder: Annotated[
        Path | None,
        typer.Argument(help="The workspace: say how many answers are to its plan."),
    ] = None,
    by: By = PERSON,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what the next release takes, who answered to which plan, and what is to be looked at.

    With a workspace it says how many of the answers are to the plan that it makes as it stands.

    Ends with 1 where a release in an emergency was not looked at in time.

    Examples:
      watchkeeper plan approvals --home home --by ana --json
      watchkeeper plan approvals aims
    """
    with output.speaking_plainly(), line_to(home, by) as line:
        plan = None if folder is None else bundle_digest(bundle_bytes(compile_folder(folder)))
        told = {**line.ask("plan-approvals", {}), **({} if plan is None else {"workspace": plan})}
    if as_json:
        output.show_json(told)
    else:
        output.show("\n".join(_lines(told)))
    if any(one["overdue"] for one in told["emergencies"]):
        raise typer.Exit(output.Exit.FOUND)


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    rule = told["rule"]
    yield f"in force: {told['inForce'] or 'no plan'}"
    if rule is None or not rule.get("approvals"):
        yield "the plan in force asks nobody to approve the next"
    for one in rule.get("approvals", ()) if rule else ():
        when = "every release" if one["when"] == "always" else "a release that weakens something"
        yield f"{when} takes {one['count']} as {one['role']}"
    for kept_out in rule.get("separate", ()) if rule else ():
        yield f"not its {kept_out}"
    if plan := told.get("workspace"):
        yield from _of_workspace(plan, told)
    for one in told["answers"]:
        excepts = f", excepting {', '.join(one['excepts'])}" if one["excepts"] else ""
        back = "" if _is_to_the_next(one, told) else ", to its release in an emergency"
        yield f"{one['plan']}: {one['answer']} by {one['by']} as {one['role']}{excepts}{back}"
    for one in told["emergencies"]:
        late = "overdue since" if one["overdue"] else "to be looked at by"
        yield f"{one['plan']}: released in an emergency by {one['by']}, {late} {one['reviewBy']}"


def _of_workspace(plan: str, told: Mapping[str, Any]) -> Iterator[str]:
    if plan == told["inForce"]:
        yield "the workspace makes the plan in force"
        return
    to_it = [one for one in told["answers"] if one["plan"] == plan and _is_to_the_next(one, told)]
    count = len(to_it)
    yield f"the workspace makes {plan}: {count or 'no'} answer{'s' * (count != 1)} to it"


def _is_to_the_next(one: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Tell whether an answer is to what would follow the plan in force; else it looks back."""
    return bool(one["previous"] == told["inForce"])
