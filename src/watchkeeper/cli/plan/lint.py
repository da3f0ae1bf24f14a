"""`watchkeeper plan lint`: everything that is wrong with a workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace, moment
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Finding, Severity

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
) -> None:
    """Check a workspace as a whole and name everything that is wrong.

    What is overdue is named as of today, or of the day of `--at`; it never changes the plan.
    Of one kind of finding the first twenty are printed, and how many more there are.

    Ends with 0 where it can be released (gaps of the management system are named), with 1 for
    safety errors, with 2 where a file can not be read or parsed.

    Examples:
      watchkeeper plan lint aims
      watchkeeper plan lint aims --at 2027-06-30 --strict --json
    """
    with output.speaking_plainly():
        linted = lint_workspace(path, moment(at))
    if as_json:
        output.show_json(_lint_json(linted))
    else:
        _print_findings(linted, None if every else _FEW)
    code = _exit_code(linted.findings, strict=strict)
    if code is not output.Exit.FINE:
        raise typer.Exit(code)


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
            output.show("\n".join([f"{title} ({len(mine)})", *_lines(mine, most)]))
    if linted.bundle is not None:
        output.say(f"the workspace holds: plan {bundle_digest(bundle_bytes(linted.bundle))}")
    else:
        output.say("the workspace does not hold")


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
    plan = bundle_digest(bundle_bytes(linted.bundle)) if linted.bundle is not None else None
    return {
        "holds": linted.bundle is not None,
        "plan": plan,
        "counts": {severity.value: counts[severity.value] for severity in Severity},
        "findings": [asdict(finding) for finding in linted.findings],
    }
