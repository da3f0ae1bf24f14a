"""`watchkeeper plan certificate check`: what may be concluded, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.check.columns import one_line
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, moment, registered
from watchkeeper.cli.plan.certificate.arguments import WorkspaceOption
from watchkeeper.cli.plan.certificate.files import there
from watchkeeper.errors import SettingsInvalid
from watchkeeper.plan.certificates.conclude import Concluded, conclude


def check(
    certificate: Annotated[
        str | None, typer.Argument(help="The certificate, by its id; all where left out.")
    ] = None,
    path: WorkspaceOption = Path("aims"),
    system: Annotated[
        str | None, typer.Option("--system", help="Whether its scope covers this system.")
    ] = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Say what may be concluded from a certificate, and what not.

    Only checks that a person signed with `plan certificate verified` are believed. Ends with 1
    where something speaks against a certificate: it ran out, was suspended, or a register says
    otherwise; with 2 where there is no such certificate.

    Examples:
      watchkeeper plan certificate check
      watchkeeper plan certificate check modelhouse-42001 --system refund-desk --at 2027-03-01
    """
    with output.speaking_plainly():
        when = moment(at)
        register, _ = registered(path, when)
        if system is not None and system not in register.systems:
            raise SettingsInvalid(f"there is no system `{system}`", "see `systems/`")
        if certificate is not None:
            there(register, "certificate", certificate)
        ids = sorted(register.of("certificate")) if certificate is None else [certificate]
        found = [conclude(register, id_, when, system) for id_ in ids]
    if as_json:
        output.show_json([_json(one) for one in found])
    else:
        output.show("\n\n".join(_told(one) for one in found) or "no certificates")
    if not all(one.stands for one in found):
        raise typer.Exit(output.Exit.FOUND)


def _json(one: Concluded) -> dict[str, Any]:
    answers = {"inScope": one.in_scope} if one.in_scope is not None else {}
    looked = {
        "confirmed": one.confirmed,
        "accredited": one.accredited,
        "holderMatches": one.holder_matches,
        **answers,
    }
    return {
        "id": one.id,
        "holder": one.holder,
        "standard": one.standard,
        "status": one.status,
        "expired": one.expired.value,
        "ended": one.ended or None,
        "stands": one.stands,
        "system": one.system,
        **{name: asdict(known) for name, known in looked.items()},
        "may": list(one.may),
        "cannot": list(one.cannot),
        "notCounted": list(one.ignored),
    }


def _told(one: Concluded) -> str:
    """Return it in lines: what a file says never becomes a line, or a sentence, of ours."""
    return "\n".join(one_line(line) for line in _lines(one))


def _lines(one: Concluded) -> Iterator[str]:
    yield f"{one.id}: {one.standard}, held by {one.holder}, status {one.status}"
    yield from (f"  may be concluded: {sentence}" for sentence in one.may)
    yield from (f"  not: {sentence}" for sentence in one.cannot)
    yield from (f"  not counted: {sentence}" for sentence in one.ignored)
