"""`do standing` and `do away`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import approved, more, standing_plan
from tests.worlds.terminal import at_a_terminal, do
from watchkeeper import wiring
from watchkeeper.verify import Verification, verify_log


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where Ben approved one payment, and another waits."""
    home = tmp_path / "home"
    bank = DiskBank(home, standing_plan(), start=wiring.clock().wall().plus(-60))
    approved(bank, "ben")
    asked = bank.ask(more(300))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    bank.close()
    at_a_terminal(tmp_path, home, monkeypatch, ("ana", "ben", "dan"))
    return home


def _approved(home: Path) -> str:
    waiting = json.loads(do("pending", "--by", "ben", "--json"))[0]["handle"]
    do("approve", waiting, "--by", "ben", "--yes")
    return str(waiting)


def test_the_next_ones_are_approved_ahead_listed_and_ended(home: Path) -> None:
    handle = _approved(home)
    assert "nothing is approved ahead" in do("standing", "--by", "ben")
    said = do("standing", handle, "--by", "ben", "--count", "2", "--within", "30m")
    assert "2 more, until" in said
    (held,) = json.loads(do("standing", "--by", "ana", "--json"))
    assert (held["by"], held["count"], held["used"], held["caps"]) == (
        "ben",
        2,
        0,
        {"amount": "400.00"},
    )
    listed = do("standing", "--by", "ana")
    assert (
        f"{held['id']}  ben as lead: 2 of 2 left for payer to bank/pay, amount up to 400.00"
        in listed
    )
    assert "may be made" in do("standing", handle, "--by", "ben", code=2)
    assert "holds no more" in do("standing", "--end", held["id"], "--by", "ben", "--why", "enough")
    assert "nothing is approved ahead" in do("standing", "--by", "ben")


def test_narrower_caps_and_the_same_resource_are_taken_and_wider_ones_not(home: Path) -> None:
    handle = _approved(home)
    do("standing", handle, "--by", "ben", "--most", "amount=500", code=2)
    do("standing", handle, "--by", "ben", "--most", "amount", code=2)
    do("standing", handle, "--by", "ben", "--within", "9d", code=2)
    do("standing", handle, "--by", "ben", "--within", "soon", code=2)
    do("standing", handle, "--by", "ben", "--most", "amount=250.00", "--same-resource")
    (held,) = json.loads(do("standing", "--by", "ben", "--json"))
    assert (held["caps"], held["sameResource"], held["count"]) == ({"amount": "250.00"}, True, 3)
    assert ", on one thing alone" in do("standing", "--by", "ben")


def test_a_deputy_answers_while_the_holder_is_away(home: Path) -> None:
    assert "nobody is away" in do("away", "--by", "ben")
    do("away", "dan", "--by", "ben", code=2)
    do("away", "dan", "--by", "ben", "--role", "lead", "--until", "whenever", code=2)
    do("away", "ana", "--by", "ben", "--role", "lead", "--until", "2099-01-01", code=2)
    until = str(wiring.clock().wall().plus(86_400))[:19] + "Z"
    assert "dan stands in for ben until" in do(
        "away", "dan", "--by", "ben", "--role", "lead", "--until", until
    )
    assert "ben is away from lead: dan stands in" in do("away", "--by", "dan")
    waiting = json.loads(do("pending", "--by", "ben", "--json"))[0]["handle"]
    do("approve", waiting, "--by", "dan", "--yes", code=2)
    do("approve", waiting, "--by", "dan", "--for", "ana", "--yes", code=2)
    assert "asked" in do("ask", waiting, "which invoice?", "--by", "dan", "--for", "ben")
    assert "approved" in do("approve", waiting, "--by", "dan", "--for", "ben", "--yes")
    (away,) = json.loads(do("away", "--by", "ana", "--json"))
    assert "is over" in do("away", "--end", away["id"], "--by", "ana", "--why", "back")
    assert "nobody is away" in do("away", "--by", "ben")


def test_what_was_typed_holds_to_log_verify(home: Path) -> None:
    do("standing", _approved(home), "--by", "ben", "--count", "1")
    assert "1 standing approvals" in _step(verify_log(home, workers=1), 24)


def _step(found: Verification, number: int) -> str:
    assert found.ok, found.findings
    return next(step.detail for step in found.steps if step.number == number)
