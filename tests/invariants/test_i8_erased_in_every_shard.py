"""I8 in a log of several shards: what is erased is gone from each of them, old or new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_erase_unentitled import DAY, with_retention
from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import files_holding, spellings
from tests.worlds.rolled import RolledBank, move_away
from watchkeeper.errors import CommandInvalid, HomeInvalid
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.erasure.unasked import due_by_itself
from watchkeeper.loop.shards.carried import check_carried
from watchkeeper.loop.steps import Allowed, Refused, Stored
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.erasure import Span
from watchkeeper.records.plan.systems import Retention
from watchkeeper.records.reference import Ref
from watchkeeper.verify import DirectorySource, Verification, verify_log

MARIA, NOTE, RESULT, WHY = "maria.keller@example.com", "knee 1997", "receipt 4411", "her words 31"
ALL = (MARIA, NOTE, RESULT, WHY)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = RolledBank(tmp_path / "home")
    yield bank
    bank.close()


def begun(bank: RolledBank, **changes: Any) -> Allowed:
    answer = allowed(bank.ask(pay(10, to="clinic", note=NOTE, on_behalf_of=MARIA, **changes)))
    answer.ticket.wait(10)
    return answer


def ended(bank: RolledBank, answer: Allowed) -> None:
    bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"text": f"{RESULT} {NOTE}"}).wait(10)


def told(bank: RolledBank) -> None:
    """Maria in three shards: begun in one and ended in the next, approved after a roll, and anew.

    Snapshots of each shard are there, and a torn tail in the oldest.
    """
    ended(bank, begun(bank, key="k1"))
    open_ = begun(bank, key="k2")
    waits = escalated(bank.ask(pay(250, to="clinic", note=NOTE, on_behalf_of=MARIA)))
    assert waits.ticket is not None
    waits.ticket.wait(10)
    kept = bank.path / "kept"
    kept.mkdir(mode=0o700)
    (kept / "00000000-7-00000000.torn").write_bytes(NOTE.encode())
    bank.home.keep(after=0)
    bank.roll()
    ended(bank, open_)
    salt = b"r" * 16
    body = {**bank.verdict_body(waits.handle), "reason": hidden_digest(salt, WHY)}
    bank.tell("ben", "approve", {"reason": WHY, "salt": salt.hex()}, **body)
    released = allowed(bank.come_back(waits.handle))
    released.ticket.wait(10)
    bank.home.keep(after=0)
    bank.roll()
    ended(bank, released)
    bank.clock.advance(4000)
    ended(bank, begun(bank, key="k3"))
    bank.do(note="nobody's")
    bank.home.keep(after=0)
    assert len(list(bank.path.rglob("snapshots/*"))) >= 3


def erased(bank: RolledBank, **asked: Any) -> int:
    """Erase in every shard that is here, as the command does; how many payloads went."""
    removed = 0
    for shard in reversed(bank.log.shards):
        found = bank.look(shard=shard, **asked)
        if found["spans"] or found["deferred"] or found["tails"]:
            removed += bank.erase(shard=shard, **asked)["removed"]
    return removed


def step(found: Verification, number: int) -> str:
    return next(one.detail for one in found.steps if one.number == number)


def test_nothing_readable_is_left_in_any_file_of_any_shard(bank: RolledBank) -> None:
    told(bank)
    for value in ALL:
        assert files_holding(bank.path, value)
    for shard in bank.log.shards:
        count, state = bank.log.snapshot(shard) or (0, b"")
        assert count > 0
        assert not [value for value in ALL for form in spellings(value) if form in state]
    # Four in the first shard, three in the second (effect, verdict, release), three in the last.
    assert erased(bank, subject=MARIA) == 10
    bank.log.publish_now()
    for value in ALL:
        assert files_holding(bank.path, value) == []
    found = bank.verify()
    assert found.findings == ()
    assert "4 payloads erased" in step(found, 20)
    bank.restart()
    for value in ALL:
        assert files_holding(bank.path, value) == []
    assert bank.verify().ok


def test_the_stub_says_in_which_shard_the_erasure_is_recorded(bank: RolledBank) -> None:
    told(bank)
    erased(bank, subject=MARIA)
    stubs = [entry.erased for entry in bank.log.entries(shard=0) if entry.erased is not None]
    assert {stub.shard for stub in stubs} == {2}
    for stub in stubs:
        assert bank.log.entry(Ref(2, stub.by)).record.predicate.shard == 0
    own = [entry.erased for entry in bank.log.entries() if entry.erased is not None]
    assert {stub.shard for stub in own} == {None}


def test_a_retry_after_an_erasure_in_an_older_shard_gets_no_second_effect(
    bank: RolledBank,
) -> None:
    answer = begun(bank, key="k1")
    ended(bank, answer)
    bank.roll()
    assert erased(bank, subject=MARIA) == 2
    for _ in range(2):
        again = bank.ask(pay(10, to="clinic", note=NOTE, on_behalf_of=MARIA, key="k1"))
        assert isinstance(again, Stored)
        assert (again.status, again.result, again.erased) == (Status.SUCCEEDED, None, True)
        bank.restart()


def test_an_escalation_that_waits_in_an_older_shard_is_voided(bank: RolledBank) -> None:
    waits = escalated(bank.ask(pay(250, to="clinic", note=NOTE, on_behalf_of=MARIA)))
    bank.roll()
    assert erased(bank, subject=MARIA) == 1
    again = bank.come_back(waits.handle)
    assert isinstance(again, Refused)
    assert again.reason is Reason.VOIDED
    assert bank.verify().findings == ()


@pytest.mark.parametrize("rolled", ["before", "between", "after"])
def test_what_is_unknown_waits_over_a_roll_and_is_then_erased(
    bank: RolledBank, rolled: str
) -> None:
    answer = begun(bank, key="k9")
    if rolled == "before":
        bank.roll()
    found = bank.erase(subject=MARIA, shard=0)
    index = answer.ticket.ref.index
    assert (found["spans"], found["deferred"]) == ([], [[index, index + 1]])
    assert bank.settle_up() == 0
    if rolled == "between":
        bank.roll()
    bank.restart()
    ended(bank, answer)
    if rolled == "after":
        bank.roll()
    assert bank.settle_up() == 2
    assert bank.settle_up() == 0
    bank.log.publish_now()
    assert verify_log(bank.path / "shards" / str(bank.log.shard)).findings == ()
    for value in (MARIA, NOTE, RESULT):
        assert files_holding(bank.path, value) == []
    bank.restart()
    assert not bank.home.state.settled
    assert bank.verify().findings == ()


def test_a_record_of_an_older_shard_takes_with_it_what_later_ones_say_of_it(
    bank: RolledBank,
) -> None:
    answer = begun(bank)
    bank.roll()
    ended(bank, answer)
    index = answer.ticket.ref.index
    spans = {"asked": "records", "spans": [[index, index + 1]], "spansIn": 0}
    assert bank.erase(shard=1, **spans)["spans"] == [[1, 2]]
    assert bank.erase(shard=0, **spans)["spans"] == [[index, index + 1]]
    assert files_holding(bank.path, NOTE) == []
    assert bank.verify().findings == ()


def test_a_shard_that_is_not_here_is_refused_and_erased_once_it_is_back(
    bank: RolledBank, tmp_path: Path
) -> None:
    ended(bank, begun(bank))
    bank.roll()
    ended(bank, begun(bank, key="k2"))
    cold = move_away(bank.path, tmp_path / "cold")
    with pytest.raises(CommandInvalid, match="shard 0 of this log is not here"):
        bank.look(subject=MARIA, shard=0)
    assert erased(bank, subject=MARIA) == 2
    bank.log.publish_now()
    found = verify_log(bank.path, others=[DirectorySource(cold)])
    assert found.findings == ()
    for path in cold.iterdir():
        path.rename(bank.path / path.name)
    assert erased(bank, subject=MARIA) == 2
    assert files_holding(bank.path, MARIA) == []
    assert bank.verify().findings == ()


def test_a_shard_that_goes_between_the_record_and_the_removal_is_finished_later(
    bank: RolledBank, tmp_path: Path
) -> None:
    ended(bank, begun(bank))
    bank.roll()
    erasing = bank.begin(subject=MARIA, shard=0)
    erasing.look()
    assert erasing.record()
    cold = move_away(bank.path, tmp_path / "cold")
    with pytest.raises(HomeInvalid, match="shard 0"):
        erasing.finish()
    bank.restart()
    bank.log.publish_now()
    assert verify_log(bank.path).findings == ()
    there = verify_log(bank.path, others=[DirectorySource(cold)])
    assert [finding.step for finding in there.findings] == [20, 20]
    assert "0/2 is still there" in there.findings[0].message
    for path in cold.iterdir():
        path.rename(bank.path / path.name)
    bank.restart()
    assert files_holding(bank.path, MARIA) == []
    assert not (bank.path / "erasing").exists()
    assert bank.verify().findings == ()


def test_a_shard_alone_says_which_one_erased(bank: RolledBank, tmp_path: Path) -> None:
    ended(bank, begun(bank))
    bank.roll()
    erased(bank, subject=MARIA)
    bank.log.publish_now()
    cold = move_away(bank.path, tmp_path / "cold")
    alone = verify_log(cold)
    assert alone.ok
    assert "2 payloads were erased by records of shard 1, which was not given" in step(alone, 20)
    rest = verify_log(bank.path)
    assert rest.ok
    assert "shard 0, which was not given, is not checked" in step(rest, 20)


def test_keys_that_expired_since_are_no_false_alarm(bank: RolledBank) -> None:
    """What a shard took over can not be added up again once its windows' keys are gone."""
    ended(bank, begun(bank))
    bank.roll()
    assert check_carried(bank.log, bank.clock)
    bank.clock.advance(100_000)
    assert erased(bank, subject=MARIA) == 2
    bank.restart()
    assert not check_carried(bank.log, bank.clock)
    assert bank.verify().findings == ()


