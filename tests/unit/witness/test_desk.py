"""A witness's answers over HTTP, and what it keeps."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.homes import FaultyFiles, Story
from watchkeeper.adapters.keys import FileSigner, load_key
from watchkeeper.adapters.witness_store import (
    FolderStore,
    add_log,
    create_witness,
    open_witness,
    witness_vkey,
)
from watchkeeper.errors import HomeInvalid, HomeLocked, NoteInvalid
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    parse_checkpoint_unverified,
    sign_checkpoint,
)
from watchkeeper.ledger.merkle import EMPTY_ROOT, consistency_proof
from watchkeeper.ledger.note import open_note, parse_note_unverified
from watchkeeper.ledger.tiles import nodes_from_tiles
from watchkeeper.ledger.witness.cosignature import cosignatures, parse_answer
from watchkeeper.ledger.witness.message import AddCheckpoint, render_request
from watchkeeper.witness.app import make_app
from watchkeeper.witness.desk import Desk

NOW = 1_795_000_000


class Bench:
    """A witness on a disk that can fail, under a clock that is told, and a log that it knows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files, self.now = folder / "w", FaultyFiles(), NOW
        self.vkey = create_witness(self.folder, "witness.example/w")
        self.story = Story(folder / "home")
        self.story.reopen()
        add_log(self.folder, (self.log / "log.vkey").read_text())
        self.store: FolderStore = open_witness(self.folder, self.files)
        self.desk = Desk(self.store, lambda: self.now)

    @property
    def log(self) -> Path:
        return self.story.path / "log"

    @property
    def checkpoint(self) -> bytes:
        self.story.log.publish_now()
        return (self.log / "checkpoint").read_bytes()

    @property
    def size(self) -> int:
        return parse_checkpoint_unverified(self.checkpoint)[0].size

    def body(self, old: int) -> bytes:
        raw, size = self.checkpoint, self.size
        nodes = nodes_from_tiles(size, lambda path: (self.log / path).read_bytes())
        proof = consistency_proof(old, size, nodes) if old else []
        return render_request(AddCheckpoint(old, tuple(proof), raw))

    def ask(self, old: int) -> tuple[int, bytes]:
        reply = self.desk.add_checkpoint(self.body(old))
        return reply.status, reply.body


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()
    bench.story.log.close()


def test_from_the_first_checkpoint_on(bench: Bench) -> None:
    first = bench.size
    status, body = bench.ask(0)
    assert status == 200
    text = parse_note_unverified(bench.checkpoint).text
    assert parse_answer(body, text, bench.vkey).at == NOW
    assert bench.ask(0) == (409, b"%d\n" % first)
    bench.story.day()
    assert bench.ask(0) == (409, b"%d\n" % first)
    assert bench.ask(first)[0] == 200
    assert bench.ask(bench.size)[0] == 200  # again: a fresh time


def test_what_was_cosigned_is_durable_before_it_is_said(bench: Bench) -> None:
    assert bench.ask(0)[0] == 200
    first = bench.size
    bench.story.day()
    for operation in ("write", "fsync", "rename"):
        bench.files.break_(operation)
        assert bench.ask(first)[0] == 503
        bench.files.mend()
    kept = bench.store.last("acme.example/refunds/0")
    assert kept is not None
    assert parse_checkpoint_unverified(kept)[0].size == first
    assert bench.ask(first)[0] == 200


def test_kept_is_the_note_with_our_own_line_and_no_strangers(bench: Bench) -> None:
    body = (
        bench.body(0) + "".join(f"— stranger{i}.example AAAAAAAAAAAA\n" for i in range(90)).encode()
    )
    assert bench.desk.add_checkpoint(body).status == 200
    kept = bench.store.last("acme.example/refunds/0")
    assert kept is not None
    note = parse_note_unverified(kept)
    assert [line.name for line in note.signatures] == ["acme.example/refunds/0", bench.vkey.name]
    assert cosignatures(note, [bench.vkey])[0].at == NOW


def test_a_clock_that_went_back_signs_nothing(bench: Bench) -> None:
    assert bench.ask(0)[0] == 200
    bench.now = NOW - 1
    assert bench.ask(bench.size)[0] == 503
    bench.now = NOW
    assert bench.ask(bench.size)[0] == 200


