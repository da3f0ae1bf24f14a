"""`watchkeeper plan approvals`: what the next release takes, and who answered so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.change.arguments import By, Home, line_to
from watchkeeper.plan.draft.workspace import PERSON


def approvals(by: By = PERSON, home: Home = None, as_json: AsJson = False) -> None:
    """Say what the next release takes, who answered to which plan, and what is to be looked at.

    Ends with 1 where a release in an emergency was not looked at in time.

    Example:
      watchkeeper plan approvals --home home --by ana --json
    """
    with output.speaking_plainly(), line_to(home, by) as line:
        told = line.ask("plan-approvals", {})
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
    for one in told["answers"]:
        excepts = f", excepting {', '.join(one['excepts'])}" if one["excepts"] else ""
        yield f"{one['plan']}: {one['answer']} by {one['by']} as {one['role']}{excepts}"
    for one in told["emergencies"]:
        late = "overdue since" if one["overdue"] else "to be looked at by"
        yield f"{one['plan']}: released in an emergency by {one['by']}, {late} {one['reviewBy']}"
