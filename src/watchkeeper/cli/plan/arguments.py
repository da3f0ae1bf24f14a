"""What several commands of `watchkeeper plan` take, and how a workspace is read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.errors import PlanUnreadable, SettingsInvalid, cut
from watchkeeper.plan.draft.together import finish_writing
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Finding, that_stop
from watchkeeper.plan.workspace.load import Workspace as Files
from watchkeeper.plan.workspace.load import load_workspace
from watchkeeper.plan.workspace.models.scalars import check_day
from watchkeeper.records.day import day_of
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.plan.bundle import Bundle

Workspace = Annotated[Path, typer.Argument(help="The workspace: the folder with `aims.yaml`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AtDay = Annotated[
    str | None, typer.Option("--at", help="A day, like `2027-06-30`, where not today.")
]


def moment(day: str | None) -> Instant:
    """Return the moment at which is asked: noon of a day in UTC, or now."""
    if day is None:
        return wiring.clock().wall()
    return parse_instant(f"{day_said(day)}T12:00:00.000000Z")


def day_said(day: str) -> str:
    """Return a day as it was written.

    Raises:
        SettingsInvalid: it is none.
    """
    try:
        return check_day(day)
    except ValueError:
        raise SettingsInvalid(f"not a day: {cut(day)}", "write it like `2027-06-30`") from None


def past_day(said: str | None, advice: str) -> str:
    """Return the day that was named, or today in UTC.

    Raises:
        SettingsInvalid: it is none, or still to come; then `advice` says what to name.
    """
    day, today = day_of(moment(said)), day_of(moment(None))
    if day > today:
        raise SettingsInvalid(f"{cut(day)} is still to come", advice)
    return day


def go_on(workspace: Path) -> None:
    """Bring what an earlier command left undone in a workspace to its end, and say so.

    Raises:
        ImportRefused: a file was changed since, or may not be written; or somebody writes there.
        PlanUnreadable: what is there is not what a command left.
    """
    for name in finish_writing(workspace) if workspace.is_dir() else ():
        output.say(f"went on with a change that was broken off: {name}")


def readable(path: Path) -> Files:
    """Return a workspace whose files hold one by one.

    Raises:
        PlanUnreadable: a file can not be read, or does not hold by itself.
    """
    workspace, findings = load_workspace(path)
    if workspace is None:
        raise _unreadable(findings)
    return workspace


def registered(path: Path, at: Instant) -> tuple[Register, Bundle | None]:
    """Return what the files of a workspace say, and its plan where it makes one.

    Raises:
        PlanUnreadable: a file can not be read, or does not hold by itself.
    """
    linted = lint_workspace(path, at)
    if linted.register is None:
        raise _unreadable(linted.findings)
    return linted.register, linted.bundle


def planned(path: Path, at: Instant) -> tuple[Register, Bundle]:
    """Return what the files of a workspace say, and the plan that they make.

    Raises:
        PlanUnreadable: they make none; why is said.
    """
    linted = lint_workspace(path, at)
    if linted.register is None:
        raise _unreadable(linted.findings)
    if linted.bundle is None:
        why = that_stop(linted.findings)[0]
        raise PlanUnreadable(f"the workspace makes no plan: {why}", "run `watchkeeper plan lint`")
    return linted.register, linted.bundle


def say_plan(bundle: Bundle | None) -> None:
    """Say what can not be told where a workspace makes no plan."""
    if bundle is None:
        output.say("the workspace makes no plan (`plan lint` says why): what enforces is not known")


def _unreadable(findings: Iterable[Finding]) -> PlanUnreadable:
    worst = that_stop(findings)[0]
    return PlanUnreadable(f"the workspace can not be read: {worst}", "mend it first")
