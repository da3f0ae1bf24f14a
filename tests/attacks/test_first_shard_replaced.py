"""Whoever can write to the home and has none of its keys puts another history in its place."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import public, signer
from tests.worlds.homes import NEVER
from tests.worlds.rolled import RolledBank
from watchkeeper import wiring
from watchkeeper.adapters.keys import FileSigner, load_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.recovery import read_genesis
from watchkeeper.errors import KeyUnsafe, LedgerError, LogInconsistent
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.envelope import seal
from watchkeeper.ledger.frame import render_frame
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record

MAL = signer("mal")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    """A stop is in force, and an action was carried out."""
    bank = RolledBank(tmp_path / "home")
    bank.do(note="a")
    bank.stop()
    yield bank
    bank.close()


def named(*keys: FileSigner) -> Mapping[str, str]:
    return {key.keyid: base64.b64encode(key.public_key).decode() for key in keys}


def replaced(bank: RolledBank, keys: Mapping[str, str], by: FileSigner = MAL) -> Layout:
    """A log with nothing in it but a first record, in which mal may release the first plan."""
    bank.close()
    layout = Layout(bank.path)
    said = replace(
        read_genesis(Files(), layout), record_keys=keys, first_release={"mal": (public("mal"),)}
    )
    digest = sha256_hex(said.origin.encode())
    envelope = seal(Record(Kind.GENESIS, "home", digest, said), by)
    for gone in (layout.log, layout.snapshots):
        shutil.rmtree(gone, ignore_errors=True)
    layout.log.mkdir()
    layout.newest.unlink()
    layout.segment(0).write_bytes(render_frame(0, 0, envelope, b""))
    return layout


def opened(bank: RolledBank) -> None:
    open_home(bank.path, clock=bank.clock, publish_seconds=NEVER).close()


def own_key(bank: RolledBank) -> FileSigner:
    return load_key(Layout(bank.path).record_key)


def test_the_home_itself_goes_on(bank: RolledBank) -> None:
    bank.restart()
    assert bank.home.state.stops
    bank.close()
    opened(bank)


def test_a_stranger_named_beside_the_home(bank: RolledBank) -> None:
    layout = replaced(bank, named(MAL, own_key(bank)))
    with pytest.raises(LogInconsistent, match="another first record than it began with"):
        opened(bank)
    assert not (layout.log / "checkpoint").exists(), "nothing vouches for it"


def test_and_the_mark_taken_away(bank: RolledBank) -> None:
    replaced(bank, named(MAL, own_key(bank))).taken_over.unlink()
    with pytest.raises(LogInconsistent, match="names several record keys"):
        opened(bank)


def test_and_a_mark_made_up(bank: RolledBank) -> None:
    layout = replaced(bank, named(MAL, own_key(bank)))
    layout.taken_over.write_text("0" * 64)
    with pytest.raises(LogInconsistent, match="another first record"):
        opened(bank)


def test_a_stranger_alone(bank: RolledBank) -> None:
    """Then the home's own key counts nowhere in it."""
    replaced(bank, named(MAL)).taken_over.unlink()
    with pytest.raises(KeyUnsafe):
        opened(bank)


def test_with_a_key_that_was_put_away(bank: RolledBank) -> None:
    """Stolen after it was replaced, it can sign a first record; the mark is still another's."""
    stolen = own_key(bank)
    bank.rotate()
    replaced(bank, named(stolen), by=stolen)
    with pytest.raises(LogInconsistent, match="another first record"):
        opened(bank)


def test_a_secret_of_ones_own(bank: RolledBank) -> None:
    """Under it a mark could be made, and no retry would be recognised."""
    bank.close()
    layout = Layout(bank.path)
    layout.secret.write_text("ab" * 32 + "\n", encoding="ascii")
    for _ in range(2):
        with pytest.raises(LogInconsistent, match="no retry of an earlier action"):
            opened(bank)
        layout.taken_over.unlink(missing_ok=True)


def test_a_secret_of_ones_own_in_a_later_shard(bank: RolledBank) -> None:
    bank.roll()
    bank.close()
    layout = Layout(bank.path, 1)
    layout.secret.write_text("ab" * 32 + "\n", encoding="ascii")
    layout.taken_over.unlink()
    with pytest.raises(LogInconsistent, match="the one that shard 1 was begun with"):
        opened(bank)


def test_below_a_shard_that_is_not_marked(bank: RolledBank) -> None:
    """Where the newest shard has to be held against older ones, the first is looked at too."""
    bank.roll()
    bank.close()
    first, last = Layout(bank.path), Layout(bank.path, 1)
    last.taken_over.unlink()
    first.taken_over.write_text("0" * 64)
    with pytest.raises(LedgerError, match="another first record"):
        opened(bank)


def test_a_home_from_before_is_marked_once_it_is_served(bank: RolledBank) -> None:
    layout = Layout(bank.path)
    layout.taken_over.unlink()
    bank.restart()
    assert not layout.taken_over.exists()
    wiring.check_taken_over(bank.home, bank.path)
    assert layout.taken_over.exists()
    replaced(bank, named(MAL, own_key(bank)))
    with pytest.raises(LogInconsistent, match="another first record"):
        opened(bank)