def test_the_state_is_the_same_kept_up_and_rebuilt(bank: RolledBank) -> None:
    told(bank)
    begun(bank, key="k8")
    bank.roll()
    erased(bank, subject=MARIA)
    kept = bank.home.kept_form()
    assert json.loads(kept)["deferred"]
    bank.restart()
    assert bank.home.kept_form() == kept


def test_what_is_due_goes_from_every_shard_by_the_age_of_the_decision(tmp_path: Path) -> None:
    says = Retention(most_seconds=20 * DAY, automatic=True)
    bank = RolledBank(tmp_path / "home", with_retention(says))
    ended(bank, begun(bank, key="k1"))
    open_ = begun(bank, key="k2")
    bank.roll()
    bank.clock.advance(15 * DAY)
    ended(bank, open_)
    begun(bank, key="k3").ticket.wait(10)
    assert due(bank) == {1: (), 0: ()}
    bank.clock.advance(6 * DAY)
    assert due(bank) == {1: (Span(1, 2),), 0: (Span(2, 5),)}
    assert due(bank) == {1: (), 0: ()}
    left = {name for name in files_holding(bank.path, NOTE) if "segments" in name}
    assert left == {"shards/1/segments/00000000.seg"}  # the young one
    assert bank.verify().findings == ()
    bank.close()


