"""The doors: what reads foreign bytes, and what must hold whatever comes.

A door takes bytes. It may refuse them with one of our own errors; anything else that leaves it is
a finding. What it takes must render back to the same bytes, where the format has one spelling.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from fuzz.documents import DOCUMENT_DOORS
from fuzz.exchange import EXCHANGE_DOORS
from watchkeeper.enforcement.messages.rpc import parse_agent_message, parse_message
from watchkeeper.enforcement.upstream.channel import Arrived
from watchkeeper.enforcement.upstream.sse import events
from watchkeeper.errors import RecordInvalid, WatchkeeperError
from watchkeeper.ledger import envelope as envelopes
from watchkeeper.ledger.canonical import (
    canonical,
    canonical_arguments,
    check_arguments,
    parse_canonical,
    parse_json,
)
from watchkeeper.ledger.checkpoint import parse_checkpoint, render_checkpoint
from watchkeeper.ledger.envelope import parse_envelope_unverified, parse_record
from watchkeeper.ledger.frame import check_tail, frames_of, render_frame
from watchkeeper.ledger.note import parse_note_unverified, parse_vkey
from watchkeeper.ledger.plan_bundle import bundle_bytes, parse_bundle
from watchkeeper.ledger.proof import parse_proof, render_proof
from watchkeeper.ledger.tiles import parse_bundle as parse_entries
from watchkeeper.ledger.tiles import parse_tile, render_bundle
from watchkeeper.ledger.witness.cosignature import parse_answer, witness_key
from watchkeeper.ledger.witness.message import (
    parse_request,
    parse_size,
    render_request,
    render_size,
)
from watchkeeper.ledger.witness.policy import parse_policy
from watchkeeper.plan.mapping.judge import check_mapping
from watchkeeper.plan.mapping.read.files import KINDS as MAPPINGS
from watchkeeper.plan.mapping.read.files import read_mapping
from watchkeeper.plan.mapping.text import mapping_text
from watchkeeper.plan.workspace.reading import read_plain
from watchkeeper.plan.workspace.yaml_tree import parse_yaml_slowly
from watchkeeper.records.codec import to_json
from watchkeeper.records.statement import statement_of
from watchkeeper.verify.bundle.container import parse_container, render_directory, render_header
from watchkeeper.verify.bundle.manifest import parse_manifest, render_manifest
from watchkeeper.verify.bundle.range_proof import parse_range_proof, range_root, render_range_proof
from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.disclosure import parse_disclosed, render_disclosed
from watchkeeper.verify.pem import public_keys

Door = Callable[[bytes], None]


_FEW, _KEY_BYTES = 64, 32
_WITNESS = witness_key("witness.example/w", bytes(32))


class Broken(Exception):
    """A promise of a parser that did not hold."""


def refused_or_held(door: Door, raw: bytes) -> bool:
    """Knock; True if the bytes were taken. What is not one of our own errors goes on its way.

    Raises:
        Broken: the door took what it does not give back.
    """
    try:
        door(raw)
    except WatchkeeperError as error:
        if not error.message or not str(error).isprintable():
            raise Broken(f"an error that can not be shown: {error.message!r}") from error
        return False
    return True


def _same(got: bytes, raw: bytes) -> None:
    if got != raw:
        raise Broken(f"taken was {raw!r}, given back {got!r}")


def envelope(raw: bytes) -> None:
    """A DSSE envelope, and the record in it."""
    said = parse_envelope_unverified(raw)
    _same(
        b'{"payload":"%b","payloadType":"application/vnd.in-toto+json",'
        b'"signatures":[{"keyid":"%b","sig":"%b"}]}'
        % (
            base64.b64encode(said.statement),
            said.keyid.encode(),
            base64.b64encode(said.signature),
        ),
        raw,
    )
    record(said.statement)


def record(raw: bytes) -> None:
    """The canonical statement of a record."""
    _same(canonical(statement_of(parse_record(raw))), raw)


def command(raw: bytes) -> None:
    """What a person signs."""
    _same(canonical(to_json(envelopes._parse_command(raw))), raw)  # noqa: SLF001 - the signature is not what is looked at


def note(raw: bytes) -> None:
    """A signed note (C2SP signed-note)."""
    found = parse_note_unverified(raw)
    lines = "".join(
        f"— {s.name} {base64.b64encode(s.keyid + s.blob).decode()}\n" for s in found.signatures
    )
    _same(f"{found.text}\n{lines}".encode(), raw)


def checkpoint(raw: bytes) -> None:
    """A checkpoint's text (C2SP tlog-checkpoint); its extension lines are not kept."""
    text = _text(raw)
    rendered = render_checkpoint(parse_checkpoint(text))
    _same(rendered.encode(), "".join(text.splitlines(keepends=True)[:3]).encode())


def vkey(raw: bytes) -> None:
    """A verifier key as text."""
    text = _text(raw)
    _same(str(parse_vkey(text)).encode(), text.strip().encode())


def proof(raw: bytes) -> None:
    """A proof file (C2SP tlog-proof)."""
    _same(render_proof(parse_proof(raw)), raw)


def tile(raw: bytes) -> None:
    """A tile; its first byte says how wide it should be."""
    _same(b"".join(parse_tile(raw[1:], raw[0] + 1 if raw else 1)), raw[1:])


def entries(raw: bytes) -> None:
    """An entry bundle; its first byte says how many entries it should hold."""
    _same(render_bundle(parse_entries(raw[1:], raw[0] + 1 if raw else 1)), raw[1:])


