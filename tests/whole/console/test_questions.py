"""Asking back, and taking an approval back, in a real browser."""

from typing import Any

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.pages import Desk, looking, served
from tests.worlds.reviews import ask_back, bundle_with
from watchkeeper.loop.answering import answer_question
from watchkeeper.loop.steps import Escalated
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer


def verdicts(desk: Desk) -> list[Answer]:
    found = desk.bank.entries()
    return [e.record.predicate.answer for e in found if e.record.kind is Kind.VERDICT]


def kinds(desk: Desk) -> list[Kind]:
    return [entry.record.kind for entry in desk.bank.entries()]


def test_a_person_asks_back_and_reads_the_answer(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        look.page.wait_for_selector("html[data-watched]")
        look.page.keyboard.press("q")
        look.page.keyboard.type("Is this the order of <b>May</b>?")
        look.page.click("[data-say=ask]")
        look.page.wait_for_selector("html[data-decided=pending]")
        assert not look.page.is_visible(".changed")
        answer_question(desk.bank.home, "payer", handle, "Yes: <i>order 17</i>")
        look.page.wait_for_selector(".changed", state="visible")
        look.page.keyboard.press("l")
        look.page.wait_for_selector(".talk")
        talk = look.page.inner_text(".talk")
        assert "Is this the order of <b>May</b>?" in talk
        assert "Yes: <i>order 17</i>" in talk
        look.settle()
        look.page.keyboard.press("a")
        look.page.wait_for_selector("html[data-decided=approved]")
        assert look.seen == []
    assert kinds(desk)[-3:] == [Kind.QUESTION, Kind.ANSWER, Kind.VERDICT]


def test_a_question_must_be_written(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        look.page.keyboard.press("q")
        look.page.click("[data-say=ask]")
        assert look.page.inner_text(".told") == "Write a question first."
        look.page.keyboard.press("Escape")
        assert not look.page.is_visible("#question")
        assert look.page.evaluate("document.activeElement.dataset.key") == "q"
    assert Kind.QUESTION not in kinds(desk)


def test_a_verdict_on_a_view_from_before_the_answer_is_refused(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        ask_back(desk.bank, handle, "cyd")
        look.page.wait_for_selector(".changed", state="visible")
        look.page.keyboard.press("a")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert "something was said since" in look.page.inner_text(".told")
    assert verdicts(desk) == []


def test_an_approval_is_taken_back_before_release(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        look.page.keyboard.press("a")
        look.page.wait_for_selector("html[data-decided=approved]")
        look.page.click("text=See how it stands")
        look.page.wait_for_selector("[data-say=withdraw]")
        look.settle()
        look.page.keyboard.press("w")
        look.page.wait_for_selector("html[data-decided=pending]")
        assert look.page.inner_text(".told").startswith("Taken back.")
        assert look.seen == []
    assert verdicts(desk) == [Answer.APPROVE, Answer.WITHDRAW]
    assert isinstance(desk.bank.come_back(handle), Escalated)


def test_what_was_released_is_not_taken_back(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    desk.bank.approve(handle, "ben")
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        allowed(desk.bank.come_back(handle))
        look.page.wait_for_selector(".changed", state="visible")
        look.page.keyboard.press("w")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert "can not be taken back any more" in look.page.inner_text(".told")
    assert verdicts(desk) == [Answer.APPROVE]


def test_where_the_plan_asks_for_a_reason_approving_does_too(browser: Any) -> None:
    with served(bundle=bundle_with(reason="required")) as desk:
        handle = escalated(desk.bank.ask(pay(300))).handle
        with looking(browser, desk, "ben") as look:
            look.open(f"/e/{handle}")
            look.page.keyboard.press("a")
            look.page.click("[data-say=approve]")
            assert look.page.inner_text(".told") == "A reason is needed to approve this."
            look.page.fill("#grounds", "The customer called.")
            look.page.click("[data-say=approve]")
            look.page.wait_for_selector("html[data-decided=approved]")
            assert look.seen == []
        entry = next(e for e in desk.bank.entries() if e.record.kind is Kind.VERDICT)
        assert entry.payload is not None
        assert entry.payload.body["reason"] == "The customer called."
