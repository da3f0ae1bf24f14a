"""A home that writes down what nobody lent, or lets more through than was lent, is found out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.loop.test_lending import by
from tests.worlds.bank import allowed
from tests.worlds.disk_bank import DiskBank
from tests.worlds.lenders import lenders_bundle, lent
from tests.worlds.reviews import said
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.lending import take_back
from watchkeeper.records.action import Accountable, DecisionRecord, Hidden
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import Cap, DelegationEndedRecord, DelegationRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload, Record


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", lenders_bundle())
    yield bank
    bank.close()


def _found(bank: DiskBank) -> list[str]:
    return [finding.message for finding in bank.verify().findings]


def _last(bank: DiskBank, kind: Kind) -> tuple[Ref, Any]:
    entry = next(e for e in reversed(bank.entries()) if e.record.kind is kind)
    return entry.ref, entry.record.predicate


def _again(bank: DiskBank, **changes: Any) -> None:
    """Write the last delegation once more, with something else in it."""
    made: DelegationRecord = _last(bank, Kind.DELEGATION)[1]
    lied = replace(made, **{"at": bank.home.now(), "id": "lent_forged", **changes})
    said(bank, lied, sha256_hex(lied.id.encode()))


MORE = (Cap("amount", "150.01"),)
WIDE: list[tuple[dict[str, Any], str]] = [
    ({"taker": "payer"}, "does not let it be lent to `payer`"),
    ({"giver": "other"}, "the grant is not that of `other`"),
    ({"grant": "nothing"}, "does not let it be lent"),
    ({"actions": ("bank/pay", "bank/look")}, "an action that the grant does not name"),
    ({"actions": ()}, "it lends nothing"),
    ({"caps": MORE}, "more of `amount`"),
    ({"caps": ()}, "more of `amount`"),
]


def _each_found(bank: DiskBank, lies: list[tuple[dict[str, Any], str]], lie: Any) -> None:
    """Write every lie into one log: each is found, and nothing else is."""
    assert bank.verify().ok
    for changes, _ in lies:
        lie(bank, **changes)
    found = _found(bank)
    for _, why in lies:
        assert any(why in message for message in found), (why, found)
    assert len(found) >= len(lies)


def _lying(made: DelegationRecord) -> Callable[..., None]:
    def lie(bank: DiskBank, **changes: Any) -> None:
        lied = replace(made, **{"at": bank.home.now(), **changes})
        said(bank, lied, sha256_hex(lied.id.encode()))

    return lie


def test_what_the_plan_does_not_let_be_lent_is_found(bank: DiskBank) -> None:
    made = lent(bank, "payer", "other")
    lies = [({**changes, "id": f"lent_{n}"}, why) for n, (changes, why) in enumerate(WIDE)]
    _each_found(bank, [*lies, ({"id": made.id}, "its id was used before")], _lying(made))


def test_a_longer_time_is_found(bank: DiskBank) -> None:
    made = lent(bank, "payer", "other")
    _again(bank, until=made.until.plus(1))
    (message,) = _found(bank)
    assert "for longer than the plan lets it be" in message


LENT_ON: list[tuple[dict[str, Any], str]] = [
    ({"giver": "fourth"}, "what its giver was not lent"),
    ({"count": None}, "for more actions"),
    ({"count": 3}, "for more actions"),
    ({"caps": (Cap("amount", "51"),)}, "more of `amount`"),
    ({"resources": ()}, "for other resources"),
    ({"resources": (Hidden("resource.0", digest="0" * 64),)}, "for other resources"),
    ({"on_behalf_of": None}, "lent on for anybody"),
    ({"taker": "other"}, "to one who had lent it"),
    ({"parent": Ref(0, 0)}, "rests on what has ended"),
]


def test_more_than_what_it_rests_on_is_found(bank: DiskBank) -> None:
    bounds = {"caps": {"amount": "50"}, "resources": ("shop", "mill"), "count": 2}
    lent(bank, "payer", "other", person="ben", **bounds)
    lent(bank, "other", "third", resources=("shop",))
    made = _last(bank, Kind.DELEGATION)[1]
    lies = [({**changes, "id": f"lent_{n}"}, why) for n, (changes, why) in enumerate(LENT_ON)]
    _each_found(bank, lies, _lying(made))


def test_a_longer_time_than_what_it_rests_on_is_found(bank: DiskBank) -> None:
    first = lent(bank, "payer", "other", seconds=60)
    lent(bank, "other", "third")
    _again(bank, until=first.until.plus(1))
    assert "for longer than what it rests on" in _found(bank)[0]


def test_what_was_lent_on_too_often_is_found(bank: DiskBank) -> None:
    for giver, taker in (("payer", "other"), ("other", "third"), ("third", "fourth")):
        lent(bank, giver, taker)
    ref, _ = _last(bank, Kind.DELEGATION)
    _again(bank, giver="fourth", taker="fifth", parent=ref)
    assert "lent on too often" in _found(bank)[0]


def test_an_end_by_nobody_who_may_is_found(bank: DiskBank) -> None:
    made = lent(bank, "payer", "other")
    ref, _ = _last(bank, Kind.DELEGATION)
    digest = sha256_hex(made.id.encode())
    ended = DelegationEndedRecord(bank.home.now(), made.id, ref, "other", "")
    said(bank, ended, digest)
    assert "did not lend it" in _found(bank)[0]
    body = {"id": made.id, "reason": None}
    signed = replace(ended, by="ben", signature=bank.sign("ben", "end-delegation", body))
    said(bank, replace(signed, at=bank.home.now()), digest)
    assert any("`ben` does not hold the role `operate`" in one for one in _found(bank))
    said(bank, replace(ended, at=bank.home.now(), delegation=Ref(0, 0)), digest)
    assert any("it ends what was not lent" in one for one in _found(bank))


def _decided(bank: DiskBank, entry: Entry | None = None, **changes: Any) -> None:
    """Write a decision, the last one if none is given, once more with something else in it."""
    if entry is None:
        entry = next(e for e in reversed(bank.entries()) if e.record.kind is Kind.DECISION)
    made: DecisionRecord = entry.record.predicate
    given = {"at": bank.home.now(), "action_id": bank.home.ids.action_id(), **changes}
    record = Record(Kind.DECISION, "action", entry.record.digest, replace(made, **given))
    assert entry.payload is not None
    bank.home.append(record, Payload(entry.payload.body)).wait(10)


def _givers(*givers: str) -> Accountable:
    return Accountable(("ana",), ("ben",), "ana", givers)


DECISIONS: list[tuple[dict[str, Any], str]] = [
    ({"delegations": (), "accountable": _givers()}, "which was not lent"),
    ({"delegations": (Ref(0, 0),)}, "had ended, or never was"),
    ({"agent": "fourth"}, "lent to another agent"),
    ({"tool": "look"}, "`bank/look` was not lent"),
    ({"arguments": (Hidden("amount", clear="50.01"),)}, "`amount` is above what was lent"),
    ({"accountable": _givers("other")}, "it names other agents as givers"),
]


def test_a_decision_beyond_what_was_lent_is_found(bank: DiskBank) -> None:
    lent(bank, "payer", "other", caps={"amount": "50"})
    lent(bank, "other", "third")
    allowed(bank.ask(by("third", 50))).ticket.wait(10)
    entry = next(e for e in reversed(bank.entries()) if e.record.kind is Kind.DECISION)
    _each_found(bank, DECISIONS, lambda bank, **changes: _decided(bank, entry, **changes))


def test_a_decision_that_hides_what_it_rests_on_is_found(bank: DiskBank) -> None:
    lent(bank, "payer", "other")
    lent(bank, "other", "third")
    allowed(bank.ask(by("third", 50))).ticket.wait(10)
    made: DecisionRecord = _last(bank, Kind.DECISION)[1]
    _decided(bank, delegations=made.delegations[:1], accountable=_givers("other"))
    assert any("it hides what" in message for message in _found(bank)), _found(bank)


def _stop(bank: DiskBank) -> None:
    bank.stop("agent", "payer")


def _take_back(bank: DiskBank) -> None:
    first = next(e for e in bank.entries() if e.record.kind is Kind.DELEGATION)
    take_back(bank.home, "payer", first.record.predicate.id).wait(10)


def _later(bank: DiskBank) -> None:
    bank.clock.advance(3600)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (_take_back, "had ended, or never was"),
        (_later, "had ended, or never was"),
        (_stop, "while a stop was in force for `payer`"),
    ],
)
def test_a_decision_after_its_end_is_found(
    bank: DiskBank, end: Callable[[DiskBank], None], why: str
) -> None:
    lent(bank, "payer", "other")
    lent(bank, "other", "third")
    allowed(bank.ask(by("third", 50))).ticket.wait(10)
    end(bank)
    assert bank.verify().ok
    _decided(bank)
    assert any(why in message for message in _found(bank)), _found(bank)


def test_one_action_more_than_was_lent_is_found(bank: DiskBank) -> None:
    lent(bank, "payer", "other", count=1)
    allowed(bank.ask(by("other", 50))).ticket.wait(10)
    assert bank.verify().ok
    _decided(bank)
    assert any("once more than the 1 times" in message for message in _found(bank))


def test_a_whole_story_verifies(bank: DiskBank) -> None:
    lent(bank, "payer", "other", person="ben", resources=("shop", "mill"), count=3)
    lent(bank, "other", "third", resources=("shop",))
    allowed(bank.ask(by("third", 50, on_behalf_of="ben"))).ticket.wait(10)
    bank.ask(by("third", 50, note="a"))
    bank.roll()
    allowed(bank.ask(by("other", 50, on_behalf_of="ben", note="b"))).ticket.wait(10)
    _take_back(bank)
    verified = bank.verify()
    assert verified.ok, verified.findings
    raw = b"".join(path.read_bytes() for path in (bank.path / "log").rglob("*") if path.is_file())
    assert b"mill" not in raw
