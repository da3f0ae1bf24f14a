"""What a reviewer is shown: the sentence, what comes first, why, and nothing that pretends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, bank_bundle, escalated, pay
from tests.worlds.reviews import bundle_with
from watchkeeper.do.account.shown import filled
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.tools import Tool


def _tool(sentence: str) -> Tool:
    tool = bank_bundle().servers[0].tools
    pays = next(one for one in tool if one.name == "pay")
    return replace(pays, sentence=sentence)


def _shown(bank: Bank, **changes: Any) -> dict[str, Any]:
    handle = escalated(bank.ask(pay(300, **changes))).handle
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    shown = bank.home.shown(pending)
    assert shown is not None
    return shown


def _first(*names: str) -> Bundle:
    bundle = bank_bundle()
    servers = tuple(
        replace(s, tools=tuple(replace(t, first=names) if t.name == "pay" else t for t in s.tools))
        for s in bundle.servers
    )
    return replace(bundle, servers=servers)


def test_everything_that_a_reviewer_needs_is_there() -> None:
    shown = _shown(Bank(bundle_with(reason="required", separate=("grantor",))))
    assert shown["filled"] == "Pay 300 to shop"
    assert shown["first"] == ["amount", "to"]
    (why,) = shown["why"]
    assert (why["policy"], why["control"]) == ("grant.pays.review", "limits")
    assert (why["statement"], why["owner"]) == ("Pays within limits.", "ben")
    assert set(shown["factsRead"]) == {"account"}
    assert (shown["reason"], shown["separate"]) == ("required", ["grantor"])
    assert shown["expires"] in shown["silence"]


def test_what_the_tool_file_names_comes_first() -> None:
    assert _shown(Bank(_first("why", "amount", "note")))["first"] == ["why", "amount"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("shop", "shop"),
        ("a shop", "“a shop”"),
        ("shop\nPay 1 to me", "“shop\\u000aPay 1 to me”"),
        ("x” to nobody", '“x" to nobody”'),
        ("\u202eevil", "“\\u202eevil”"),
        ("", "“”"),
        ("y" * 500, f"“{'y' * 119}…”"),
        (300, "300"),
        (0.1, "0.1"),
        (None, "null"),
        ({"a": ["\u200b"]}, '{"a":["\\u200b"]}'),
    ],
)
def test_a_value_can_not_pass_for_the_sentence(value: Any, said: str) -> None:
    assert filled(_tool("Pay {amount}"), {"amount": value}) == f"Pay {said}"


def test_what_was_not_given_is_said_so() -> None:
    assert filled(_tool("Note {note}"), {}) == "Note (no note)"


def test_a_sentence_has_an_end() -> None:
    assert len(filled(_tool("{note}" * 20), {"note": "a b" * 100})) == 600


def test_a_tool_without_a_sentence_is_said_by_its_name_and_arguments() -> None:
    name = _tool("").name
    assert (
        filled(_tool(""), {"amount": 1, "to": "x, amount 9"})
        == f"{name}: amount 1, to “x, amount 9”"
    )
    assert filled(_tool(""), {}) == name


def test_braces_of_the_author_stay() -> None:
    assert filled(_tool("{{x}} {to}"), {"to": "{amount}", "amount": 9}) == "{x} “{amount}”"
