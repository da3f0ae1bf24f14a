"""`watchkeeper plan release`: a workspace becomes the plan in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.people import Line, reason_of
from watchkeeper.errors import PlanRefused, SettingsInvalid
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.draft.workspace import PERSON
from watchkeeper.plan.whole import Linted, beside_plan, lint_workspace
from watchkeeper.plan.workspace.finding import that_stop
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
    emergency: Annotated[
        bool,
        typer.Option("--emergency", help="It can not wait for approvals; it is looked at after."),
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, of an emergency.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Freeze the workspace into a plan, sign it, and put it into force.

    Whoever holds `release` in the plan before may sign; the first release names them. A new home
    is made where there is none. A gateway that runs takes the plan up at once.

    Where the plan in force asks for approvals, they must have been given to exactly this plan
    (`plan approve`). In an emergency a holder of the role that it names releases without; then
    somebody has to look at it in time.

    A new home's keys are files in it, unless `--record-key` or `--log-key` names them where they
    live: `pkcs11:…`, or `file:PATH`.

    Examples:
      watchkeeper plan release aims --home home --by ana
      watchkeeper plan release aims --by ana --record-key 'pkcs11:token=desk;object=records'
    """
    if emergency != bool(reason):
        output.fail("an emergency needs a reason, and only an emergency takes one")
    with output.speaking_plainly():
        linted = lint_workspace(folder)
        bundle = _releasable(linted)
        if not home.exists() or (home.is_dir() and not any(home.iterdir())):
            _make_home(home, linted, bundle, {"record": record_key, "log": log_key})
        elif record_key or log_key:
            raise SettingsInvalid(
                "the home has its keys already", "`watchkeeper log rotate-key` changes them"
            )
        line = Line(home, by)
        try:
            answer = _sent(line, linted, bundle, _said(written_by, reason))
        finally:
            line.close()
    if answer is None:
        output.say("this very plan is in force already")
    elif as_json:
        output.show_json(answer)
    else:
        _tell(answer)


def _said(written_by: str | None, reason: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a release says besides, and apart the text of its reason."""
    body: dict[str, Any] = {} if written_by is None else {"writtenBy": written_by}
    digest, apart = reason_of(reason)
    return (body if digest is None else {**body, "emergency": {"reason": digest}}), apart


def _sent(
    line: Line, linted: Linted, bundle: Bundle, said: tuple[dict[str, Any], dict[str, Any]]
) -> dict[str, Any] | None:
    """Have the plan released; None where it is in force already."""
    raw = bundle_bytes(bundle)
    digest, previous, (body, apart) = bundle_digest(raw), line.hello().plan, said
    if previous == digest:
        return None
    value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
    beside = {"bundle": value, **beside_plan(linted), **apart}
    answer = line.ask("release", {"plan": digest, "previous": previous, **body}, beside)
    return dict(answer)


def _tell(answer: Mapping[str, Any]) -> None:
    for weakening in answer["weakenings"]:
        output.show(f"weaker:   {weakening}")
    for strengthening in answer["strengthenings"]:
        output.show(f"stronger: {strengthening}")
    output.show(f"released {answer['plan']} as record {answer['index']}")
    if answer["reviewBy"] is not None:
        output.say(f"in an emergency: to be looked at by {answer['reviewBy']}")


def _releasable(linted: Linted) -> Bundle:
    if linted.bundle is None:
        named = "\n".join(f"  {finding}" for finding in that_stop(linted.findings))
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
