"""`watchkeeper log erase`: payloads are erased, on a person's signed word; records stay."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson
from watchkeeper.cli.people import Line, find_home
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.erasure.erase import settled_since
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.plan.workspace.models.scalars import moment_text, parse_duration
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.instant import parse_instant, render_instant

_TERMINAL = Point("terminal", Boundary.IN_PROCESS)
Asked = tuple[dict[str, Any], dict[str, Any]]
"""The body of the command, and what comes beside it."""


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
        list[str] | None, typer.Option("--index", help="A record, or some: 12, 12-40; repeatable.")
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
    anything is removed. Ends with 1 if the plan still holds some of it back.

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
        line = Line(path, by)
        try:
            found = _look(line, asked) if dry_run else _erase(line, asked, why)
        finally:
            line.close()
    if as_json:
        output.show_json(found)
    else:
        output.show(_said(found, dry_run=dry_run))
    if found["held"]:
        raise typer.Exit(output.Exit.FOUND)


def _asked(
    subject: str | None,
    older_than: str | None,
    index: list[str] | None,
    *,
    due: bool,
    system: str | None,
) -> Asked:
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
        return {**body, "asked": "subject", "subject": digest}, beside
    if older_than:
        return {**body, "asked": "age", "before": _before(older_than)}, {}
    if index:
        return {**body, "asked": "records", "spans": [_span(text) for text in index]}, {}
    return {**body, "asked": "due"}, {}


def _look(line: Line, asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = line.ask("erasable", *asked)
    return found


def _erase(line: Line, asked: Asked, why: str) -> dict[str, Any]:
    """Look, sign for exactly what was found, erase; again while there is more.

    What an agent did for a person in the meantime is found by looking once more.
    """
    if not why.strip():
        raise CommandInvalid("an erasure needs a reason", "give `--why`")
    body, beside = asked
    total: dict[str, Any] = {}
    while True:
        found = _look(line, asked)
        if not (found["spans"] or found["deferred"] or found["tails"]):
            return _sum(total, found)
        salt = wiring.ids().random_bytes(16)
        signed = {
            **body,
            "end": found["end"],
            "records": found["records"],
            "reason": hidden_digest(salt, why),
        }
        reason = {"reason": why, "salt": salt.hex()}
        done = line.ask("erase", signed, {**beside, **reason})
        total = _sum(total, done)
        if not (done["more"] or body["asked"] == "subject"):
            return total


def _sum(total: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
    erasures = [*total.get("erasures", ()), *([done["erasure"]] if done["erasure"] else ())]
    return {
        **done,
        "spans": [*total.get("spans", ()), *done["spans"]],
        "deferred": [*total.get("deferred", ()), *done["deferred"]],
        "payloads": total.get("payloads", 0) + done["payloads"],
        "removed": total.get("removed", 0) + done["removed"],
        "erasures": erasures,
    }


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


def _span(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise CommandInvalid(f"not an index, nor two: {cut(text)}", "like `12`, or `12-40`")
    return [int(first), int(last if dash else first) + 1]


def _said(found: dict[str, Any], *, dry_run: bool) -> str:
    would = "would be erased" if dry_run else "erased"
    lines = [f"{found['payloads']} payloads {would}{_listed(found['spans'])}"]
    if found["deferred"]:
        later = "kept until the effect is settled, then erased"
        lines.append(f"  {later}{_listed(found['deferred'])}")
    if found["held"]:
        lines.append(f"  held back by the plan until {found['heldUntil']}{_listed(found['held'])}")
    if found["elsewhere"]:
        records = ", ".join(str(index) for index in found["elsewhere"])
        lines.append(f"  the name stands elsewhere too, look at records {records} (--index)")
    if dry_run and found["tails"]:
        lines.append(f"  and {found['tails']} torn tails, kept aside after crashes")
    if dry_run and found["more"]:
        lines.append("  and more, which further records will name")
    return "\n".join(lines)


def _listed(spans: list[list[int]]) -> str:
    if not spans:
        return ""
    named = [str(a) if b == a + 1 else f"{a}-{b - 1}" for a, b in spans[:20]]
    more = f" and {len(spans) - 20} more ranges" if len(spans) > 20 else ""
    return f": records {', '.join(named)}{more}"
