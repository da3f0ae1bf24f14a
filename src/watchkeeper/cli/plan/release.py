"""`watchkeeper plan release`: a workspace becomes the plan in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.people import Line
from watchkeeper.errors import PlanRefused, SettingsInvalid
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.plan_bundle import REGISTER, bundle_bytes, bundle_digest
from watchkeeper.plan.draft.workspace import PERSON
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.records.plan.bundle import Bundle


def release(
    folder: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    by: Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")] = PERSON,
    home: Annotated[Path, typer.Option("--home", help="The home; made if it is new.")] = Path(
        "home"
    ),
    record_key: Annotated[
        str | None,
        typer.Option("--record-key", help="Of a new home: where the key of its records lives."),
    ] = None,
    log_key: Annotated[
        str | None,
        typer.Option("--log-key", help="Of a new home: where the key of its log lives."),
    ] = None,
    written_by: Annotated[
        str | None,
        typer.Option("--written-by", help="Who wrote what is new, where it was not you."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Freeze the workspace into a plan, sign it, and put it into force.

    Whoever holds `release` in the plan before may sign; the first release names them. A new home
    is made where there is none. A gateway that runs takes the plan up at once.

    A new home's keys are files in it, unless `--record-key` or `--log-key` names them where they
    live: `pkcs11:…`, or `file:PATH`.

    Examples:
      watchkeeper plan release aims --home home --by ana
      watchkeeper plan release aims --by ana --record-key 'pkcs11:token=desk;object=records'
    """
    with output.speaking_plainly():
        linted = lint_workspace(folder)
        bundle = _releasable(linted)
        if not home.exists() or (home.is_dir() and not any(home.iterdir())):
            _make_home(home, linted, bundle, {"record": record_key, "log": log_key})
        elif record_key or log_key:
            raise SettingsInvalid(
                "the home has its keys already", "`watchkeeper log rotate-key` changes them"
            )
        raw = bundle_bytes(bundle)
        digest = bundle_digest(raw)
        line = Line(home, by)
        try:
            previous = line.hello().plan
            if previous == digest:
                output.say("this very plan is in force already")
                return
            value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
            body = {"plan": digest, "previous": previous}
            if written_by is not None:
                body["writtenBy"] = written_by
            answer = line.ask("release", body, {"bundle": value, **_register(linted)})
        finally:
            line.close()
    if as_json:
        output.show_json(answer)
        return
    for weakening in answer["weakenings"]:
        output.show(f"weaker:   {weakening}")
    for strengthening in answer["strengthenings"]:
        output.show(f"stronger: {strengthening}")
    output.show(f"released {digest} as record {answer['index']}")


def _register(linted: Linted) -> dict[str, Any]:
    """Return the register beside the plan, where the plan names one: it stays with the home."""
    managed = linted.bundle is not None and linted.bundle.management is not None
    return {REGISTER: linted.register.value} if managed and linted.register else {}


def _releasable(linted: Linted) -> Bundle:
    if linted.bundle is None:
        worst = [f for f in linted.findings if f.severity is not Severity.MANAGEMENT]
        named = "\n".join(f"  {finding}" for finding in worst)
        raise PlanRefused(f"the workspace has safety errors:\n{named}")
    return linted.bundle


def _make_home(home: Path, linted: Linted, bundle: Bundle, keys: Mapping[str, str | None]) -> None:
    holders = bundle.roles.get("release", ())
    people = {p.id: p.keys for p in bundle.people if p.id in holders and p.keys}
    if not people:
        raise PlanRefused(
            "nobody who holds `release` has a key",
            f"run `watchkeeper do enroll {holders[0] if holders else PERSON} --workspace …` first",
        )
    if linted.workspace is None:
        raise PlanRefused("the workspace could not be read")
    origin = linted.workspace.aims.says.origin
    log = wiring.create_log(
        home,
        name=origin,
        stage=bundle.stage,
        first_release=people,
        key_uris={use: uri for use, uri in keys.items() if uri is not None},
    )
    log.close()
    output.say(f"made a new home in {home}, origin {origin}/0, for {', '.join(sorted(people))}")
