"""`watchkeeper log disclose` and `log check-disclosed`: one value, checkable against its record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson, Shard, Vkey, vkey_text
from watchkeeper.errors import LedgerError, ProofInvalid, RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, parse_json_unverified
from watchkeeper.ledger.checkpoint import open_checkpoint
from watchkeeper.ledger.erasure import parse_stub
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.verify import verify_bundle
from watchkeeper.verify.bundle.file import open_bundle
from watchkeeper.verify.disclosure import (
    check_disclosed as hold_against,
)
from watchkeeper.verify.disclosure import (
    disclose as take_out,
)
from watchkeeper.verify.disclosure import (
    parse_disclosed,
    render_disclosed,
)
from watchkeeper.verify.handout import hand_out, published_checkpoint


def disclose(
    home: Annotated[Path, typer.Argument(help="The home.")],
    index: Annotated[int, typer.Argument(min=0, help="The record's index.")],
    name: Annotated[str, typer.Argument(help="Which value: arg.order_id, result, reason, ...")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it here instead of printing it.")
    ] = None,
    shard: Shard = None,
) -> None:
    """Hand out one value of a record with its salt; whoever has the record can check it.

    Nothing else of the record is given away by it.

    Examples:
      watchkeeper log disclose home 12 arg.order_id --out order.json
      watchkeeper log check-disclosed order.json log/
    """
    with output.speaking_plainly():
        frame = wiring.read_log(home, shard).frame(index)
        body = parse_json_unverified(frame.payload) if frame.payload else None
        stub = parse_stub(body)
        if stub is not None:
            by = stub.by if stub.shard is None else f"{stub.shard}/{stub.by}"
            raise LedgerError(f"the payload of record {index} was erased", f"see record {by}")
        if not isinstance(body, dict):
            raise LedgerError(f"record {index} has no payload", "")
        raw = render_disclosed(take_out(index, frame.envelope, body, name))
        if out is not None:
            out.write_bytes(raw)
    output.show(str(out) if out is not None else raw.decode())


def check_disclosed(
    file: Annotated[Path, typer.Argument(help="What `log disclose` wrote.")],
    where: Annotated[
        str, typer.Argument(help="A home, a published log, its http(s) address, or a bundle.")
    ] = "home",
    vkey: Vkey = None,
    shard: Shard = None,
    as_json: AsJson = False,
) -> None:
    """Check a disclosed value against its record in a log or in a bundle.

    The record's place under the checkpoint is proven, and with --vkey the checkpoint's signature.
    Ends with 1 if it is not the value that the record hides.

    Example:
      watchkeeper log check-disclosed order.json https://log.example.com/ --vkey log.vkey
    """
    with output.speaking_plainly():
        text = vkey_text(vkey)
        said = parse_disclosed(file.read_bytes())
        entry = _proven_entry(where, said.index, text, shard)
    try:
        hold_against(said, entry)
    except (ProofInvalid, RecordInvalid) as error:
        _tell({"ok": False, "problem": error.message}, error.message, as_json=as_json)
        raise typer.Exit(output.Exit.FOUND) from None
    value = canonical_arguments(said.value).decode()
    words = f"record {said.index} hides exactly this {said.name}: {value}"
    pinned = "" if text is not None else "\nthe checkpoint's signature was not checked: --vkey"
    body = {"ok": True, "index": said.index, "name": said.name, "value": orjson.loads(value)}
    _tell({**body, "pinned": text is not None}, words + pinned, as_json=as_json)


def _proven_entry(where: str, index: int, vkey: str | None, shard: int | None) -> bytes:
    """Return a record's envelope, its place under the checkpoint proven.

    Raises:
        LedgerError: it is not there, or its proof does not hold.
    """
    if wiring.is_bundle(where):
        return _entry_of_bundle(Path(where), index, vkey)
    source = wiring.source_of(where, shard)
    if vkey is not None:
        open_checkpoint(published_checkpoint(source)[0], parse_vkey(vkey))
    return hand_out(source, index).entry


def _entry_of_bundle(path: Path, index: int, vkey: str | None) -> bytes:
    if not verify_bundle(path, vkey=vkey).ok:
        raise ProofInvalid("the bundle does not verify", "see `log verify`")
    with open_bundle(path) as bundle:
        for batch in bundle.batches():
            if batch.first <= index < batch.first + len(batch.entries):
                return batch.entries[index - batch.first]
    raise ProofInvalid(f"record {index} is not in the bundle")


def _tell(body: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        output.show_json(body)
    else:
        output.show(words)