def test_a_fork_is_refused_and_kept_as_evidence(bench: Bench) -> None:
    assert bench.ask(0)[0] == 200
    size = bench.size
    from watchkeeper.adapters.keys import load_key

    key = load_key(bench.story.path / "keys/log.key")
    forked = sign_checkpoint(Checkpoint("acme.example/refunds/0", size + 3, bytes(32)), key)
    body = render_request(AddCheckpoint(size, (bytes(32),), forked))
    assert bench.desk.add_checkpoint(body).status == 422
    (evidence,) = bench.folder.glob("logs/*/forks/*")
    assert evidence.read_bytes() == body
    assert bench.desk.add_checkpoint(body).status == 422
    assert len(list(bench.folder.glob("logs/*/forks/*"))) == 1


def test_a_damaged_memory_signs_nothing(bench: Bench) -> None:
    assert bench.ask(0)[0] == 200
    (kept,) = bench.folder.glob("logs/*/checkpoint")
    kept.write_bytes(bench.checkpoint)  # without our own line
    assert bench.ask(bench.size)[0] == 503
    kept.write_bytes(b"")
    assert bench.ask(bench.size)[0] == 503


def test_a_log_that_it_does_not_know(bench: Bench, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.log.close()
    raw = (other.path / "log/checkpoint").read_bytes().replace(b"acme", b"ecma")
    assert bench.desk.add_checkpoint(render_request(AddCheckpoint(0, (), raw))).status == 404
    raw = (other.path / "log/checkpoint").read_bytes()  # our log's name, another key
    assert bench.desk.add_checkpoint(render_request(AddCheckpoint(0, (), raw))).status == 403
    assert bench.desk.add_checkpoint(b"old 0\n\nnonsense").status == 400


def test_one_process_and_one_log_of_a_name(bench: Bench) -> None:
    with pytest.raises(HomeLocked):
        open_witness(bench.folder)
    with pytest.raises(HomeInvalid, match="known already"):
        add_log(bench.folder, (bench.log / "log.vkey").read_text())
    with pytest.raises(NoteInvalid, match="not the verifier key of a log"):
        add_log(bench.folder, str(bench.vkey))
    assert witness_vkey(bench.folder) == bench.vkey
    with pytest.raises(HomeInvalid):
        create_witness(bench.folder, "witness.example/again")
    with pytest.raises(HomeInvalid, match="not a name"):
        create_witness(bench.folder.with_name("new"), "a b")
    with pytest.raises(HomeInvalid, match="not a witness"):
        open_witness(bench.folder.with_name("nothing"))


async def test_over_http(bench: Bench) -> None:
    transport = httpx2.ASGITransport(make_app(bench.desk))
    async with httpx2.AsyncClient(transport=transport, base_url="http://w") as client:
        body = bench.body(0)
        found = await asyncio.gather(
            *(client.post("/add-checkpoint", content=body) for _ in "abcd")
        )
        assert sorted(one.status_code for one in found) == [200, 409, 409, 409]
        conflict = next(one for one in found if one.status_code == 409)
        assert conflict.headers["content-type"] == "text/x.tlog.size"
        assert (await client.post("/add-checkpoint", content=bytes(1 << 20))).status_code == 413
        assert (await client.get("/add-checkpoint")).status_code == 405
        import hashlib

        digest = hashlib.sha256(b"acme.example/refunds/0").hexdigest()
        latest = await client.get(f"/{digest}/checkpoint")
        assert open_note(latest.content, [bench.vkey])[1] == (bench.vkey,)
        assert (await client.get("/" + "0" * 64 + "/checkpoint")).status_code == 404
        assert str(bench.vkey) in (await client.get("/healthz")).text


def test_a_later_shard_of_a_log_that_it_knows_is_known_with_it(bench: Bench) -> None:
    """Each has a history of its own; the key must be the same, and there is an end to it."""
    assert bench.ask(0)[0] == 200
    signer = load_key(bench.story.path / "keys/log.key")
    stranger = FileSigner(Ed25519PrivateKey.generate())
    name = "acme.example/refunds"

    def first(origin: str, key: FileSigner) -> int:
        raw = sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), key)
        return bench.desk.add_checkpoint(render_request(AddCheckpoint(0, (), raw))).status

    assert first(f"{name}/1", stranger) == 403
    assert bench.store.last(f"{name}/1") is None
    assert first(f"{name}/1", signer) == first(f"{name}/7", signer) == 200
    digest = hashlib.sha256(f"{name}/7".encode()).hexdigest()
    assert b"refunds/7" in (bench.desk.latest(digest) or b"")
    for origin in (f"{name}/01", f"{name}/-1", f"{name}/x", f"{name}x/1", f"{name}/1/1", name):
        assert first(origin, signer) == 404, origin
    assert first(f"{name}/1000", signer) == 404
