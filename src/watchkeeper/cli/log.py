"""`watchkeeper log`: the evidence, verified, shown, and handed out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.errors import KeyUnsafe, NoteInvalid, cut
from watchkeeper.ledger.checkpoint import open_checkpoint, parse_checkpoint_unverified
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ledger.proof import render_proof
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry
from watchkeeper.verify import Status, Verification, verify_log
from watchkeeper.verify.handout import hand_out, published_checkpoint

app = typer.Typer(
    name="log",
    help="Verify the evidence, show it, and hand out proofs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_PEM = re.compile(b"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
_MARKS = {Status.CHECKED: "checked", Status.FAILED: "FAILED", Status.NOT_CHECKED: "not checked"}

Where = Annotated[
    str, typer.Argument(help="A home, the folder of a published log, or its http(s) address.")
]
LogPath = Annotated[Path, typer.Argument(help="A home, or the folder of a published log.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Vkey = Annotated[
    str | None,
    typer.Option("--vkey", help="The log's verifier key, or a file that holds it; pins the log."),
]


@app.command("verify")
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
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; default: one for each core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a log in numbered steps, trusting neither its operator nor this program's host.

    Checks every signature, the whole tree, and that people approved, released and stopped what
    the records say they did. Ends with 1 if anything does not hold, with 2 if the log can not be
    read. Keep a checkpoint from each visit and give it with --older at the next.
    """
    with output.speaking_plainly(), output.progress("verifying") as update:
        found = verify_log(
            wiring.source_of(where),
            vkey=_vkey_text(vkey),
            record_keys=None if records_key is None else _record_keys(records_key),
            older=[path.read_bytes() for path in older or ()],
            workers=workers,
            progress=update,
        )
    if as_json:
        output.show_json(_verification_json(found))
    else:
        output.show(_verification_text(found))
    if not found.ok:
        raise typer.Exit(output.Exit.FOUND)


@app.command("show")
def show(
    path: LogPath = Path("home"),
    kind: Annotated[
        list[Kind] | None, typer.Option("--kind", help="Only records of this kind; repeatable.")
    ] = None,
    since_index: Annotated[int, typer.Option("--since-index", min=0, help="Begin here.")] = 0,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most this many records.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document a line, each a record.")
    ] = False,
) -> None:
    """Show records in order. Nothing is verified here: see `log verify`."""
    with output.speaking_plainly():
        kinds = set(kind or Kind)
        left = limit
        for entry in wiring.read_entries(path, since_index):
            if entry.record.kind not in kinds:
                continue
            _print_entry(entry, as_json=as_json)
            left = None if left is None else left - 1
            if left == 0:
                break


@app.command("proof")
def proof(
    path: Where,
    index: Annotated[int, typer.Argument(min=0, help="The record's index.")],
    out: Annotated[
        Path, typer.Option("--out", help="Folder to write the proof and the envelope to.")
    ] = Path(),
) -> None:
    """Write a record's envelope and the proof that the log's checkpoint covers it.

    Two files: `<index>.tlog-proof` (C2SP tlog-proof) and `<index>.envelope.json` (DSSE), which
    anybody can check without this program.
    """
    with output.speaking_plainly():
        found = hand_out(wiring.source_of(path), index)
        out.mkdir(parents=True, exist_ok=True)
        envelope, tlog_proof = out / f"{index}.envelope.json", out / f"{index}.tlog-proof"
        envelope.write_bytes(found.entry)
        tlog_proof.write_bytes(render_proof(found.proof))
    output.show(f"{tlog_proof}\n{envelope}")


@app.command("checkpoint")
def checkpoint(path: Where = "home", vkey: Vkey = None) -> None:
    """Print the log's newest checkpoint, to be kept and given to `log verify --older` later.

    With --vkey its signature is checked first.
    """
    with output.speaking_plainly():
        raw, _ = published_checkpoint(wiring.source_of(path))
    text = _vkey_text(vkey)
    if text is not None:
        with output.speaking_plainly():
            key = parse_vkey(text)
            parse_checkpoint_unverified(raw)
        try:
            open_checkpoint(raw, key)
        except NoteInvalid as error:
            output.fail(error.message, error.advice, output.Exit.FOUND)
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


def _vkey_text(given: str | None) -> str | None:
    """Return the verifier key that was given, or that stands in the file that was."""
    if given is None or "+" in given:
        return given
    with output.speaking_plainly():
        return Path(given).read_text(encoding="utf-8")


def _record_keys(path: Path) -> list[bytes]:
    keys = []
    for pem in _PEM.findall(path.read_bytes()):
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise KeyUnsafe(f"not an Ed25519 public key: {cut(path)}")
        keys.append(key.public_bytes_raw())
    if not keys:
        raise KeyUnsafe(f"no public key in {cut(path)}", "expected PEM, as in `records.pem`")
    return keys


def _verification_json(found: Verification) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "origin": found.origin,
        "size": found.size,
        "root": found.root,
        "pinned": found.pinned,
        "witnessed": found.witnessed,
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
    if not found.witnessed:
        yield "UNWITNESSED: whoever holds the keys could rewrite what no kept checkpoint covers"
    yield "everything that was checked holds" if found.ok else "this log does NOT hold"


def _print_entry(entry: Entry, *, as_json: bool) -> None:
    record = entry.record
    if as_json:
        line = {
            "index": entry.ref.index,
            "kind": record.kind.value,
            "subject": {"name": record.subject, "digest": record.digest},
            "predicate": to_json(record.predicate),
        }
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    else:
        output.show(f"{entry.ref.index:8}  {record.predicate.at}  {_sentence(entry)}")


def _sentence(entry: Entry) -> str:
    said, kind = entry.record.predicate, entry.record.kind
    if kind is Kind.DECISION:
        reasons = ", ".join(said.decision.reasons)
        return f"{said.decision.outcome.value:8} {said.agent} {said.server}/{said.tool} ({reasons})"
    if kind is Kind.EFFECT:
        return f"effect   of {said.decision}: {said.status.value}"
    if kind is Kind.VERDICT:
        return f"verdict  on {said.decision}: {said.answer.value} by {said.reviewer}"
    return f"{kind.value:8} {entry.record.subject} {entry.record.digest[:16]}"
