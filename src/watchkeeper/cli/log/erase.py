"""`watchkeeper log erase`: payloads are erased, on a person's signed word; records stay."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.erasures import Asked, Shards
from watchkeeper.cli.log.arguments import AsJson
from watchkeeper.cli.people import Line, find_home
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.erasure.unasked import settled_since
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.plan.workspace.models.scalars import moment_text, parse_duration
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.instant import parse_instant, render_instant

_TERMINAL = Point("terminal", Boundary.IN_PROCESS)
_INDEX = re.compile(r"(?:(\d{1,9})[./])?(\d{1,15})(?:-(\d{1,15}))?", re.ASCII)


def erase(
    home: Annotated[Path, typer.Argument(help="The home.")] = Path("home"),
    by: Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")] = "me",
    subject: Annotated[
        str | None,
        typer.Option("--subject", help="What names the person in tool arguments; `-` reads it."),
    ] = None,
    older_than: Annotated[
        str | None, typer.Option("--older-than", help="A day (2026-05-01), or an age (180d).")
    ] = None,
    index: Annotated[
        list[str] | None,
        typer.Option("--index", help="Records: 12, 12-40, or 0.12; repeatable."),
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="What is older than the plan lets it become.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only finish what was begun or had to wait.")
    ] = False,
    system: Annotated[str | None, typer.Option("--system", help="Only of this system.")] = None,
    why: Annotated[str, typer.Option("--why", help="The reason; it must not name anybody.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which payloads that would be.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase payloads: what the log verifies by stays, the values are gone from every file.

    Needs the role `privacy`, or `operate` where nobody holds that. An erasure is recorded before
    anything is removed. Every shard that is here is looked through; `--index` takes an older one as
    SHARD.INDEX, and what later shards say of that record. Ends with 1 if the plan still holds some
    of it back, or a shard is not here.

    Examples:
      watchkeeper log erase home --subject maria@example.com --why "request 2026-17" --by ana
      watchkeeper log erase home --older-than 400d --system refunds --why "storage limit" --by ana
      watchkeeper log erase home --due --dry-run --by ana
    """
    with output.speaking_plainly():
        path = find_home(home)
        if resume:
            _resume(path, as_json=as_json)
            return
        asked = _asked(subject, older_than, index, due=due, system=system)
        if not (dry_run or why.strip()):
            raise CommandInvalid("an erasure needs a reason", "give `--why`")
        line = Line(path, by)
        try:
            shards = Shards(line, asked)
            found = shards.look() if dry_run else shards.erase(why)
        finally:
            line.close()
    if as_json:
        output.show_json(found)
    else:
        output.show("\n".join(_said(found, shards.newest, dry_run=dry_run)))
    for missing in shards.missing:
        what = f"shard {missing} of this log is not here; put it back and run this again"
        output.say(f"not erased: {what}")
    if found["held"] or shards.missing:
        raise typer.Exit(output.Exit.FOUND)


def _asked(
    subject: str | None,
    older_than: str | None,
    index: list[str] | None,
    *,
    due: bool,
    system: str | None,
) -> list[Asked]:
    given = [name for name in (subject, older_than, index) if name] + [True] * due
    if len(given) != 1:
        raise CommandInvalid(
            "say which payloads", "give one of --subject, --older-than, --index and --due"
        )
    body: dict[str, Any] = {} if system is None else {"system": system}
    if subject:
        value = sys.stdin.readline().strip() if subject == "-" else subject
        salt = wiring.ids().random_bytes(16)
        digest = hidden_digest(salt, value)
        beside = {"subject": value, "subjectSalt": salt.hex()}
        return [Asked({**body, "asked": "subject", "subject": digest}, beside)]
    if older_than:
        return [Asked({**body, "asked": "age", "before": _before(older_than)})]
    if index:
        named = [_span(text) for text in index]
        return [
            Asked({**body, "asked": "records", "spans": spans}, since=shard)
            for shard in dict.fromkeys(number for number, _ in named)
            for spans in [[span for number, span in named if number == shard]]
        ]
    return [Asked({**body, "asked": "due"})]


def _resume(path: Path, *, as_json: bool) -> None:
    """Open the home, which finishes what was begun, and erase what had to wait."""
    log = wiring.open_log(path)
    try:
        removed = log.finish_erasures()
        kernel = Kernel(Home(log, wiring.clock(), wiring.ids()), _TERMINAL)
        while (settled := settled_since(kernel)) is not None and settled.record():
            settled.finish()
            removed += settled.removed
    finally:
        log.close()
    if as_json:
        output.show_json({"removed": removed})
    else:
        output.show(f"nothing is left to finish; {removed} payloads removed just now")


def _before(text: str) -> str:
    """Return the moment that a day or an age names."""
    age = f"{text}d" if text.isdigit() else text
    try:
        return render_instant(wiring.clock().wall().plus(-parse_duration(age)))
    except ValueError:
        pass
    try:
        return str(parse_instant(moment_text(text).replace("Z", ".000000Z")))
    except ValueError:
        raise CommandInvalid(
            f"neither a day nor an age: {cut(text)}", "like `2026-05-01`, or `180d`"
        ) from None


def _span(text: str) -> tuple[int | None, list[int]]:
    """Return the shard that is named, None for the newest, and the records of it."""
    found = _INDEX.fullmatch(text)
    if found is None:
        raise CommandInvalid(
            f"not an index, nor two: {cut(text)}", "like `12`, `12-40`, or `0.12` of shard 0"
        )
    shard, first, last = (None if part is None else int(part) for part in found.groups())
    return shard, [first or 0, (last if last is not None else first or 0) + 1]


def _said(found: dict[str, Any], newest: int, *, dry_run: bool) -> Iterator[str]:
    would = "would be erased" if dry_run else "erased"
    shards = found["shards"]
    alone = len(shards) == 1 and shards[0]["shard"] == newest
    yield f"{found['payloads']} payloads {would}" + (_listed(shards[0], "spans", "") * alone)
    for one in shards:
        place = "" if one["shard"] == newest else f"{one['shard']}."
        if one["spans"] and not alone:
            yield f"  {one['payloads']} in shard {one['shard']}{_listed(one, 'spans', place)}"
        if one["deferred"]:
            later = "kept until the effect is settled, then erased"
            yield f"  {later}{_listed(one, 'deferred', place)}"
        if one["held"]:
            until = f"held back by the plan until {one['heldUntil']}"
            yield f"  {until}{_listed(one, 'held', place)}"
    if found["elsewhere"]:
        records = ", ".join(found["elsewhere"])
        yield f"  the name stands elsewhere too, look at records {records} (--index)"
    if dry_run and found["tails"]:
        yield f"  and {found['tails']} torn tails, kept aside after crashes"
    if dry_run and found["more"]:
        yield "  and more, which further records will name"


def _listed(one: dict[str, Any], name: str, place: str) -> str:
    spans = one[name]
    if not spans:
        return ""
    found = [f"{place}{a}" if b == a + 1 else f"{place}{a}-{b - 1}" for a, b in spans[:20]]
    more = f" and {len(spans) - 20} more ranges" if len(spans) > 20 else ""
    return f": records {', '.join(found)}{more}"
