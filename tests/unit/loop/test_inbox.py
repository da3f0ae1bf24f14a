"""What waits for people, in short and one by one."""

from pathlib import Path

import pytest

from tests.worlds.bank import Bank, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.loop.inbox import Inbox, bars_of, view_digest
from watchkeeper.loop.inbox.receipts import opened_at, receipt_of


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_what_waits_is_there_for_who_holds_the_role(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    handle = escalated(bank.ask(pay(300))).handle
    page = inbox.items("ben")
    assert [item.summary.handle for item in page.items] == [handle]
    assert page.items[0].mine.may
    assert page.items[0].mine.roles == ("lead",)
    assert inbox.items("nobody").total == 0
    assert inbox.open(handle, "nobody") is None


def test_an_inbox_opened_later_says_the_same(bank: Bank) -> None:
    first = Inbox(bank.home)
    handle = escalated(bank.ask(pay(300))).handle
    kept = first.summary(handle)
    bank.crash()
    assert Inbox(bank.home).summary(handle) == kept


def test_who_has_approved_may_not_do_so_again(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    handle = escalated(bank.ask(pay(20, why="broken"))).handle
    bank.approve(handle, "ben")
    (item,) = inbox.items("ben").items
    assert item.approved_by == ("ben",)
    assert not item.mine.may
    assert inbox.items("cyd").items[0].mine.may


def test_pages_follow_one_another_without_gap(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    handles = [escalated(bank.ask(pay(300, note=f"n{n}"))).handle for n in range(3)]
    first = inbox.items("ben", limit=2)
    rest = inbox.items("ben", first.cursor, limit=2)
    assert [i.summary.handle for i in (*first.items, *rest.items)] == handles
    assert (first.total, rest.cursor) == (3, None)


def test_like_actions_stand_together(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    like = [escalated(bank.ask(pay(300, note=f"n{n}"))).handle for n in range(2)]
    bank.ask(pay(20, why="broken", note="other"))
    (group,) = inbox.groups("ben")
    assert group.handles == tuple(like)


def test_what_is_opened_says_what_the_agent_did_and_what_is_left(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    bank.ask(pay(100, note="before"))
    handle = escalated(bank.ask(pay(300))).handle
    opened = inbox.open(handle, "ben")
    assert opened is not None
    assert view_digest(opened.view) == opened.view_digest
    assert [done["outcome"] for done in opened.view["lately"]] == ["allow"]
    assert opened.view["similar"] == opened.view["lately"]  # the same account
    used = {bar["unit"]: bar["used"] for bar in opened.view["budgets"]}
    assert used == {"actions": "1", "amount": "100.0"}


def test_no_value_of_another_action_stands_in_a_view(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    bank.ask(pay(100, note="before", to="hidden-shop"))
    opened = inbox.open(escalated(bank.ask(pay(300))).handle, "ben")
    assert opened is not None
    assert "hidden-shop" not in str(opened.view)


def test_what_the_log_lost_is_not_remembered(bank: Bank) -> None:
    inbox = Inbox(bank.home)
    bank.log.holding = True
    bank.ask(pay(100, note="lost"))
    bank.log.broken = True
    bank.log.write()
    bank.log.broken = bank.log.holding = False
    bank.kernel.tick()
    handle = escalated(bank.ask(pay(300))).handle
    opened = inbox.open(handle, "ben")
    assert opened is not None
    assert opened.view["lately"] == []


def test_a_receipt_holds_for_one_person_one_handle_and_one_view(bank: Bank) -> None:
    at = bank.home.now()
    receipt = receipt_of(b"secret", "esc_1", "ben", "v", at)
    assert opened_at(b"secret", "esc_1", "ben", "v", receipt) == at
    for secret, handle, person, view, said in (
        (b"other", "esc_1", "ben", "v", receipt),
        (b"secret", "esc_2", "ben", "v", receipt),
        (b"secret", "esc_1", "cyd", "v", receipt),
        (b"secret", "esc_1", "ben", "w", receipt),
        (b"secret", "esc_1", "ben", "v", f"1{receipt}"),
        (b"secret", "esc_1", "ben", "v", "9" * 400),
        (b"secret", "esc_1", "ben", "v", "x.é"),
        (b"secret", "esc_1", "ben", "v", ""),
    ):
        assert opened_at(secret, handle, person, view, said) is None


def test_bars_say_what_each_cap_holds(bank: Bank) -> None:
    bank.ask(pay(100))
    bars = bars_of(bank.home, "payer", None, bank.home.now())
    assert {(bar.unit, bar.used, bar.cap) for bar in bars} == {
        ("actions", "1", "6"),
        ("amount", "100.0", "500.0"),
    }
    assert bars_of(bank.home, "payer", "bank/look", bank.home.now()) == ()


def test_an_erasure_leaves_no_value_in_memory(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    inbox = Inbox(bank.home)
    waiting = escalated(bank.ask(pay(300, to="maria", on_behalf_of="maria")))
    assert waiting.ticket is not None
    waiting.ticket.wait(10)
    handle = waiting.handle
    assert "maria" in repr(inbox.summary(handle))
    bank.erase(subject="maria")
    assert "maria" not in repr(inbox._summaries)
    assert "maria" not in repr(inbox.summary(handle))
    bank.close()
