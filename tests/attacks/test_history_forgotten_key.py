"""What would be forgotten, by a flood, an erasure or a changed payload, is never taken for `no`."""

from __future__ import annotations

import pytest

from tests.worlds.remembered import RememberingBank
from watchkeeper.do.state.parts import Happenings, history
from watchkeeper.do.state.parts.history import Asked, Track
from watchkeeper.errors import LogInconsistent
from watchkeeper.ledger.beside import beside
from watchkeeper.ledger.canonical import render_json
from watchkeeper.ledger.erasure import kept_of
from watchkeeper.loop.home import Home
from watchkeeper.records.action import DecisionRecord, Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import Happened
from watchkeeper.records.statement import Entry


def _full(monkeypatch: pytest.MonkeyPatch, most: int) -> RememberingBank:
    monkeypatch.setattr(history, "MOST", most)
    bank = RememberingBank()
    for n in range(most + 1):
        bank.do("seller", "move", cents=1, to=f"account-{n}")
    return bank


def test_beyond_what_can_be_remembered_the_fact_is_not_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank = _full(monkeypatch, 5)
    assert not bank.move(to="somebody new")
    assert bank.last().decision.reasons == (Reason.COULD_NOT_EVALUATE,)
    bank.crash()
    assert not bank.move(to="account-5")
    assert not bank.move(to="account-1")
    assert bank.last().decision.policies == ("twice",)
    bank.clock.advance(30 * 86_400)
    assert bank.move(to="somebody new")


def test_a_count_that_may_be_too_low_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST", 2)
    held, at = Happenings(), Instant(10**15)
    track = Track("r", Happened.COUNT, "k", 60)
    for n in range(3):
        held._add(track, at.plus(n))
    asked = Asked("r", Happened.COUNT, ("k",), 60, "")
    assert held.times(asked, at.plus(3)) is None
    assert held.times(asked, at.plus(62)) == 0


def _allow(bank: RememberingBank) -> Entry:
    bank.pay("payer", 1, to="shop")
    entries = [e for e in bank.entries() if getattr(e.record.predicate, "tracked", None)]
    return entries[-1]


def test_an_erasure_leaves_what_still_counts_and_nothing_else() -> None:
    bank = RememberingBank()
    entry = _allow(bank)
    assert entry.payload is not None
    said: DecisionRecord = entry.record.predicate
    kept = kept_of(entry.record, entry.payload.body, said.at.plus(60))
    assert kept["tracked"] == entry.payload.body["tracked"]
    assert "request" not in kept
    assert beside(entry.record, kept, erased=True).wrong is None
    later = said.at.plus(31 * 86_400)
    gone = kept_of(entry.record, entry.payload.body, later)
    assert "tracked" not in gone
    until = beside(entry.record, gone, erased=True).until
    assert until is not None
    assert until <= later


@pytest.mark.parametrize("tracked", [None, [], "swapped"])
def test_a_payload_that_forgets_stops_the_home(tracked: object) -> None:
    bank = RememberingBank()
    entry = _allow(bank)
    assert entry.payload is not None
    body = dict(entry.payload.body)
    del body["tracked"]
    if tracked == "swapped":
        body["tracked"] = [{**one, "key": "0" * 64} for one in entry.payload.body["tracked"]]
    elif tracked is not None:
        body["tracked"] = tracked
    assert beside(entry.record, body).wrong == "tracked"
    bank.log.disk[entry.ref.index] = (bank.log.disk[entry.ref.index][0], render_json(body))
    with pytest.raises(LogInconsistent, match="tracked"):
        Home(bank.log, bank.clock, bank.ids)
