"""`watchkeeper plan lint`: everything that is wrong with a workspace."""

from __future__ import annotations

import contextlib
import gc
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace, moment
from watchkeeper.cli.plan.checking.watching import lines_of, plan_of, round_json, rounds, stamp_of
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.records.instant import render_instant

_FEW = 20
_TITLES = {
    Severity.UNREADABLE: "Can not be read",
    Severity.SAFETY: "Safety errors: they stop a release",
    Severity.MANAGEMENT: "Gaps of the management system: named, they stop nothing",
}


def lint(
    path: Workspace = Path("aims"),
    as_json: AsJson = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 for management gaps too.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help=f"Print each finding, not the first {_FEW} of a kind.")
    ] = False,
    at: AtDay = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Go on looking, and tell what came and went."),
    ] = False,
) -> None:
    """Check a workspace as a whole and name everything that is wrong.

    What is overdue is named as of today, or of the day of `--at`; it never changes the plan.
    Of one kind of finding the first twenty are printed, and how many more there are.

    Ends with 0 where it can be released (gaps of the management system are named), with 1 for
    safety errors, with 2 where a file can not be read or parsed. With `--watch` it ends with 0 when
    it is interrupted; with `--json` each round is one line.

    Examples:
      watchkeeper plan lint aims --at 2027-06-30 --strict --json
      watchkeeper plan lint aims --watch
    """
    if watch:
        with output.speaking_plainly(), contextlib.suppress(KeyboardInterrupt):
            _watch(path, at, None if every else _FEW, as_json=as_json)
        return
    with output.speaking_plainly(), _unswept():
        linted = lint_workspace(path, moment(at))
    if as_json:
        output.show_json(_lint_json(linted))
    else:
        _print_findings(linted, None if every else _FEW)
    code = _exit_code(linted.findings, strict=strict)
    if code is not output.Exit.FINE:
        raise typer.Exit(code)


@contextlib.contextmanager
def _unswept() -> Iterator[None]:
    """Leave the garbage collector off: of thousands of files nothing goes before the end.

    What was made meanwhile counts as old afterwards, or all of it would be looked through at once.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if was:
            gc.enable()


def _watch(path: Path, at: str | None, most: int | None, *, as_json: bool) -> None:
    """Look again whenever a file changed, or a day began."""
    look = lambda: lint_workspace(path, moment(at))  # noqa: E731 - it is given away twice
    held: str | None = None
    for number, found in enumerate(rounds(lambda: _seen(path, at), look, time.sleep)):
        if as_json:
            output.show_json(round_json(found))
        elif number == 0:
            _print_findings(found.linted, most)
            output.say("watching; Ctrl-C ends it")
        else:
            for line in lines_of(found):
                output.show(line)
            if plan_of(found.linted) != held:
                _print_state(found.linted)
        held = plan_of(found.linted)


def _seen(path: Path, at: str | None) -> tuple[object, ...]:
    return stamp_of(path), render_instant(moment(at))[:10]


def _exit_code(findings: tuple[Finding, ...], *, strict: bool) -> output.Exit:
    found = {finding.severity for finding in findings}
    if Severity.UNREADABLE in found:
        return output.Exit.COULD_NOT_RUN
    if Severity.SAFETY in found or (strict and found):
        return output.Exit.FOUND
    return output.Exit.FINE


def _print_findings(linted: Linted, most: int | None) -> None:
    for severity, title in _TITLES.items():
        mine = [finding for finding in linted.findings if finding.severity is severity]
        if mine:
            output.show_folded("\n".join([f"{title} ({len(mine)})", *_lines(mine, most)]))
    _print_state(linted)


def _print_state(linted: Linted) -> None:
    plan = plan_of(linted)
    output.say(
        "the workspace does not hold" if plan is None else f"the workspace holds: plan {plan}"
    )


def _lines(findings: list[Finding], most: int | None) -> Iterator[str]:
    """Yield what is said of findings: of each kind at most `most`, then how many more."""
    said: Counter[str] = Counter()
    for finding in findings:
        said[finding.code] += 1
        if most is None or said[finding.code] <= most:
            place = f"{finding.file}:{finding.line}" if finding.line else finding.file
            yield f"  {place}: {finding.message}"
            if finding.advice:
                yield f"    {finding.advice}"
    if most is None:
        return
    for code, count in said.items():
        if count > most:
            yield f"  and {count - most:,} more like these: {code} (`--all` lists them)"


def _lint_json(linted: Linted) -> dict[str, Any]:
    counts = Counter(finding.severity.value for finding in linted.findings)
    return {
        "holds": linted.bundle is not None,
        "plan": plan_of(linted),
        "counts": {severity.value: counts[severity.value] for severity in Severity},
        "findings": [asdict(finding) for finding in linted.findings],
    }
