"""Whoever can write to the segments and has no key adds a record while nobody has the home open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import public, signer
from tests.worlds.homes import NEVER
from tests.worlds.rolled import RolledBank
from watchkeeper.adapters.keys import load_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import LogInconsistent
from watchkeeper.ledger.envelope import parse_envelope_unverified, read_record_unverified, seal
from watchkeeper.ledger.frame import Frame, frames_of, render_frame
from watchkeeper.records.kinds import Kind


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    """A stop is in force."""
    bank = RolledBank(tmp_path / "home")
    bank.do(note="a")
    bank.stop()
    bank.log.publish_now()
    yield bank
    bank.log.close()


def frames(bank: RolledBank) -> list[Frame]:
    return list(frames_of(newest(bank).read_bytes()))


def newest(bank: RolledBank) -> Path:
    layout = Layout(bank.path, bank.log.shard)
    return layout.segment(layout.segment_numbers()[-1])


def append(bank: RolledBank, envelope: bytes, payload: bytes) -> None:
    last = frames(bank)[-1]
    with newest(bank).open("ab") as file:
        file.write(render_frame(last.index + 1, last.batch + 1, envelope, payload))


def release_by_mal(bank: RolledBank) -> tuple[bytes, bytes]:
    """The plan in force, released again, with mal in every role."""
    (found,) = [
        (read_record_unverified(frame.envelope), frame)
        for frame in frames(bank)
        if read_record_unverified(frame.envelope).kind is Kind.PLAN_RELEASE
    ]
    record, frame = found
    said = replace(
        record.predicate,
        at=bank.log.last_at,
        people={**record.predicate.people, "mal": (public("mal"),)},
        roles=dict.fromkeys(record.predicate.roles, ("mal",)),
    )
    return seal(replace(record, predicate=said), signer("mal")), frame.payload


@pytest.mark.parametrize("snapshot", [False, True])
def test_a_release_with_a_key_of_ones_own(bank: RolledBank, *, snapshot: bool) -> None:
    if snapshot:
        assert bank.home.keep(after=0)
    envelope, payload = release_by_mal(bank)
    bank.log.close()
    size = bank.log.published_size
    append(bank, envelope, payload)
    with pytest.raises(LogInconsistent, match="a key that is not known"):
        open_home(bank.path, clock=bank.clock, publish_seconds=NEVER)
    assert bank.log.published_size == size, "nothing vouches for it"


def test_what_was_signed_is_removed_and_a_record_changed(bank: RolledBank) -> None:
    """Without a checkpoint every record is held against the key."""
    bank.log.close()
    last, path = frames(bank)[-1], newest(bank)
    record = read_record_unverified(last.envelope)
    forged = seal(record, signer("mal"))
    forged = forged.replace(signer("mal").keyid.encode(), _keyid(last).encode())
    path.write_bytes(
        path.read_bytes()[: last.start] + render_frame(last.index, last.batch, forged, last.payload)
    )
    Layout(bank.path).newest.unlink()
    shutil.rmtree(Layout(bank.path).log)
    Layout(bank.path).log.mkdir()
    with pytest.raises(LogInconsistent, match="does not verify"):
        open_home(bank.path, clock=bank.clock, publish_seconds=NEVER)


def test_a_key_that_was_put_away(bank: RolledBank) -> None:
    record = read_record_unverified(frames(bank)[-1].envelope)
    retired = Layout(bank.path).record_key.read_bytes()
    bank.rotate()
    bank.log.close()
    stolen = bank.path.parent / "stolen.key"
    stolen.write_bytes(retired)
    stolen.chmod(0o600)
    append(bank, seal(record, load_key(stolen)), b"")
    with pytest.raises(LogInconsistent, match="which counts"):
        open_home(bank.path, clock=bank.clock, publish_seconds=NEVER)


def test_what_a_crash_left_unpublished_is_signed_and_counts(bank: RolledBank) -> None:
    bank.rotate()
    bank.resume()
    bank.do(note="b")
    size = bank.log.size
    copy = bank.path.parent / "copy"
    shutil.copytree(bank.path, copy)
    with open_home(copy, clock=bank.clock, publish_seconds=NEVER) as log:
        assert log.size == size
        assert log.published_size == size


def _keyid(frame: Frame) -> str:
    return parse_envelope_unverified(frame.envelope).keyid
