"""Nothing that a reviewer is shown tells a planted escalation from a real one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.worlds.bank import escalated, pay
from tests.worlds.drills import (
    SOON,
    a_case,
    committed,
    drilled,
    handle_of,
    planted,
    the_plant,
    turn,
)
from tests.worlds.pages import Desk
from watchkeeper.console.pages.table import API
from watchkeeper.loop.drills.planting import plant_due
from watchkeeper.records.kinds import Kind

_MADE_UP = (
    (re.compile(r"esc_[0-9a-f]{32}"), "HANDLE"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "ACTION"),
    (re.compile(r"[0-9]{16}\.[0-9a-f]{64}"), "RECEIPT"),
    (re.compile(r"[0-9a-f]{64}"), "DIGEST"),
    (re.compile(r"[0-9a-f]{32}"), "SALT"),
    (re.compile(r"[A-Za-z0-9_-]{43}"), "CSRF"),
    (re.compile(r"2026-[0-9T:.-]+Z"), "TIME"),
    (re.compile(r"2026-11-2[0-9] [0-9:]+ UTC|[0-9]{2}:[0-9]{2} UTC"), "TIME"),
    (re.compile(r"\b0/[0-9]+|0%2F[0-9]+|&#34;(index|at)&#34;:[0-9]+"), "PLACE"),
    (re.compile(r"[A-Za-z0-9+/]{80,}={0,2}"), "SIGNED"),
    (re.compile(r"\brecord [0-9]+\b|\b[0-9]+ records\b"), "PLACE"),
)


def _plain(text: str) -> str:
    for pattern, name in _MADE_UP:
        text = pattern.sub(name, text)
    return text


def _desk(*, fake: bool) -> tuple[Desk, str, str]:
    """One of two worlds that differ in whether anybody asked for the payment."""
    desk = Desk("http://localhost:8932", bundle=drilled())
    bank = desk.bank
    bank.ask(pay(20, trace={"messageId": "7"}, claimed={"model": "m"}, note="before"))
    if fake:
        found = planted(bank)
        return desk, handle_of(bank, found), found.action_id
    # The other world has a commitment too: to a case that does not come.
    committed(bank)
    bank.clock.advance(SOON)
    arguments = dict(a_case()["arguments"])
    call = pay(300, to=arguments["to"], trace={"messageId": "8"}, claimed={"model": "m"})
    waits = escalated(bank.ask(call))
    return desk, waits.handle, waits.decision_id


@pytest.fixture(scope="module")
def worlds() -> tuple[tuple[Desk, str, str], tuple[Desk, str, str]]:
    return _desk(fake=True), _desk(fake=False)


@pytest.mark.parametrize(
    "path",
    ["/", "/e/{handle}", "/d/{action}", "/live", "/agents", "/agents/payer", "/unknown", "/stops"],
)
@pytest.mark.parametrize("person", ["ben", "ana"])
def test_the_pages_are_the_same(worlds: Any, path: str, person: str) -> None:
    (fake, fakes, faked), (real, reals, realed) = worlds
    one = fake.get(path.format(handle=fakes, action=faked), person)
    other = real.get(path.format(handle=reals, action=realed), person)
    assert (one.status_code, other.status_code) == (200, 200)
    assert _plain(one.text) == _plain(other.text)
    for word in ("plant", "drill", "made up", "commitment"):
        assert word not in one.text.lower()


@pytest.mark.parametrize(
    "path",
    ["/escalations", "/escalations/{handle}", "/decisions", "/decisions/{action}", "/agents"],
)
def test_so_is_their_json(worlds: Any, path: str) -> None:
    (fake, fakes, faked), (real, reals, realed) = worlds
    one = fake.get(API + path.format(handle=fakes, action=faked)).json()
    other = real.get(API + path.format(handle=reals, action=realed)).json()
    assert _keys(one) == _keys(other)
    assert _plain(json.dumps(one, sort_keys=True)) == _plain(json.dumps(other, sort_keys=True))


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keys(inner) for key, inner in sorted(value.items())}
    return [_keys(inner) for inner in value] if isinstance(value, list) else None


def test_the_records_have_the_same_form(worlds: Any) -> None:
    (fake, _, faked), (real, _, realed) = worlds
    one, other = (
        next(e for e in desk.bank.entries() if getattr(e.record.predicate, "action_id", "") == name)
        for desk, name in ((fake, faked), (real, realed))
    )
    assert one.record.kind is other.record.kind is Kind.DECISION
    made, asked = one.record.predicate, other.record.predicate
    assert made.point == asked.point
    assert made.claimed == asked.claimed
    assert [t.name for t in made.trace] == [t.name for t in asked.trace]
    assert [a.name for a in made.arguments] == [a.name for a in asked.arguments]
    assert [f.source for f in made.facts] == [f.source for f in asked.facts]
    assert made.escalation.words == asked.escalation.words
    assert one.payload is not None
    assert other.payload is not None
    assert set(one.payload.body) == set(other.payload.body)
    assert _keys(one.payload.body["facts"]) == _keys(other.payload.body["facts"])


def test_an_agent_with_as_many_as_it_may_have_gets_no_odd_one() -> None:
    """One more than the limit could only be made up: it is not planted."""
    desk = Desk("http://localhost:8932", bundle=drilled())
    bank = desk.bank
    limit = bank.home.enforcer.bundle.limits.pending_per_agent
    assert limit > 5
    from dataclasses import replace

    few = replace(bank.home.enforcer.bundle, limits=replace(desk.limits, pending_per_agent=2))
    bank.release(few)
    for number in range(2):
        escalated(bank.ask(pay(300 + number, note=str(number))))
    committed(bank)
    bank.clock.advance(SOON)
    assert plant_due(bank.kernel) == []
    assert the_plant(bank).decision is None


def test_before_it_is_revealed_its_case_is_on_no_page() -> None:
    desk = Desk("http://localhost:8932", bundle=drilled())
    committed(desk.bank, a_case(wrong="a very telling fault"))
    for path in ("/", "/live", "/agents/payer"):
        assert "shell" not in desk.get(path, "ana").text
    desk.bank.clock.advance(SOON)
    turn(desk.bank)
    for path in ("/", "/live"):
        assert "telling" not in desk.get(path, "ana").text