def frames(raw: bytes) -> None:
    """A segment: whole frames, then perhaps a torn tail."""
    end = 0
    for frame in frames_of(raw):
        rendered = render_frame(frame.index, frame.batch, frame.envelope, frame.payload)
        _same(rendered, raw[frame.start : frame.end])
        end = frame.end
    check_tail(raw[end:], end, newest=True)


def plan(raw: bytes) -> None:
    """A released plan."""
    _same(bundle_bytes(parse_bundle(raw)), raw)


def canonical_json(raw: bytes) -> None:
    """JSON as records have it, and as agents send it."""
    try:
        value = parse_json(raw)
    except RecordInvalid:
        value = None
    if value is not None:
        sent = canonical_arguments(value)
        _same(canonical_arguments(parse_json(sent, max_bytes=len(sent) + 1)), sent)
        check_arguments(value)
    _same(canonical(parse_canonical(raw)), raw)


def message(raw: bytes) -> None:
    """A JSON-RPC message, of a tool server and of an agent."""
    _same(parse_message(raw).raw, raw)
    parse_agent_message(raw)


def server_events(raw: bytes) -> None:
    """A stream of events: how it is cut into pieces changes nothing."""
    step = 1 + (raw[0] if raw else 0) % 7
    pieces = [raw[at : at + step] for at in range(0, len(raw), step)]
    if _finished(_all_events([raw])) != _finished(_all_events(pieces)):
        raise Broken(f"cut into pieces of {step}, other events: {raw!r}")


async def _all_events(pieces: Sequence[bytes]) -> list[Arrived]:
    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [event async for event in events(chunks())]


def _finished(work: Coroutine[Any, Any, list[Arrived]]) -> list[Arrived]:
    """Run what never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        found: list[Arrived] = done.value
        return found
    raise Broken("it waits for something")


def policy(raw: bytes) -> None:
    """A witness policy (C2SP tlog-policy); each quorum that it names can be asked about."""
    found = parse_policy(raw)
    if found.quorum is not None and not found.holds(found.keys):
        raise Broken(f"a quorum that all witnesses together do not reach: {raw!r}")


def request(raw: bytes) -> None:
    """What is sent to a witness (C2SP tlog-witness, add-checkpoint)."""
    _same(render_request(parse_request(raw)), raw)


def size(raw: bytes) -> None:
    """What a witness answers to a conflict."""
    _same(render_size(parse_size(raw)), raw)


def answer(raw: bytes) -> None:
    """What a witness answers: signature lines."""
    parse_answer(raw, "example.org/0\n0\n\n", _WITNESS)


def container(raw: bytes) -> None:
    """The ZIP file of an evidence bundle; its members and directory are all of it."""
    members = parse_container(lambda at, count: raw[at : at + count], len(raw))
    parts = [render_header(m) + raw[m.start : m.end] for m in members]
    _same(b"".join([*parts, *render_directory(members)]), raw)


def bundle(raw: bytes) -> None:
    """An evidence bundle as a whole, verified as an auditor does."""
    with tempfile.NamedTemporaryFile(prefix="fuzz-") as file:
        file.write(raw)
        file.flush()
        verify_bundle(Path(file.name), workers=1)


def manifest(raw: bytes) -> None:
    """The manifest of a bundle."""
    _same(render_manifest(parse_manifest(raw)), raw)


def range_proof(raw: bytes) -> None:
    """The proof of a run of entries; the root of a run of small ones can be asked for."""
    found = parse_range_proof(raw)
    _same(render_range_proof(found), raw)
    if found.end - found.first < _FEW:
        range_root(found, [bytes(32)] * max(0, found.end - found.first))


def disclosed(raw: bytes) -> None:
    """A disclosed value."""
    _same(render_disclosed(parse_disclosed(raw)), raw.strip())


def workspace_yaml(raw: bytes) -> None:
    """A file of a workspace: what the quick reader takes, the other takes for the same."""
    text = _text(raw)
    taken = read_plain(text)
    tree = parse_yaml_slowly(text)
    if taken is not None and repr(taken) != repr((tree.value, tree.lines)):
        raise Broken(f"two readings: {taken!r}, {tree!r}")


def mapping(raw: bytes) -> None:
    """Somebody's mapping to a standard; its first byte says which kind of file it is."""
    kind = MAPPINGS[raw[0] % len(MAPPINGS)] if raw else MAPPINGS[0]
    found = check_mapping(read_mapping(f"m.{kind}", raw[1:]), "iso42001")
    shown = mapping_text(found).replace("\n", "")
    if not shown.isprintable():
        raise Broken(f"a finding that can not be shown: {shown!r}")


def pem(raw: bytes) -> None:
    """The public keys beside a log."""
    if not all(len(key) == _KEY_BYTES for key in public_keys(raw)):
        raise Broken(f"a key of another length: {raw!r}")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise RecordInvalid("not UTF-8") from None


DOORS: dict[str, Door] = {
    **DOCUMENT_DOORS,
    **EXCHANGE_DOORS,
    "answer": answer,
    "bundle": bundle,
    "container": container,
    "disclosed": disclosed,
    "manifest": manifest,
    "mapping": mapping,
    "pem": pem,
    "yaml": workspace_yaml,
    "range": range_proof,
    "policy": policy,
    "request": request,
    "size": size,
    "envelope": envelope,
    "record": record,
    "command": command,
    "note": note,
    "checkpoint": checkpoint,
    "vkey": vkey,
    "proof": proof,
    "tile": tile,
    "entries": entries,
    "frames": frames,
    "plan": plan,
    "canonical": canonical_json,
    "message": message,
    "events": server_events,
}
