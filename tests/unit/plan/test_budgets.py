"""Shared budgets, money and history in a workspace: what compiles, is named, and differs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.remembered import HISTORY, remembering
from tests.worlds.shared import BUDGET, changed, lint_shared, shared_bundle
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.show import render_plan
from watchkeeper.records.codec import to_json
from watchkeeper.records.plan.bounds import Calendar, Happened

_TOOLS = "tools/bank.yaml"


def _budget(old: str, new: str) -> dict[str, str | None]:
    return changed("budgets.yaml", old, new)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (_budget("granted_by: ana", "granted_by: eve"), "unknown-reference"),
        (_budget("control: limits", "control: none"), "unknown-reference"),
        (_budget("[desk, shop]", "[desks]"), "unknown-reference"),
        (_budget("{systems: [desk, shop]}", "{agents: [nobody]}"), "unknown-reference"),
        (_budget("{systems: [desk, shop]}", "{tools: [bank/steal]}"), "unknown-reference"),
        (_budget("{systems: [desk, shop]}", "{}"), "empty-scope"),
        (_budget("{systems: [desk, shop]}", "{systems: [shop], agents: [payer]}"), "empty-scope"),
        (_budget("    sum: 100.00\n    currency: EUR\n", ""), "empty-budget"),
        (_budget("    currency: EUR\n", ""), "empty-budget"),
        (_budget("    sum: 100.00\n", "    count: 3\n"), "empty-budget"),
        (_budget("sum: 100.00", "sum: -1"), "empty-budget"),
        (_budget("within: 24h", "within: month"), "unknown-zone"),
        (_budget("within: 24h", "within: week\n    zone: Europe/Berlyn"), "unknown-zone"),
        (_budget("within: 24h", "within: 25h\n    zone: Europe/Berlin"), "unknown-zone"),
        (_budget("currency: EUR", "currency: USD"), "currency-never"),
        (_budget("{systems: [desk, shop]}", "{tools: [bank/swap]}"), "no-money-rule"),
        (_budget("{systems: [desk, shop]}", "{tools: [bank/read]}"), "no-money-rule"),
        ({"budgets.yaml": BUDGET + BUDGET.partition("\n")[2]}, "id-twice"),
        (changed(_TOOLS, "clear: [amount, currency]", "clear: [amount]"), "sum-not-clear"),
        (
            changed(_TOOLS, "amount: cents, always: EUR, minor: 2", "amount: cents, always: EUR"),
            "bad-money",
        ),
        (changed(_TOOLS, "currency: currency}", "currency: currency, minor: 2}"), "bad-money"),
        (changed(_TOOLS, "currency: currency}", "currency: amount}"), "bad-money"),
        (changed(_TOOLS, "currency: currency}", "currency: coin}"), "unknown-argument"),
        (changed(_TOOLS, "{amount: amount, currency: currency}", "{amount: amount}"), "bad-money"),
        (changed(_TOOLS, "{amount: amount, currency", "{amount: note, currency"), "bad-money"),
        (changed(_TOOLS, "currency: currency}", "currency: currency, always: EUR}"), "bad-money"),
    ],
)
def test_what_can_not_hold_stops_a_release(changes: dict[str, str | None], code: str) -> None:
    linted = lint_shared(changes)
    assert linted.bundle is None
    assert code in {finding.code for finding in linted.findings}


def test_what_is_only_worth_knowing_stops_nothing() -> None:
    linted = lint_shared()
    assert linted.bundle is not None
    assert "other-currencies" in {finding.code for finding in linted.findings}


def test_a_policy_may_not_pass_for_a_budget() -> None:
    forged = '@id("shared.day.desk")\n@control("limits")\nforbid (principal, action, resource);\n'
    linted = lint_shared({"policies/desk/x.forbid.cedar": forged})
    assert linted.bundle is None


def test_a_rule_names_only_who_shares() -> None:
    one = shared_bundle(_budget("{systems: [desk, shop]}", "{agents: [payer], tools: [bank/pay]}"))
    [policy] = [policy for policy in one.policies if policy.grant]
    assert (policy.id, policy.grant, policy.control) == ("shared.day", "shared.day", "limits")
    assert '[Agent::"payer"].contains(principal)' in policy.text
    assert policy.actions == ("bank/pay",)


@pytest.mark.parametrize(
    ("within", "seconds", "calendar"),
    [
        ("90m", 5_400, None),
        ("day\n    zone: Europe/Berlin", 86_400, None),
        ("7d\n    zone: Europe/Berlin", 604_800, None),
        ("week\n    zone: Europe/Berlin", 604_800, Calendar.WEEK),
        ("month\n    zone: Europe/Berlin", 31 * 86_400, Calendar.MONTH),
    ],
)
def test_windows_compile(within: str, seconds: int, calendar: Calendar | None) -> None:
    [budget] = shared_bundle(_budget("within: 24h", f"within: {within}")).shared_budgets
    assert (budget.budget.seconds, budget.budget.calendar) == (seconds, calendar)


def test_a_plan_without_any_is_written_as_it_was() -> None:
    plain = to_json(shared_bundle({"budgets.yaml": None}))
    assert "sharedBudgets" not in plain
    assert not any("history" in system for system in plain["systems"])
    assert not any('"shared"' in schema for schema in plain["cedarSchemas"].values())


_WEAKER = [
    ({"budgets.yaml": None}, "is gone"),
    (_budget("sum: 100.00", "sum: 100.01"), "at most 100.01 EUR"),
    (_budget("    sum", "    count: 5\n    sum"), None),
    (_budget("within: 24h", "within: 12h"), "its window"),
    (_budget("[desk, shop]", "[desk]"), "no longer counts `seller`"),
    (
        changed(
            _TOOLS, "amount: cents, always: EUR, minor: 2", "amount: cents, always: EUR, minor: 4"
        ),
        "worth",
    ),
]


@pytest.mark.parametrize(("changes", "words"), _WEAKER)
def test_what_became_weaker_is_named(changes: dict[str, str | None], words: str | None) -> None:
    found = diff_bundles(shared_bundle(), shared_bundle(changes))
    if words is None:
        assert found.weakenings == ()
        assert found.strengthenings
    else:
        assert any(words in weaker for weaker in found.weakenings)
        back = diff_bundles(shared_bundle(changes), shared_bundle())
        assert back.changes


def test_a_currency_that_changed_is_named() -> None:
    yen = _budget("currency: EUR", "currency: JPY")
    yen |= changed(_TOOLS, "always: EUR", "always: JPY")
    found = diff_bundles(shared_bundle(), shared_bundle(yen))
    assert any("begins at nothing" in weaker for weaker in found.weakenings)


def test_a_plan_in_words_says_who_shares_what() -> None:
    text = render_plan(shared_bundle({**remembering(), "budgets.yaml": BUDGET}))
    assert "clerk, payer, seller share budget day, by ana:" in text
    assert "at most EUR 100.00 in all in 1 day over bank/move, bank/pay" in text
    assert "fact history.paid_before: succeeded of bank/move, bank/pay" in text


def _history(old: str, new: str) -> dict[str, str | None]:
    assert old in HISTORY
    return remembering(HISTORY.replace(old, new), "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (_history("within: 30d", "within: 91d"), "history-too-long"),
        (_history("[bank/pay, bank/move]", "[bank/steal]"), "unknown-reference"),
        (_history("tools: [bank/pay, bank/move], ", ""), "counts-nothing"),
        (_history("[bank/pay, bank/move], same", "[bank/swap], same"), "counts-nothing"),
        (_history('"argument:to"', '"argument:amount"'), "unknown-argument"),
        (_history('"argument:to"', '"argument:note"'), "unknown-argument"),
        (_history("untrusted-since-word,", "untrusted-since-word, same: agent,"), "bad-history"),
    ],
)
def test_facts_that_say_nothing_stop_a_release(changes: dict[str, str | None], code: str) -> None:
    linted = lint_shared(changes)
    assert linted.bundle is None
    assert code in {finding.code for finding in linted.findings}


def test_facts_are_offered_where_they_can_be_had() -> None:
    bundle = shared_bundle(remembering())
    facts: dict[str, Any] = {
        fact.name: fact for system in bundle.systems for fact in system.history
    }
    assert facts["paid_before"].offered == ("bank/move", "bank/pay", "bank/read", "bank/tell")
    assert facts["failed_before"].offered == tuple(
        f"bank/{name}" for name in ("move", "pay", "read", "swap", "tell")
    )
    assert facts["tainted"].kind is Happened.UNTRUSTED
    assert facts["tainted"].tools == ("bank/read",)


def test_a_changed_fact_begins_anew_and_is_named() -> None:
    old, new = shared_bundle(remembering()), shared_bundle(_history("within: 30d", "within: 20d"))
    found = diff_bundles(old, new)
    assert any("begins anew" in weaker for weaker in found.weakenings)
    gone = diff_bundles(old, shared_bundle({"budgets.yaml": None}))
    assert any("no longer kept" in weaker for weaker in gone.weakenings)
