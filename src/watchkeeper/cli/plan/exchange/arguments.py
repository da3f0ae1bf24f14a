"""What the commands of exchange take, and the workspace that they are about."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli.plan.arguments import go_on
from watchkeeper.errors import ImportRefused, PlanRefused, SettingsInvalid, cut
from watchkeeper.plan.exchange.said import Said, said_by
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.finding import Finding, that_stop
from watchkeeper.plan.workspace.load import Workspace as Loaded
from watchkeeper.plan.workspace.load import load_workspace
from watchkeeper.plan.workspace.models.scalars import moment_text
from watchkeeper.records.instant import Instant, parse_instant

Source = Annotated[Path, typer.Argument(help="A workspace, or a home: what was released there.")]
LARGEST = 64 * 1024 * 1024
_BESIDE = {"cyclonedx": ("jsonschema", "referencing")}
"""What the validator of a library needs, which its own extra `json-validation` brings."""
At = Annotated[
    str | None,
    typer.Option("--at", help="The moment that stands in what is written, like 2027-06-30; now."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")
]


def said(path: Path) -> Said:
    """Return what a workspace that holds says and its plan, or what is in force in a home.

    Raises:
        PlanRefused: it has safety errors, or can not be read; or that plan names no register.
    """
    if wiring.is_home(path):
        return _released(path)
    linted = lint_workspace(path)
    if linted.register is None or linted.bundle is None:
        raise _not_whole(linted.findings)
    return said_by(linted.register, linted.bundle)


def _released(home: Path) -> Said:
    register, bundle = wiring.register(home), wiring.plan_in_force(home)
    if register is None or bundle is None:
        raise PlanRefused(
            "the plan in force there says nothing of a management system",
            "name the workspace instead",
        )
    return said_by(register, bundle)


def moment(text: str | None) -> Instant:
    """Return the moment that was asked for, else now."""
    if text is None:
        return wiring.clock().wall()
    try:
        return parse_instant(moment_text(text).replace("Z", ".000000Z"))
    except ValueError as error:
        raise SettingsInvalid(f"not a time: {cut(text)}", str(error)) from None


def readable(path: Path) -> Loaded:
    """Return a workspace whose files hold one by one.

    Raises:
        PlanRefused: one of them does not.
    """
    workspace, findings = load_workspace(path)
    if workspace is None:
        raise _not_whole(findings)
    return workspace


def _not_whole(findings: tuple[Finding, ...]) -> PlanRefused:
    worst = that_stop(findings)[0]
    return PlanRefused(f"the workspace does not hold: {worst}", "run `watchkeeper plan lint`")


def opened(workspace: Path, owner: str, *, dry_run: bool) -> tuple[Loaded, str]:
    """Return a workspace into which something is drafted, and who answers for that.

    An import that was broken off is brought to its end first; with `dry_run` it is named alone.

    Raises:
        PlanRefused: one of its files does not hold.
        SettingsInvalid: nobody was named, or nobody of the plan.
    """
    files = settled(workspace, dry_run=dry_run)
    return files, person(files, owner)


def settled(workspace: Path, *, dry_run: bool) -> Loaded:
    """Return a workspace to write into, once what an earlier command left undone is done.

    Raises:
        PlanRefused: one of its files does not hold; or, with `dry_run`, something is left undone.
    """
    if not dry_run:
        go_on(workspace)
    return readable(workspace)


def taken(path: Path) -> bytes:
    """Return the bytes of a file of others, with a bound.

    Raises:
        ImportRefused: it is larger than anything that is taken in.
    """
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ImportRefused(f"{cut(path)} is larger than 64 MiB", "split it")
    return raw


def _is_there(module: str) -> bool:
    """Say whether a module can be imported; one that was set to None can not."""
    try:
        return find_spec(module) is not None
    except ValueError:
        return False


def needs_extra(module: str) -> None:
    """Go on only where what the extra `exchange` brings is there.

    Raises:
        SettingsInvalid: it is not.
    """
    missing = [name for name in (module, *_BESIDE.get(module, ())) if not _is_there(name)]
    if missing:
        raise SettingsInvalid(
            f"this needs {cut(missing[0])}",
            "install the extra `exchange`: `pip install '.[exchange]'` in the checkout",
        )


def person(files: Loaded, name: str) -> str:
    """Return the person who was named, who has to be one of the plan.

    Raises:
        SettingsInvalid: nobody was named, or nobody of the plan.
    """
    people = [one.id for one in files.aims.says.people]
    if name not in people:
        raise SettingsInvalid(
            f"nobody of `people:` answers for what comes in: {cut(name)}",
            f"name a person with `--owner`; {nearest(name, people)}",
        )
    return name
