"""`watchkeeper plan withdraw`: take one's own answer to a plan back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.people import reason_of
from watchkeeper.cli.plan.arguments import AsJson
from watchkeeper.cli.plan.change.arguments import By, Home, Reason, line_to
from watchkeeper.errors import CommandInvalid
from watchkeeper.plan.draft.workspace import PERSON


def withdraw(
    role: Annotated[
        str | None, typer.Option("--role", help="Which answer, where you gave several.")
    ] = None,
    by: By = PERSON,
    home: Home = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Take your answer to a plan back, before it is released.

    Example:
      watchkeeper plan withdraw --by gil --home home
    """
    with output.speaking_plainly(), line_to(home, by) as line:
        mine = _mine(line.ask("plan-approvals", {})["answers"], by, role)
        digest, beside = reason_of(reason)
        body = {"plan": mine["plan"], "verdict": mine["record"], "reason": digest}
        answer = line.ask("withdraw-plan", body, beside)
    if as_json:
        output.show_json(answer)
    else:
        output.show(f"withdrawn as {answer['role']}: {answer['plan']}")


def _mine(answers: list[dict[str, Any]], by: str, role: str | None) -> dict[str, Any]:
    found = [one for one in answers if one["by"] == by and role in {None, one["role"]}]
    if len(found) != 1:
        message = "you answered to no plan" if not found else "you gave several answers"
        raise CommandInvalid(message, "see `plan approvals`; `--role` names one")
    return found[0]
