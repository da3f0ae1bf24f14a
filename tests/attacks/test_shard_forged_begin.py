"""A shard that does not go on from the one before, made by whoever holds the home's keys."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import allowed, pay, signer
from tests.worlds.disk_bank import DiskBank
from tests.worlds.homes import NEVER
from tests.worlds.rolled import RolledBank
from watchkeeper.adapters.keys import load_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.shards.begun import mark
from watchkeeper.adapters.secret import load_secret
from watchkeeper.errors import HomeInvalid, LogInconsistent, NoteInvalid, RecordInvalid
from watchkeeper.ledger.canonical import (
    parse_json_unverified,
    render_checked,
    render_json,
    sha256_hex,
)
from watchkeeper.ledger.checkpoint import Checkpoint, log_key, open_checkpoint, sign_checkpoint
from watchkeeper.ledger.envelope import read_record_unverified, seal
from watchkeeper.ledger.frame import frames_of, render_frame
from watchkeeper.ledger.merkle import leaf_hash
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ledger.tiles import TileTree, bundle_path, render_bundle, tile_path
from watchkeeper.loop.home import Home
from watchkeeper.ports import Signer
from watchkeeper.records.action import Status
from watchkeeper.records.administration import GenesisRecord, ScopeKind, StopScope
from watchkeeper.verify import DirectorySource, verify_log

Change = Callable[[GenesisRecord, dict[str, Any]], GenesisRecord]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    """Two shards; a stop is in force when the first one ends."""
    bank = DiskBank(tmp_path / "home")
    answer = allowed(bank.ask(pay(20)))
    answer.ticket.wait()
    bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {}).wait()
    bank.stop("tool", "bank/pay")
    bank.roll()
    bank.log.close()
    assert verify_log(bank.path).findings == ()
    yield bank
    bank.log.close()


def forge(bank: DiskBank, change: Change, shard: int = 1) -> None:
    """Write the shard's first record again, signed with the home's own keys."""
    layout = Layout(bank.path, shard)
    frame = next(frames_of(layout.segment(0).read_bytes()))
    record, body = read_record_unverified(frame.envelope), parse_json_unverified(frame.payload)
    forged = replace(record, predicate=change(record.predicate, body))
    envelope = seal(forged, load_key(layout.record_key))
    layout.segment(0).write_bytes(render_frame(0, 0, envelope, render_json(body)))
    mark(Files(), layout, load_secret(layout.secret))
    layout.newest.unlink()
    shutil.rmtree(layout.log)
    layout.log.mkdir()
    open_home(bank.path, clock=bank.clock, publish_seconds=NEVER).close()


def _carry(**changes: Any) -> Change:
    def change(genesis: GenesisRecord, _: dict[str, Any]) -> GenesisRecord:
        assert genesis.carried is not None
        return replace(genesis, carried=replace(genesis.carried, **changes))

    return change


def _no_predecessor(genesis: GenesisRecord, _: dict[str, Any]) -> GenesisRecord:
    return replace(genesis, predecessor=None)


def _another_key(genesis: GenesisRecord, _: dict[str, Any]) -> GenesisRecord:
    """One more key, that nobody rotated to, and that could sign what follows."""
    mine = signer("mal")
    more = {mine.keyid: base64.b64encode(mine.public_key).decode()}
    return replace(genesis, record_keys={**genesis.record_keys, **more})


def _nothing_carried(genesis: GenesisRecord, body: dict[str, Any]) -> GenesisRecord:
    body.clear()
    return replace(genesis, carried=None)


CHANGES: dict[str, Change] = {
    "people": _carry(people={"mal": ("x",)}),
    "roles": _carry(roles={"release": ("ben",)}),
    "plan": _carry(plan="e" * 64),
    "releaser": _carry(released_by="mal"),
    "stops": _carry(stops=()),
    "more stops": _carry(stops=(StopScope(ScopeKind.ALL),)),
    "person who rolled": _carry(by="ben"),
    "no signature": _carry(signature=None),
    "no predecessor": _no_predecessor,
    "nothing carried": _nothing_carried,
    "record keys": _another_key,
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_thing_taken_over(bank: DiskBank, name: str) -> None:
    forge(bank, CHANGES[name])
    found = verify_log(bank.path)
    assert 18 in {finding.step for finding in found.findings}
    assert not found.ok


@pytest.mark.parametrize("part", ["size", "root", "origin"])
def test_another_end_cited(bank: DiskBank, part: str) -> None:
    def change(genesis: GenesisRecord, _: dict[str, Any]) -> GenesisRecord:
        layout = Layout(bank.path)
        vkey = (layout.log / "log.vkey").read_text(encoding="ascii").strip()
        true = open_checkpoint((genesis.predecessor or "").encode(), parse_vkey(vkey))
        forged = {
            "size": replace(true, size=true.size - 1),
            "root": replace(true, root=b"\0" * 32),
            "origin": replace(true, origin="example.org/other/0"),
        }[part]
        raw = sign_checkpoint(forged, load_key(layout.log_key))
        return replace(genesis, predecessor=raw.decode())

    forge(bank, change)
    found = verify_log(bank.path)
    assert [f.step for f in found.findings] == [18]
    assert "another end" in found.findings[0].message


def test_another_state_beside_the_first_record(bank: DiskBank) -> None:
    """Its digest does not fit: no start, and no verification."""

    def change(genesis: GenesisRecord, body: dict[str, Any]) -> GenesisRecord:
        body["state"]["budgets"] = {**body["state"]["budgets"], "at": [], "grant": [], "amount": []}
        return genesis

    forge(bank, change)
    assert 13 in {finding.step for finding in verify_log(bank.path).findings}
    with (
        open_home(bank.path, clock=bank.clock, publish_seconds=NEVER) as log,
        pytest.raises(RecordInvalid, match="another one"),
    ):
        Home(log, bank.clock, bank.ids)


def test_another_state_with_its_digest(bank: DiskBank) -> None:
    """Budgets given back by whoever holds the keys: a start with the older shard finds it."""
    from watchkeeper.loop.shards.carried import check_carried

    def change(genesis: GenesisRecord, body: dict[str, Any]) -> GenesisRecord:
        assert genesis.carried is not None
        budgets = body["state"]["budgets"]
        budgets.update(at=[], grant=[], amount=[], grants=[], open={})
        digest = sha256_hex(render_checked(body["state"]))
        return replace(genesis, carried=replace(genesis.carried, state=digest))

    forge(bank, change)
    with open_home(bank.path, clock=bank.clock, publish_seconds=NEVER) as log:
        Home(log, bank.clock, bank.ids)
        with pytest.raises(LogInconsistent, match="another state"):
            check_carried(log, bank.clock)


def test_a_shard_signed_with_a_strange_record_key(bank: DiskBank) -> None:
    other = DiskBank(bank.path.parent / "other")
    other.roll()
    other.log.close()
    shutil.rmtree(bank.path / "shards/1")
    shutil.copytree(other.path / "shards/1", bank.path / "shards/1")
    found = verify_log(bank.path)
    messages = [f.message for f in found.findings if f.step == 18]
    assert any("another end" in message for message in messages)
    assert any("record key" in message for message in messages)
    with pytest.raises(Exception, match="key"):
        open_home(bank.path, clock=bank.clock)


def test_shards_swapped_doubled_or_of_another_log(bank: DiskBank, tmp_path: Path) -> None:
    home, first = bank.path, DirectorySource(bank.path / "log")
    with pytest.raises(NoteInvalid, match="given twice"):
        verify_log(home, others=[first])
    other = DiskBank(tmp_path / "other")
    other.log.close()
    alone = DirectorySource(home / "shards/1")
    found = verify_log(alone, others=[DirectorySource(other.path)])
    assert 18 in {finding.step for finding in found.findings}
    # Given in any order, they are put into theirs.
    assert verify_log(alone, others=[first]).findings == ()
    assert verify_log(first, others=[alone]).findings == ()
    shutil.move(home / "shards/1", tmp_path / "one")
    with pytest.raises(LogInconsistent, match="next one is not here"):
        open_home(home, clock=bank.clock)


def test_an_old_shard_is_not_written_to_again(bank: DiskBank) -> None:
    """Nor is it taken for the newest, once the newest is gone."""
    layout = Layout(bank.path)
    assert layout.ended.exists()
    before = {path: path.read_bytes() for path in layout.segments.iterdir()}
    checkpoint = layout.newest.read_bytes()
    bank.restart()
    bank.resume("tool", "bank/pay")
    allowed(bank.ask(pay(20, note="b"))).ticket.wait()
    bank.log.close()
    assert {path: path.read_bytes() for path in layout.segments.iterdir()} == before
    assert layout.newest.read_bytes() == checkpoint == (layout.log / "checkpoint").read_bytes()
    shutil.rmtree(bank.path / "shards/1")
    with pytest.raises(LogInconsistent):
        open_home(bank.path, clock=bank.clock)
    layout.ended.unlink()
    (bank.path / "shards/1").mkdir()
    with pytest.raises((LogInconsistent, HomeInvalid)):
        open_home(bank.path, clock=bank.clock)


def test_records_added_to_an_old_shard_are_found(bank: DiskBank) -> None:
    """Whoever holds the keys writes on in the old shard: the new one cites another end."""
    shutil.move(bank.path / "shards", bank.path / "elsewhere")
    (bank.path / "ended").unlink()
    bank.restart()
    bank.stop()
    bank.log.close()
    shutil.move(bank.path / "elsewhere", bank.path / "shards")
    found = verify_log(bank.path)
    assert any(f.step == 18 and "another end" in f.message for f in found.findings)


def test_a_shard_begun_with_a_key_that_was_replaced(tmp_path: Path) -> None:
    """Whoever kept the old key begins the next shard with it, as if it had never been rotated."""
    bank = RolledBank(tmp_path / "home")
    old = load_key(Layout(bank.path).record_key)
    new = bank.rotate()
    bank.roll()
    bank.log.close()
    assert verify_log(bank.path).findings == ()
    layout = Layout(bank.path, 1)
    frame = next(frames_of(layout.segment(0).read_bytes()))
    record = read_record_unverified(frame.envelope)
    assert set(record.predicate.record_keys) == {new}
    keys = {old.keyid: base64.b64encode(old.public_key).decode()}
    forged = replace(record, predicate=replace(record.predicate, record_keys=keys))
    republish(layout, seal(forged, old))
    found = verify_log(bank.path)
    messages = [finding.message for finding in found.findings if finding.step == 18]
    assert any("did not end with" in message for message in messages)
    assert any("names other record keys" in message for message in messages)


def test_a_first_record_whose_state_is_missing(bank: DiskBank) -> None:
    layout = Layout(bank.path, 1)
    frame = next(frames_of(layout.segment(0).read_bytes()))
    layout.segment(0).write_bytes(render_frame(0, 0, frame.envelope, b""))
    assert [finding.step for finding in verify_log(bank.path).findings] == [13]


def test_records_added_to_an_old_shard_and_not_published_are_found(bank: DiskBank) -> None:
    layout = Layout(bank.path)
    frames = list(frames_of(layout.segment(0).read_bytes()))
    more = render_frame(len(frames), 0, frames[-1].envelope, b"")
    with layout.segment(0).open("ab") as segment:
        segment.write(more)
    found = verify_log(bank.path)
    assert [finding.step for finding in found.findings] == [18]
    assert "goes on for 1 records after its end" in found.findings[0].message


def test_another_key_of_the_log_that_nobody_asked_for(bank: DiskBank) -> None:
    """Whoever holds the record key lets a key of their own sign the next shard's checkpoints."""
    layout, mine = Layout(bank.path, 1), signer("mal")
    frame = next(frames_of(layout.segment(0).read_bytes()))
    record = read_record_unverified(frame.envelope)
    vkey = str(log_key(record.predicate.origin, mine.public_key))
    forged = replace(record, predicate=replace(record.predicate, log_key=vkey))
    republish(layout, seal(forged, load_key(layout.record_key)), mine)
    (layout.log / "log.vkey").write_text(f"{vkey}\n")
    found = verify_log(bank.path)
    assert [finding.step for finding in found.findings] == [18]
    assert "newLogKey" in found.findings[0].message


def republish(layout: Layout, envelope: bytes, key: Signer | None = None) -> None:
    """Publish a shard of one record, signed with the home's own key of the log, or another."""
    key, tree = key or load_key(layout.log_key), TileTree()
    origin = read_record_unverified(envelope).predicate.origin
    tree.append(leaf_hash(envelope))
    for level, number, hashes in tree.partials():
        path = layout.log / tile_path(level, number, len(hashes))
        path.write_bytes(b"".join(hashes))
    (layout.log / bundle_path(0, 1)).write_bytes(render_bundle([envelope]))
    checkpoint = sign_checkpoint(Checkpoint(origin, 1, tree.root()), key)
    (layout.log / "checkpoint").write_bytes(checkpoint)
    layout.segment(0).write_bytes(
        render_frame(0, 0, envelope, next(frames_of(layout.segment(0).read_bytes())).payload)
    )
