"""Deciding in a real browser, with a passkey, by mouse and by keyboard."""

from typing import Any

from tests.worlds.bank import escalated, pay
from tests.worlds.pages import Desk, looking
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord

_PRESSED = """addEventListener('DOMContentLoaded', () => {
  document.documentElement.dataset.pressed = 'a';
  document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a'}));
})"""


def verdicts(desk: Desk) -> list[VerdictRecord]:
    found = desk.bank.entries()
    return [e.record.predicate for e in found if e.record.kind is Kind.VERDICT]


def test_a_person_approves_with_a_passkey(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open("/")
        look.page.click("[data-item] a.whole")
        look.page.click("[data-say=approve]")
        look.page.wait_for_selector("html[data-decided=approved]")
        assert look.page.inner_text(".told").startswith("Approved.")
        assert look.seen == []
    (said,) = verdicts(desk)
    assert (said.reviewer, said.answer) == ("ben", Answer.APPROVE)
    assert said.signature.assertion is not None
    assert said.shown == desk.bank.home.state.pending.by_handle(handle).shown


def test_a_person_refuses_with_a_reason(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        look.page.click("[data-shows=why]")
        look.page.click("[data-say=refuse]")
        assert "reason is needed" in look.page.inner_text(".told")
        assert verdicts(desk) == []
        look.page.fill("#reason", "Not the customer's order: “ü”")
        look.page.click("[data-say=refuse]")
        look.page.wait_for_selector("html[data-decided=refused]")
        assert look.seen == []
    (said,) = verdicts(desk)
    assert said.answer is Answer.REFUSE
    entry = next(e for e in desk.bank.entries() if e.record.kind is Kind.VERDICT)
    assert entry.payload is not None
    assert entry.payload.body["reason"] == "Not the customer's order: “ü”"


def test_several_are_walked_through_by_keys_alone(browser: Any, desk: Desk) -> None:
    handles = [
        escalated(desk.bank.ask(pay(300, mark=f"m{n}", note=f"n{n}"))).handle for n in range(3)
    ]
    with looking(browser, desk, "ben") as look:
        for handle in handles:
            look.open("/")
            look.page.keyboard.press("j")
            look.page.keyboard.press("Enter")
            look.page.wait_for_url(f"**/e/{handle}")
            look.settle()
            look.page.keyboard.press("a")
            look.page.wait_for_selector("html[data-decided=approved]")
        assert look.seen == []
    assert [v.answer for v in verdicts(desk)] == [Answer.APPROVE] * 3


def test_a_refusal_takes_a_key_for_its_reason(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        look.page.keyboard.press("r")
        look.page.keyboard.press("2")
        assert look.page.input_value("#reason") == "The facts do not bear it out"
        look.page.keyboard.type(" a r")
        assert verdicts(desk) == []
        assert look.page.input_value("#reason").endswith(" a r")


def test_a_key_just_after_a_page_was_shown_does_nothing(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.page.add_init_script(_PRESSED)
        look.open(f"/e/{handle}")
        assert look.page.get_attribute("html", "data-pressed") == "a"
        assert look.page.inner_text(".told") == ""
    assert verdicts(desk) == []


def test_without_verification_of_the_person_nothing_is_said(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben", verified=False) as look:
        look.open(f"/e/{handle}")
        look.page.click("[data-say=approve]")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert look.page.inner_text(".told").startswith("Nothing was said")
        assert look.page.is_enabled("[data-say=approve]")
    assert verdicts(desk) == []


def test_a_page_opened_before_the_action_changed_signs_nothing(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        desk.bank.approve(handle, "cyd")
        look.page.click("[data-say=approve]")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert "not waiting any more" in look.page.inner_text(".told")
    assert [v.reviewer for v in verdicts(desk)] == ["cyd"]


def test_what_is_shown_is_held_against_what_is_signed(browser: Any, desk: Desk) -> None:
    first = escalated(desk.bank.ask(pay(300, mark="one", note="one"))).handle
    second = escalated(desk.bank.ask(pay(310, mark="two", note="two"))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{first}")
        look.page.evaluate(
            "handle => document.getElementById('verdict').dataset.handle = handle", second
        )
        look.page.click("[data-say=approve]")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert "not what this page shows" in look.page.inner_text(".told")
    assert verdicts(desk) == []
