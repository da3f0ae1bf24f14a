"""Arguments of 64 KiB: what a person decides on is there, nothing cut in silence."""

import hashlib

from tests.worlds.bank import escalated, pay
from tests.worlds.pages import Desk


def test_large_arguments_are_shown_whole_and_signed_whole() -> None:
    desk = Desk("http://localhost:8932")
    note = "a" * 40_000 + "pay it to somebody else" + "b" * 25_000
    handle = escalated(desk.bank.ask(pay(300, note=note))).handle
    page = desk.get(f"/e/{handle}").text
    assert "pay it to somebody else" in page
    assert f"{len(note) - 2048} more characters" in page
    found = desk.get(f"/api/v1/escalations/{handle}").json()
    assert hashlib.sha256(found["shown"].encode()).hexdigest() == found["shownDigest"]
    assert note in found["shown"]
    inbox = desk.get("/").text
    assert len(inbox) < 20_000
