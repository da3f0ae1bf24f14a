"""Reading a home that was rolled: from every shard, from one, and on into the next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.worlds.disk_bank import DiskBank
from tests.worlds.rolled import RolledBank, cosigned, move_away, rolled
from watchkeeper import wiring
from watchkeeper.errors import HomeInvalid, SettingsInvalid
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = rolled(tmp_path / "home")
    yield bank
    bank.log.close()


def places(entries: Iterator[Entry]) -> list[Ref]:
    return [entry.ref for entry in entries]


def test_records_of_all_shards_or_of_one(bank: RolledBank) -> None:
    first, second = (
        [Ref(shard, index) for index in range(bank.log.size_of(shard))] for shard in (0, 1)
    )
    assert places(wiring.read_entries(bank.path)) == [*first, *second]
    assert places(wiring.read_entries(bank.path, 3)) == second[3:]
    assert places(wiring.read_entries(bank.path, 3, 0)) == first[3:]
    published = bank.path / "shards/1/log"
    assert places(wiring.read_entries(published)) == second
    assert places(wiring.read_entries(published, shard=0)) == []
    with pytest.raises(HomeInvalid, match="shard 7"):
        places(wiring.read_entries(bank.path, shard=7))


def test_single_records_by_their_place(bank: RolledBank, tmp_path: Path) -> None:
    read = wiring.entry_reader(bank.path)
    for ref in (Ref(0, 0), Ref(1, 0), Ref(0, 5)):
        found = read(ref)
        assert found is not None
        assert found.ref == ref
    assert read(Ref(2, 0)) is None
    published = wiring.entry_reader(bank.path / "shards/1/log")
    assert published(Ref(0, 1)) is None
    assert published(Ref(1, 1)) is not None
    move_away(bank.path, tmp_path / "cold")
    assert wiring.entry_reader(bank.path)(Ref(0, 5)) is None


def test_following_goes_on_into_the_next_shard(bank: RolledBank) -> None:
    followed = wiring.follow(bank.path)
    here = list(takewhile(bool, followed))
    assert len(here) == bank.log.size_of(0) + bank.log.size_of(1)
    bank.stop()
    bank.roll()
    bank.stop("agent", "payer")
    new = [entry for entry in takewhile(bool, followed) if entry]
    assert [entry.record.kind for entry in new] == [Kind.STOP, Kind.GENESIS, Kind.STOP]
    assert [entry.ref.shard for entry in new] == [1, 2, 2]
    assert next(followed) is None


def test_following_from_an_index_of_the_newest_shard(bank: RolledBank) -> None:
    followed = wiring.follow(bank.path, bank.log.size - 1)
    assert [entry.ref for entry in takewhile(bool, followed) if entry] == [
        Ref(1, bank.log.size - 1)
    ]


def test_plans_of_every_shard(bank: RolledBank, tmp_path: Path) -> None:
    plan = bank.home.state.plan
    assert plan is not None
    assert wiring.bundles(bank.path)(plan) is not None
    assert wiring.bundles(bank.path)("0" * 64) is None
    move_away(bank.path, tmp_path / "cold")
    assert wiring.bundles(bank.path)(plan) is not None


def test_the_keys_of_a_rolled_home_and_where_they_live(bank: RolledBank) -> None:
    found = wiring.key_list(str(bank.path))
    assert found["record"][-1]["keyid"] == bank.log.key_terms()[-1].keyid
    assert found["record"][-1]["lives"].startswith("file:")
    assert found["log"]["vkey"].startswith("example.org/desk/1+")


def test_witnessed_is_what_is_so_in_every_shard(bank: RolledBank) -> None:
    from tests.worlds.rolled import POLICY

    for log in (bank.path / "log", bank.path / "shards/1/log"):
        assert not wiring.is_witnessed(bank.path)
        (log / "witness.policy").write_bytes(POLICY)
        cosigned(log)
    assert wiring.is_witnessed(bank.path)


def test_a_source_by_its_shard(bank: RolledBank) -> None:
    first = wiring.source_of(str(bank.path), 0).read("checkpoint")
    assert first == (bank.path / "log/checkpoint").read_bytes()
    newest = wiring.source_of(str(bank.path)).read("checkpoint")
    assert newest == bank.checkpoint()
    with pytest.raises(SettingsInvalid, match="address"):
        wiring.source_of("https://log.example", 0)


def test_a_shard_that_is_just_being_begun_is_waited_for(tmp_path: Path) -> None:
    """It is in place a moment before its first checkpoint is."""
    bank = DiskBank(tmp_path / "home")
    bank.roll()
    bank.log.close()
    checkpoint = tmp_path / "home/shards/1/log/checkpoint"
    raw = checkpoint.read_bytes()
    checkpoint.unlink()
    late = threading.Timer(0.3, lambda: checkpoint.write_bytes(raw))
    late.start()
    found = wiring.source_of(str(tmp_path / "home"))
    late.join()
    assert found.read("checkpoint") == raw
