"""A bundle is of one shard, also of a log that has several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bundles import members_of, write
from tests.worlds.rolled import RolledBank, rolled
from watchkeeper import wiring
from watchkeeper.check.replay import replay_all, summarise
from watchkeeper.errors import HomeInvalid, SettingsInvalid
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import Status, Verification, verify_bundle
from watchkeeper.verify.compose.compose import Wish


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = rolled(tmp_path / "home")
    yield bank
    bank.log.close()


def step(found: Verification, number: int) -> tuple[Status, str]:
    return next((one.status, one.detail) for one in found.steps if one.number == number)


def of_shard(bank: RolledBank, out: Path, shard: int) -> Path:
    wish = Wish(whole=True)
    wiring.write_bundle(
        str(bank.path), out, wish, replace=False, progress=lambda _a, _b: None, shard=shard
    )
    return out


def test_the_newest_shard_by_default(bank: RolledBank, tmp_path: Path) -> None:
    out = write(bank.path, tmp_path / "all.wkb", whole=True)
    found = verify_bundle(out)
    assert found.findings == ()
    assert found.origin == "example.org/desk/1"
    assert found.held == found.size == bank.log.size
    assert step(found, 18)[0] is Status.NOT_CHECKED
    assert "shard 0 was not given" in step(found, 18)[1]
    assert "refer to records in shards that were not given: not checked" in step(found, 9)[1]
    assert "refer to records in shards that were not given: not checked" in step(found, 11)[1]
    # The plan is that of the shard before: the first record took it over.
    plan = bank.home.state.plan
    assert f"plans/{plan}.json" in members_of(out)
    assert step(found, 12) == (Status.CHECKED, "1 published plans match their digests")
    log = bank.path / "shards/1/log"
    assert verify_bundle(out, vkey=(log / "log.vkey").read_text()).pinned


def test_an_older_shard_by_its_number(bank: RolledBank, tmp_path: Path) -> None:
    found = verify_bundle(of_shard(bank, tmp_path / "old.wkb", 0))
    assert found.findings == ()
    assert found.origin == "example.org/desk/0"
    assert step(found, 18) == (Status.CHECKED, "the log begins with this shard")
    with pytest.raises(HomeInvalid, match="shard 7"):
        of_shard(bank, tmp_path / "none.wkb", 7)


def test_a_published_log_is_one_shard(bank: RolledBank, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="only a home"):
        wiring.source_of(str(bank.path / "shards/1/log"), 1)
    out = write(bank.path / "shards/1/log", tmp_path / "published.wkb")
    assert verify_bundle(out).ok


def test_one_action_whose_decision_stands_in_the_shard_before(
    bank: RolledBank, tmp_path: Path
) -> None:
    # Record 1 of the second shard is the effect of an action that the first one allowed.
    out = write(bank.path, tmp_path / "effect.wkb", decision="1/1")
    found = verify_bundle(out)
    assert found.findings == ()
    assert "0, each with its allow" not in step(found, 11)[1]
    assert "1 refer to records in shards that were not given" in step(found, 11)[1]


def test_what_a_bundle_of_a_later_shard_reads_back_as(bank: RolledBank, tmp_path: Path) -> None:
    out = write(bank.path, tmp_path / "all.wkb", whole=True)
    read = list(wiring.read_evidence(out))
    assert [entry.ref.shard for entry in read] == [1] * bank.log.size
    assert read[0].record.kind is Kind.GENESIS
    assert list(wiring.read_evidence(out, shard=0)) == []
    summary = summarise(replay_all(read, wiring.replayer(out)))
    assert summary.sound
    assert summary.total == sum(entry.record.kind is Kind.DECISION for entry in read)
