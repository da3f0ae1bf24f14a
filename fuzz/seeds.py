"""Valid inputs of every door, made anew: what is changed to find what is not valid.

    python -m fuzz.seeds FOLDER

writes them as one folder of files for each door.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from faults.calls.house import House, make_home, signed
from fuzz.documents import document_seeds
from fuzz.exchange import exchange_seeds
from watchkeeper import wiring
from watchkeeper.ledger.canonical import canonical
from watchkeeper.ledger.envelope import parse_envelope_unverified
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.ledger.proof import TlogProof, render_proof
from watchkeeper.ledger.signature import decode_base64
from watchkeeper.ledger.witness.cosignature import cosign, witness_key
from watchkeeper.ledger.witness.message import AddCheckpoint, render_request
from watchkeeper.verify.bundle.container import (
    Member,
    parse_container,
    render_directory,
    render_header,
)
from watchkeeper.verify.bundle.range_proof import RangeProof, render_range_proof
from watchkeeper.verify.disclosure import Disclosed, render_disclosed

_EMPTY = render_header(Member("a", 0, 0, 0))
_MESSAGES: tuple[Mapping[str, Any], ...] = (
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
     "params": {"name": "refund", "arguments": {"amount": 1.5}, "_meta": {"progressToken": "t"}}},
    {"jsonrpc": "2.0", "id": "a", "result": {"content": [{"type": "text", "text": "ok"}]}},
    {"jsonrpc": "2.0", "id": 2, "error": {"code": -32601, "message": "no"}},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    {"a": [1, -2, "ü", None, True], "b": {"c": {}}}, 2**53 - 1, "text", [],
)  # fmt: skip


def seeds() -> dict[str, Sequence[bytes]]:
    """Return valid inputs by door, from a home that is made for it."""
    with tempfile.TemporaryDirectory(prefix="seeds-") as place:
        house = House(Path(place) / "house")
        house.root.mkdir()
        make_home(house)
        return _of_home(house)


def _of_home(house: House) -> dict[str, Sequence[bytes]]:
    home = house.template
    log = home / "log"
    frames = list(wiring.read_log(home).frames())
    envelopes = [frame.envelope for frame in frames]
    note = (log / "checkpoint").read_bytes()
    said = signed(house.signer("ana"), "ana", "faults.example/desk/0", "stop", {"why": None})
    tile = next((log / "tile" / "0").rglob("000.p/*"))
    bundle = next((log / "tile" / "entries").rglob("000.p/*"))
    width = bytes([len(frames) - 1])
    event = b"event: message\nid: 1\ndata: {}\ndata: []\n\n"
    witness = witness_key("witness.example/w", house.signer("ben").public_key)
    policy = f"""\
# Two of them, or one alone.
log {house.vkey.strip()}
witness w {witness} https://witness.example/
group g 1 w
quorum g
"""
    text = parse_note_unverified(note).text
    cosigned = cosign(text, "witness.example/w", house.signer("ben"), 1_795_000_000)
    line = base64.b64encode(cosigned.keyid + cosigned.blob).decode()
    packed = _bundle(home)
    members = parse_container(lambda at, count: packed[at : at + count], len(packed))
    inside = {member.name: packed[member.start : member.end] for member in members}
    return {
        **document_seeds(),
        **exchange_seeds(),
        "bundle": [packed],
        "container": [packed, b"".join([_EMPTY, *render_directory([Member("a", 0, 0, 0)])])],
        "manifest": [inside["manifest.json"]],
        "range": [render_range_proof(RangeProof(1, 3, 4, (bytes(32), bytes(range(32)))))],
        "disclosed": [render_disclosed(Disclosed(3, "arg.amount", bytes(16), 12.5))],
        "mapping": [
            b"\0- id: A.5.1\n  title: Policies\n- {id: 6.3, title: AI risk assessment}\n",
            b'\2{"A.7.5": "Data provenance", "B.2.2": "of 39 controls"}',
            b"\3id,title\nA.2.2,AI policy\n",
            b"\5# ISO/IEC 42001\n\n| Clause | Title |\n|---|---|\n| 5.2 | AI policy |\n",
        ],
        "pem": [(log / "records.pem").read_bytes()],
        "yaml": [
            b"id: a\nsays: >-\n  one\n  two\nof: [b, 1.50, 'c']\nin:\n  - {d: e}\n",
            b"---\na: &b {c: ~}\nd: *b\n",
        ],
        "answer": [f"\u2014 witness.example/w {line}\n".encode()],
        "policy": [policy.encode(), b"quorum none\n"],
        "request": [
            render_request(AddCheckpoint(0, (), note)),
            render_request(AddCheckpoint(7, (bytes(32), bytes(range(32))), note)),
        ],
        "size": [b"0\n", b"1234567\n"],
        "envelope": envelopes,
        "record": [parse_envelope_unverified(raw).statement for raw in envelopes],
        "command": [decode_base64(said.payload) or b""],
        "note": [note],
        "checkpoint": [parse_note_unverified(note).text.encode(), b"a/0\n0\n" + b"A" * 43 + b"=\n"],
        "vkey": [house.vkey.strip().encode()],
        "proof": [
            render_proof(TlogProof(2, (bytes(32), bytes(range(32))), note)),
            render_proof(TlogProof(0, (), note, b"extra")),
        ],
        "tile": [width + tile.read_bytes()],
        "entries": [width + bundle.read_bytes()],
        "frames": [(home / "segments" / "00000000.seg").read_bytes()],
        "plan": [path.read_bytes() for path in (log / "plans").glob("*.json")],
        "canonical": [canonical(value) for value in _VALUES] + [b'{"a":1.5e300,"\\u00e9":-0.0}'],
        "message": [json.dumps(value).encode() for value in _MESSAGES],
        "events": [event, event.replace(b"\n", b"\r\n"), b": nothing\r\r" + event * 2],
    }


def _bundle(home: Path) -> bytes:
    out = home.with_name("all.bundle")
    words = [sys.executable, "-m", "watchkeeper", "log", "bundle", str(home), "--out", str(out)]
    subprocess.run(words, check=True, capture_output=True)
    return out.read_bytes()


def main() -> int:
    """Write them."""
    folder = Path(sys.argv[1])
    os.environ.setdefault("WATCHKEEPER_STATE", str(folder / "state"))
    for door, found in seeds().items():
        (folder / door).mkdir(parents=True, exist_ok=True)
        for number, raw in enumerate(found):
            (folder / door / f"seed-{number}").write_bytes(raw)
    return 0


if __name__ == "__main__":
    sys.exit(main())
