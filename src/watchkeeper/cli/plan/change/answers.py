"""`watchkeeper plan approve` and `plan refuse`: a signed answer to exactly one plan."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.people import reason_of
from watchkeeper.cli.plan.arguments import AsJson, Workspace
from watchkeeper.cli.plan.change.arguments import By, Home, Reason, line_to
from watchkeeper.cli.plan.change.asked import proposed, show
from watchkeeper.plan.draft.workspace import PERSON

Role = Annotated[str, typer.Option("--role", help="In which role, as the plan in force asks.")]

Afterwards = Annotated[
    bool | None,
    typer.Option(
        "--afterwards/--next",
        help="Look at an emergency that released it, or answer to it as the next release.",
    ),
]


def approve(
    role: Role,
    folder: Workspace = Path("aims"),
    by: By = PERSON,
    home: Home = None,
    excepts: Annotated[
        list[str] | None,
        typer.Option(
            "--except", help="May be stale all the same: `SYSTEM:impact`; again for more."
        ),
    ] = None,
    afterwards: Afterwards = None,
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Approve the workspace's plan: exactly these bytes, to follow exactly the plan in force.

    What it changes is shown first. After any further change, or another release, it counts for
    nothing. An exception lets a release widen what agents may do while an assessment is stale.
    Where an emergency released the plan, this is the look at it afterwards; say `--afterwards` or
    `--next` where another plan is in force since.

    Examples:
      watchkeeper plan approve aims --role governance --by gil
      watchkeeper plan approve --role release --except desk:impact --except desk:risk --reason soon
    """
    said = _Said("approve-plan", role, reason, afterwards, tuple(excepts or ()))
    _answer(said, folder, (by, home), yes=yes, as_json=as_json)


def refuse(
    role: Role,
    folder: Workspace = Path("aims"),
    by: By = PERSON,
    home: Home = None,
    afterwards: Afterwards = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Refuse the workspace's plan: it can not be released until you withdraw that.

    Example:
      watchkeeper plan refuse aims --role governance --by gil --reason 'no drill yet'
    """
    if not reason:
        output.fail("a reason is required to refuse", "give `--reason`")
    said = _Said("refuse-plan", role, reason, afterwards)
    _answer(said, folder, (by, home), yes=True, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer: its verb, in which role and why, what it looks at, and what it excepts."""

    verb: str
    role: str
    reason: str
    afterwards: bool | None
    excepts: tuple[str, ...] = ()


def _answer(
    said: _Said, folder: Path, who: tuple[str, Path | None], *, yes: bool, as_json: bool
) -> None:
    by, home = who
    with output.speaking_plainly(), line_to(home, by) as line:
        found = proposed(folder, line, said.afterwards)
        show(found)
        if not yes:
            _ask_once_more()
        digest, beside = reason_of(said.reason)
        about = {"plan": found.plan, "previous": found.previous, "reason": digest}
        body = {**about, "role": said.role, "excepts": list(said.excepts)}
        answer = line.ask(said.verb, body, beside)
    if as_json:
        output.show_json(answer)
    else:
        output.show(f"{answer['answer']} as {answer['role']}: {answer['plan']}")


def _ask_once_more() -> None:
    """End the command unless somebody at a terminal says yes; what is piped in says nothing."""
    if not sys.stdin.isatty():
        output.fail("nobody is at a terminal to say whether to approve", "give `--yes`")
    if not typer.confirm("approve?", err=True):
        output.fail("nothing was said", code=output.Exit.FOUND)
