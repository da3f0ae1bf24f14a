"""`watchkeeper log bundle`: evidence as one file that an auditor can take away."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson, Shard, Where
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.records.instant import Instant
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Composed, Wish

_RUN = re.compile("([0-9]{1,12})-([0-9]{1,12})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bundle(
    where: Where,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    since: Annotated[
        str | None, typer.Option("--since", help="From this moment on; a date is its beginning.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Before this moment; RFC 3339 or a date (UTC).")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="Actions within this AI system.")
    ] = None,
    control: Annotated[
        str | None, typer.Option("--control", help="Actions that met this control.")
    ] = None,
    decision: Annotated[
        str | None,
        typer.Option("--decision", help="One action: the index of a record of it, or its id."),
    ] = None,
    index: Annotated[
        str | None, typer.Option("--index", help="Records A-B, both of them included.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Also everything between, so that nothing is missing")
    ] = False,
    payloads: Annotated[
        bool,
        typer.Option("--payloads", help="Disclose all values of the chosen records (a home only)."),
    ] = False,
    disclose: Annotated[
        list[str] | None,
        typer.Option("--disclose", help="Disclose this value, as `arg.order_id`; repeatable."),
    ] = None,
    stamped: Annotated[
        bool, typer.Option("--stamped", help="Under the newest time stamped checkpoint.")
    ] = False,
    no_plans: Annotated[bool, typer.Option("--no-plans", help="Leave out the plans.")] = False,
    newest: Annotated[
        bool,
        typer.Option("--newest", help="Under the newest checkpoint, witnessed already or not."),
    ] = False,
    shard: Shard = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: AsJson = False,
) -> None:
    r"""Make one file of evidence: records, their proofs, the signed checkpoint, keys and plans.

    Everything by default. Whoever has the file checks it offline: `watchkeeper log verify FILE`.
    No value is disclosed unless you say so. Of a home in several shards a bundle holds one; what
    its records refer to in another is counted as not checked.

    \b
    watchkeeper log bundle home --out all.wkb
    watchkeeper log bundle home --out refund.wkb --decision 4711 --disclose arg.order_id
    watchkeeper log bundle home --out june.wkb --since 2026-06-01 --until 2026-07-01

    Example:
      watchkeeper log bundle home --decision 4711 --disclose arg.order_id --out refund.wkb
    """
    with output.speaking_plainly(), output.progress("bundling") as update:
        selection = Selection(
            since=None if since is None else _moment(since),
            until=None if until is None else _moment(until),
            system=system,
            control=control,
            decision=decision,
            index=() if index is None else _run(index),
            complete=complete,
        )
        if payloads and disclose:
            raise SettingsInvalid("`--payloads` discloses everything", "give one of the two")
        wish = Wish(
            selection, not no_plans, payloads, tuple(disclose or ()), newest=newest, stamped=stamped
        )
        made = wiring.write_bundle(where, out, wish, replace=force, progress=update, shard=shard)
    if made.behind:
        output.say(f"{made.behind} newer records are not witnessed yet, and left out: `--newest`")
    for later, count in made.erased.items():
        output.say(f"{count} payloads were erased by records of shard {later}, which is not in it")
    if as_json:
        output.show_json(_json(made, out))
    else:
        output.show(f"{out}: {_sentence(made)}")


def _moment(text: str) -> Instant:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsInvalid(
            f"not a time: {cut(text)}", "as `2026-06-01` or `2026-06-01T08:00:00Z`"
        ) from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return Instant(round((at - _EPOCH).total_seconds() * 1_000_000))


def _run(text: str) -> tuple[int, int]:
    match = _RUN.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise SettingsInvalid(f"not a run of indexes: {cut(text)}", "as `100-199`")
    return int(match[1]), int(match[2]) + 1


def _json(made: Composed, out: Path) -> dict[str, Any]:
    return {
        "file": str(out),
        "records": made.records,
        "of": made.size,
        "runs": made.runs,
        "plans": made.plans,
        "disclosed": made.disclosed,
        "behind": made.behind,
        "erasedLater": [[shard, count] for shard, count in made.erased.items()],
    }


def _sentence(made: Composed) -> str:
    return (
        f"{made.records} of {made.size} records in {made.runs} runs, {made.plans} plans, "
        f"{made.disclosed} disclosed"
    )
