"""A log in several shards, verified with everything that an auditor may bring."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.rolled import POLICY, WITNESS, RolledBank, cosigned, move_away, rolled
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.key_list import parse_key_list
from watchkeeper.verify import DirectorySource, Status, Verification, verify_log
from watchkeeper.verify.__main__ import main
from watchkeeper.verify.actions import Actions
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.kept import Kept
from watchkeeper.verify.people import Commands
from watchkeeper.verify.report import Report

ASKED = {
    "approvals": 1,
    "expires": "2027-01-01T00:00:00.000000Z",
    "handle": "h",
    "roles": ["lead"],
    "shown": "0" * 64,
}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = rolled(tmp_path / "home")
    yield bank
    bank.log.close()


def step(found: Verification, number: int) -> tuple[Status, str]:
    return next((one.status, one.detail) for one in found.steps if one.number == number)


def keys_of(log: Path) -> list[bytes]:
    return [term.public for term in parse_key_list((log / "records.pem").read_text())]


def test_everything_holds_over_the_roll(bank: RolledBank) -> None:
    found = verify_log(bank.path)
    assert found.findings == ()
    assert [shard.origin for shard in found.shards] == ["example.org/desk/0", "example.org/desk/1"]
    assert [shard.follows for shard in found.shards] == [False, True]
    assert found.records == sum(shard.size for shard in found.shards)
    assert (found.unknown, found.counts["erasure"], found.counts["key-rotation"]) == (0, 2, 2)
    assert step(found, 18)[0] is Status.CHECKED
    assert "goes on from" in step(found, 18)[1]
    assert "not given" not in step(found, 11)[1]
    assert "2 payloads erased" in step(found, 20)[1]


def test_what_a_shard_alone_can_not_say(bank: RolledBank) -> None:
    alone = verify_log(bank.path / "shards/1")
    assert alone.ok
    assert alone.shards == ()
    assert step(alone, 18)[0] is Status.NOT_CHECKED
    assert "refer to records in shards that were not given" in step(alone, 9)[1]
    assert "refer to records in shards that were not given" in step(alone, 11)[1]


def test_an_old_shard_in_cold_storage(bank: RolledBank, tmp_path: Path) -> None:
    cold = move_away(bank.path, tmp_path / "cold")
    assert step(verify_log(bank.path), 18)[0] is Status.NOT_CHECKED
    found = verify_log(bank.path, others=[DirectorySource(cold)])
    assert found.findings == ()
    assert step(found, 18)[0] is Status.CHECKED
    assert step(found, 13)[0] is Status.CHECKED


def test_a_shard_between_two_is_missing(bank: RolledBank, tmp_path: Path) -> None:
    bank.roll()
    bank.stop()
    bank.log.publish_now()
    assert verify_log(bank.path).findings == ()
    shutil.move(bank.path / "shards/1", tmp_path / "one")
    found = verify_log(bank.path)
    assert found.ok
    assert [shard.follows for shard in found.shards] == [False, False]
    assert step(found, 18)[0] is Status.NOT_CHECKED


def test_what_was_found_in_one_shard_is_not_found_again_in_the_next() -> None:
    def decided(outcome: str) -> Decided:
        texts = {"action": "a", "digest": "d", "agent": "x", "system": "s", "tool": "t/t"}
        return Decided(
            outcome, **texts, pin=None, plan="p", asked=ASKED, escalated_by=None, verdicts=()
        )

    first, second = Report(), Report()
    actions = Actions(first, Commands("example.org/desk/0"))
    actions.decision(1, decided("escalate"), 1)
    for index in (2, 3):
        actions.decision(index, decided("allow"), 1)
    actions.finish()
    assert "one action was allowed 2 times" in {finding.message for finding in first.findings}
    assert any("without citing" in finding.message for finding in first.findings)
    actions.go_on(second, Commands("example.org/desk/1"), 1)
    actions.finish()
    assert second.findings == []
    actions.decision(1, decided("allow"), 1)
    actions.finish()
    assert "one action was allowed 3 times" in {finding.message for finding in second.findings}


# Keys


def test_a_first_key_that_was_pinned_carries_over_the_roll(bank: RolledBank) -> None:
    first, second = keys_of(bank.path / "log")
    found = verify_log(bank.path, record_keys=[first])
    assert found.findings == ()
    assert "by the chain alone: pin it" in step(found, 16)[1]
    other = verify_log(bank.path, record_keys=[b"x" * 32])
    assert 1 in {finding.step for finding in other.findings}
    # Alone, the second shard is begun with a key that the first one does not vouch for.
    assert not verify_log(bank.path / "shards/1", record_keys=[first]).ok
    assert verify_log(bank.path / "shards/1", record_keys=[second]).ok


@pytest.mark.parametrize("shard", [0, 1])
def test_the_key_of_one_shard_pins_the_log(bank: RolledBank, shard: int) -> None:
    log = bank.path / ("log" if shard == 0 else "shards/1/log")
    found = verify_log(bank.path, vkey=(log / "log.vkey").read_text())
    assert found.ok
    assert found.pinned
    assert f"shard {shard}: the log's key was given" in step(found, 1)[1]


def test_a_new_key_of_the_log_that_a_person_asked_for(bank: RolledBank) -> None:
    bank.tell("ana", "roll", newLogKey=True)
    old, new = (bank.path / "shards" / n / "log/log.vkey" for n in "12")
    bank.log.publish_now()
    assert old.read_text().rpartition("+")[2] != new.read_text().rpartition("+")[2]
    found = verify_log(bank.path, vkey=old.read_text())
    assert found.findings == ()
    assert found.pinned


@pytest.mark.parametrize("origin", ["example.org/desk/0", "example.org/till/0"])
def test_a_key_of_another_log(bank: RolledBank, origin: str) -> None:
    found = verify_log(bank.path, vkey=str(log_key(origin, WITNESS.public_key)))
    shard = 0 if origin == "example.org/desk/0" else 1
    assert (2, f"shard {shard}:") in {(f.step, f.message[:8]) for f in found.findings}


# What was kept


@pytest.mark.parametrize("shard", [0, 1])
def test_an_older_checkpoint_is_held_against_its_own_shard(bank: RolledBank, shard: int) -> None:
    log = bank.path / ("log" if shard == 0 else "shards/1/log")
    kept = (log / "checkpoint").read_bytes()
    found = verify_log(bank.path, older=[kept])
    assert found.ok
    assert step(found, 5)[0] is Status.CHECKED
    assert f"shard {shard}: 1 are prefixes" in step(found, 5)[1]


def test_an_older_checkpoint_of_another_history(bank: RolledBank, tmp_path: Path) -> None:
    other = RolledBank(tmp_path / "other")
    strange = other.checkpoint()
    other.log.close()
    found = verify_log(bank.path, older=[strange])
    assert {finding.step for finding in found.findings} == {5}
    assert found.findings[0].message.startswith("shard 0: ")
    nowhere = strange.replace(b"desk/0", b"desk/7")
    found = verify_log(bank.path, older=[nowhere])
    assert [(finding.step, finding.message[:8]) for finding in found.findings] == [(5, "shard 1:")]


def test_what_is_kept_follows_the_log_into_its_next_shard(tmp_path: Path) -> None:
    bank = RolledBank(tmp_path / "home")
    bank.do(note="a")
    bank.log.publish_now()
    place = tmp_path / "seen.checkpoint"
    assert "over 4 records" in visit(bank.path, place)
    for _ in range(2):
        bank.roll()
        bank.do(note=str(bank.log.shard))
    bank.log.publish_now()
    said = visit(bank.path, place)
    assert said.startswith("kept: the checkpoint over 3 records")
    assert place.read_bytes() == bank.checkpoint()
    assert "still the checkpoint over 3" in visit(bank.path, place)
    bank.log.close()


def test_what_is_kept_waits_while_its_shard_is_not_here(bank: RolledBank, tmp_path: Path) -> None:
    place = tmp_path / "seen.checkpoint"
    place.write_bytes((bank.path / "log/checkpoint").read_bytes())
    cold = move_away(bank.path, tmp_path / "cold")
    kept = Kept(place)
    found = verify_log(bank.path, older=kept.older)
    assert not found.ok
    assert kept.settle(found) == "kept: nothing, since this log does not hold"
    assert not list(tmp_path.glob("*.contradicts"))
    found = verify_log(bank.path, older=kept.older, others=[DirectorySource(cold)])
    assert "kept: the checkpoint over" in kept.settle(found)


def test_what_is_kept_does_not_jump_over_a_gap(bank: RolledBank, tmp_path: Path) -> None:
    place = tmp_path / "seen.checkpoint"
    place.write_bytes((bank.path / "log/checkpoint").read_bytes())
    bank.roll()
    bank.log.publish_now()
    shutil.move(bank.path / "shards/1", tmp_path / "one")
    assert "a shard between" in visit(bank.path, place)
    assert b"desk/0\n" in place.read_bytes()


def test_a_checkpoint_that_contradicts_the_kept_one_is_that_of_its_shard(
    bank: RolledBank, tmp_path: Path
) -> None:
    other = RolledBank(tmp_path / "other")
    place = tmp_path / "seen.checkpoint"
    place.write_bytes(other.checkpoint())
    other.log.close()
    assert "as evidence" in visit(bank.path, place)
    [evidence] = tmp_path.glob("*.contradicts")
    assert evidence.read_bytes() == (bank.path / "log/checkpoint").read_bytes()


def visit(home: Path, place: Path) -> str:
    kept = Kept(place)
    return kept.settle(verify_log(home, older=kept.older))


# Witnesses


def test_each_shard_needs_its_witnesses(bank: RolledBank) -> None:
    cosigned(bank.path / "shards/1/log")
    found = verify_log(bank.path, policy=POLICY)
    assert not found.witnessed
    assert [(f.step, f.message[:8]) for f in found.findings] == [(14, "shard 0:")]
    cosigned(bank.path / "log")
    found = verify_log(bank.path, policy=POLICY)
    assert found.ok
    assert found.witnessed
    assert found.witnessed_size == found.records


# The verifier alone, as a program


def test_the_program(bank: RolledBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bank.log.close()
    cold = move_away(bank.path, tmp_path / "cold")
    assert main([str(bank.path), "--shard", str(cold), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [shard["origin"][-1] for shard in found["shards"]] == ["0", "1"]
    assert found["records"] == sum(shard["size"] for shard in found["shards"])
    assert main([str(bank.path), "--shard", str(cold)]) == 0
    assert "example.org/desk/0: " in capsys.readouterr().out
    assert main([str(bank.path / "shards/1/log/checkpoint"), "--shard", str(cold)]) == 2
    assert "of one shard" in capsys.readouterr().err
