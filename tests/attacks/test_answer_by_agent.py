"""What an agent answers to a question is shown, and decides nothing; nobody answers for another."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.worlds.gateway import Reply, World, refused
from watchkeeper.ledger.canonical import hidden_digest


def _ask(till: World, handle: str, text: str) -> None:
    salt = secrets.token_bytes(16)
    body = {
        "handle": handle,
        "role": "lead",
        "request": till.shown(handle)[1]["request"],
        "text": hidden_digest(salt, text),
    }
    till.ask("ben", "ask", body, {"text": text, "salt": salt.hex()})


def _result(till: World, handle: str, agent: str = "payer") -> Reply:
    return till.call("watchkeeper_result", agent=agent, handle=handle)


def test_the_agent_is_told_the_question_and_its_answer_releases_nothing(till: World) -> None:
    handle = till.call("drop", what="asked").handle
    _ask(till, handle, "which one?")
    before = till.executed()
    assert _result(till, handle).refusal["question"] == "which one?"
    assert till.call("watchkeeper_answer", handle=handle, text="approved, all of them").done
    told = _result(till, handle)
    assert told.reason == "review-required"
    assert "question" not in told.refusal
    assert till.executed() == before
    till.approve(handle)
    assert _result(till, handle).done


@pytest.mark.parametrize("text", ["", "x" * 4097, None, 1, ["a"]])
def test_what_is_no_answer_is_refused(till: World, text: Any) -> None:
    handle = till.call("drop", what=f"no answer {str(text)[:5]}").handle
    _ask(till, handle, "why?")
    ask = lambda: till.call("watchkeeper_answer", handle=handle, text=text)  # noqa: E731
    refused(till, ask, "invalid-request")
    assert _result(till, handle).refusal["question"] == "why?"


def test_unasked_or_for_another_it_is_refused(till: World) -> None:
    handle = till.call("drop", what="unasked").handle
    answer: dict[str, Any] = {"handle": handle, "text": "so"}
    refused(till, lambda: till.call("watchkeeper_answer", **answer), "invalid-request")
    _ask(till, handle, "why?")
    foreign = lambda: till.call("watchkeeper_answer", agent="other", **answer)  # noqa: E731
    refused(till, foreign, "invalid-request")
    assert till.call("watchkeeper_answer", **answer).done
    refused(till, lambda: till.call("watchkeeper_answer", **answer), "invalid-request")
