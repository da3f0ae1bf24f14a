"""`watchkeeper plan scope`: what the management system covers, and every AI system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from watchkeeper.check.columns import columns
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace
from watchkeeper.cli.plan.logs import Home
from watchkeeper.cli.plan.looking.arguments import look, tell
from watchkeeper.plan.views.scope import ScopedSystem, ScopeView, scope_view


def scope(
    path: Workspace = Path("aims"),
    home: Home = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Show the scope: units, sites, processes, interfaces, and each AI system with its role.

    With --home: what was seen at run time and is in no inventory. Ends with 1 where there is such a
    thing; with 2 where the workspace can not be read.

    Example:
      watchkeeper plan scope aims --home home
    """
    with output.speaking_plainly():
        found = look(path, home, at)
    view = scope_view(found.register, found.bundle, found.at, found.figures)
    tell(view, list(_lines(view)), found.ran, as_json=as_json)
    if view.unlisted:
        raise typer.Exit(output.Exit.FOUND)


def _lines(view: ScopeView) -> Iterator[str]:
    yield view.statement or "there is no scope statement"
    if view.covered:
        rows = [(one.kind, one.name, _in(in_scope=one.in_scope), one.why) for one in view.covered]
        yield ""
        yield from columns([("kind", "name", "scope", "why"), *rows])
    yield ""
    yield from columns([_HEAD, *map(_cells, view.systems)])
    for met in view.interfaces:
        yield f"{met.ours} meets {met.theirs}: {met.what}"
    for out in view.exclusions:
        yield f"left out: {out.what}: {out.why}"
    for one in view.unlisted:
        place = f", last in record {one.last}" if one.last is not None else ""
        yield f"in no inventory: {one.what} {one.name}, seen {one.count} times{place}"
    if not view.written:
        yield "there is no `scope.yaml`: of the scope only the systems are known"
    if not view.log:
        yield "no log at hand: what acted was not compared with the inventory"


_HEAD = ("system", "scope", "role", "AI Act", "stage", "owner", "agents", "why")


def _cells(one: ScopedSystem) -> tuple[str, ...]:
    return (
        one.id,
        _in(in_scope=one.in_scope),
        one.role,
        one.ai_act_class,
        one.stage,
        one.owner,
        ", ".join(agent.id for agent in one.agents) or "-",
        one.why,
    )


def _in(*, in_scope: bool) -> str:
    return "in" if in_scope else "out"