def due(bank: RolledBank) -> dict[int, tuple[Span, ...]]:
    """Erase what is due by the plan alone; what that was, by shard."""
    gone = {}
    for erasing in due_by_itself(bank.kernel):
        erasing.look()
        gone[erasing.shard] = erasing.found.spans
        if erasing.found.spans:
            erasing.signed = erasing.found.digest
            assert erasing.record()
            erasing.finish()
    return gone


def test_a_shard_between_the_two_is_not_here(bank: RolledBank, tmp_path: Path) -> None:
    ended(bank, begun(bank))
    bank.roll()
    bank.roll()
    assert erased(bank, subject=MARIA) == 2
    bank.log.publish_now()
    (bank.path / "shards" / "1").rename(tmp_path / "one")
    found = verify_log(bank.path)
    assert found.findings == ()
    assert "not given" not in step(found, 20)


def test_the_log_goes_on_in_a_new_shard_while_an_erasure_is_looked_for(bank: RolledBank) -> None:
    """What was found is named by its index: in the next shard that is another record."""
    ended(bank, begun(bank))
    erasing = bank.begin(subject=MARIA)
    erasing.look()
    bank.roll()
    with pytest.raises(CommandInvalid, match="in a new shard"):
        erasing.record()
    assert files_holding(bank.path, MARIA)


def test_an_effect_whose_decision_is_not_here_is_found_by_name(
    bank: RolledBank, tmp_path: Path
) -> None:
    open_ = begun(bank)
    bank.roll()
    bank.kernel.finish(open_, Status.SUCCEEDED, open_.at, {"text": f"paid for {MARIA}"}).wait(10)
    move_away(bank.path, tmp_path / "cold")
    found = bank.look(subject=MARIA)
    assert (found["payloads"], found["elsewhere"]) == (0, [1])
    assert bank.erase(asked="records", spans=[[1, 2]])["removed"] == 1
    assert files_holding(bank.path, MARIA) == []
