"""`watchkeeper log verify`: a log held against itself, its keys and what was kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson, Vkey, Where, record_keys, vkey_text
from watchkeeper.verify import Status, Verification, verify_log
from watchkeeper.verify.kept import Kept

_MARKS = {Status.CHECKED: "checked", Status.FAILED: "FAILED", Status.NOT_CHECKED: "not checked"}


def verify(
    where: Where = "home",
    vkey: Vkey = None,
    records_key: Annotated[
        Path | None,
        typer.Option("--records-key", help="PEM file of the public keys that sign records."),
    ] = None,
    older: Annotated[
        list[Path] | None,
        typer.Option("--older", help="A checkpoint that you kept; may be given again."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="A witness policy of your own (C2SP tlog-policy)."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Keep the checkpoint there, and hold the log to it next time."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; default: one for each core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a log in numbered steps, trusting neither its operator nor this program's host.

    Checks every signature, the whole tree, and that people approved, released and stopped what
    the records say they did. Ends with 1 if anything does not hold, with 2 if the log can not be
    read. With --keep the checkpoint is kept from each visit, and the log held to it at the next.
    With --policy its witnesses must have cosigned; the log's own policy is only a claim.

    Examples:
      watchkeeper log verify home
      watchkeeper log verify https://log.example/refunds --policy mine.policy --keep seen.checkpoint
    """
    kept = None
    with output.speaking_plainly(), output.progress("verifying") as update:
        kept = Kept(keep) if keep is not None else None
        found = verify_log(
            wiring.source_of(where),
            vkey=vkey_text(vkey),
            record_keys=None if records_key is None else record_keys(records_key),
            older=[*(path.read_bytes() for path in older or ()), *(kept.older if kept else ())],
            policy=None if policy is None else policy.read_bytes(),
            workers=workers,
            progress=update,
        )
    if kept is not None:
        with output.speaking_plainly():
            output.say(kept.settle(found))
    if as_json:
        output.show_json(_verification_json(found))
    else:
        output.show(_verification_text(found))
    if not found.ok:
        raise typer.Exit(output.Exit.FOUND)


def _verification_json(found: Verification) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "origin": found.origin,
        "size": found.size,
        "root": found.root,
        "pinned": found.pinned,
        "witnessed": found.witnessed,
        "witnessedSize": found.witnessed_size,
        "policyGiven": found.policy_given,
        "cosigned": [{"name": one.name, "at": one.at} for one in found.cosigned],
        "steps": [
            {"number": s.number, "title": s.title, "status": s.status.value, "detail": s.detail}
            for s in found.steps
        ],
        "counts": dict(found.counts),
        "unknown": found.unknown,
        "findings": [
            {"step": f.step, "index": f.index, "message": f.message} for f in found.findings
        ],
        "findingsLeftOut": found.left_out,
    }


def _verification_text(found: Verification) -> str:
    return "\n".join(_verification_lines(found))


def _verification_lines(found: Verification) -> Iterator[str]:
    yield f"{found.origin}: {found.size} records, root {found.root}"
    for step in found.steps:
        yield f"{step.number:3}. {_MARKS[step.status]:11}  {step.title}: {step.detail}".rstrip()
    for one in found.findings[:20]:
        where = "" if one.index is None else f"record {one.index}: "
        yield f"  - step {one.step}: {where}{one.message}"
    if len(found.findings) > 20:
        yield f"  - and {len(found.findings) - 20 + found.left_out} more; see --json"
    counts = ", ".join(f"{count} {kind}" for kind, count in found.counts.items())
    yield f"counted: {counts or 'nothing'}; {found.unknown} allowed actions without an effect"
    yield _witnessed_line(found)
    yield "everything that was checked holds" if found.ok else "this log does NOT hold"


def _witnessed_line(found: Verification) -> str:
    if not found.witnessed:
        return "UNWITNESSED: whoever holds the keys could rewrite what no kept checkpoint covers"
    count = len(found.cosigned)
    who = "1 witness" if count == 1 else f"{count} witnesses"
    by = "" if found.policy_given else ", if its own policy names them rightly"
    return f"witnessed: {found.witnessed_size} of {found.size} records, by {who}{by}"
