"""`watchkeeper answer`: the three questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.check.answer import Step, Verified, render_answer, render_page
from watchkeeper.check.answer import answer as answer_from
from watchkeeper.cli import output
from watchkeeper.verify import Status, Verification, verify_log

_OF_THE_WHOLE = frozenset({1, 2, 3})
"""Steps without which no record is proved to be in its place: keys, checkpoint, tree."""


def answer(
    path: Annotated[Path, typer.Argument(help="A home, or the folder of a published log.")] = Path(
        "home"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the page to this file too.")
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Do not verify the log first, and say so.")
    ] = False,
) -> None:
    """Which systems are in scope, which controls are enforced, what proves it and who answers.

    Ends with 1 if verification found something wrong or the bundle of the plan in force is not
    there; with 2 if the log can not be read.
    """
    with output.speaking_plainly():
        verified = None if unverified else _verify(path)
        found = answer_from(wiring.read_entries(path), wiring.bundles(path), verified)
        if html is not None:
            html.write_text(render_page(found), encoding="utf-8")
    if as_json:
        output.show_json(found.json())
    else:
        output.show(render_answer(found))
    if not found.sound or not found.table.readable:
        raise typer.Exit(output.Exit.FOUND)


def _verify(path: Path) -> Verified:
    with output.progress("verifying") as update:
        return verified_from(verify_log(path, progress=update))


def verified_from(found: Verification) -> Verified:
    """Say in the answer's terms what the verifier found.

    No record counts as verified where keys, checkpoint or tree fail; otherwise every record does
    about which there is no finding.
    """
    if any(step.number in _OF_THE_WHOLE and step.status is Status.FAILED for step in found.steps):
        good = 0
    else:
        bad = {finding.index for finding in found.findings if finding.index is not None}
        good = max(0, found.size - len(bad) - found.left_out)
    more = (f"and {found.left_out} more",) if found.left_out else ()
    return Verified(
        records=found.size,
        verified=good,
        steps=tuple(
            Step(step.number, step.title, step.status.value, step.detail) for step in found.steps
        ),
        findings=(*(_sentence(one.index, one.message) for one in found.findings), *more),
        pinned=found.pinned,
        witnessed=found.witnessed,
    )


def _sentence(index: int | None, message: str) -> str:
    return message if index is None else f"record {index}: {message}"
