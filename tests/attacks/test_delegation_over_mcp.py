"""Agents lend over MCP, and nothing that they say lends more than they hold."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.worlds.gateway import Reply, World, refused
from watchkeeper.records.kinds import Kind


def _lend(till: World, agent: str = "payer", **said: Any) -> Reply:
    return till.call("watchkeeper_delegate", agent=agent, **said)


def _lent(till: World, agent: str = "payer", **said: Any) -> dict[str, Any]:
    found: dict[str, Any] = _lend(till, agent, **said).result["structuredContent"]["watchkeeper"]
    return found


def _pay(till: World, agent: str, amount: float = 5) -> Reply:
    return till.call("pay", agent=agent, to="x", amount=amount, key=secrets.token_hex(8))


def test_what_is_lent_is_used_lent_on_and_taken_back(lenders: World) -> None:
    till = lenders
    refused(till, lambda: _pay(till, "other"), "no-authority")
    made = _lent(till, grant="pays", to="other", most={"amount": 20}, seconds=600)
    assert made["most"] == {"amount": "20"}
    assert _pay(till, "other", 20).done
    refused(till, lambda: _pay(till, "other", 20.01), "no-authority")
    again = _lent(till, "other", grant="pays", to="stranger", count=1)
    assert again["until"] == made["until"]
    assert _pay(till, "stranger").done
    refused(till, lambda: _pay(till, "stranger"), "no-authority")
    refused(till, lambda: _lend(till, "stranger", end=made["id"]), "invalid-request")
    assert _lent(till, end=made["id"]) == {"ended": made["id"]}
    refused(till, lambda: _pay(till, "other"), "no-authority")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"grant": "pays"},
        {"grant": "pays", "to": "payer"},
        {"grant": "pays", "to": "nobody"},
        {"grant": "gifts", "to": "other"},
        {"grant": "nothing", "to": "other"},
        {"grant": "pays", "to": "other", "most": {"amount": 150.01}},
        {"grant": "pays", "to": "other", "most": {"amount": "NaN"}},
        {"grant": "pays", "to": "other", "most": {"amount": True}},
        {"grant": "pays", "to": "other", "most": {"to": 5}},
        {"grant": "pays", "to": "other", "most": []},
        {"grant": "pays", "to": "other", "actions": ["till/give"]},
        {"grant": "pays", "to": "other", "actions": []},
        {"grant": "pays", "to": "other", "actions": "till/pay"},
        {"grant": "pays", "to": "other", "resources": ["x"]},
        {"grant": "pays", "to": "other", "seconds": 3601},
        {"grant": "pays", "to": "other", "seconds": 0},
        {"grant": "pays", "to": "other", "seconds": -5},
        {"grant": "pays", "to": "other", "seconds": 1e300},
        {"grant": "pays", "to": "other", "seconds": True},
        {"grant": "pays", "to": "other", "count": 0},
        {"grant": "pays", "to": "other", "count": "1"},
        {"grant": "pays", "to": "other", "for": "ben"},
        {"grant": "pays", "to": "other", "end": "x"},
        {"grant": ["pays"], "to": "other"},
        {"end": "lent_0"},
        {"end": None},
    ],
)
def test_nothing_more_than_it_holds(lenders: World, said: dict[str, Any]) -> None:
    before = len(lenders.entries())
    refused(lenders, lambda: _lend(lenders, **said), "invalid-request")
    kinds = [entry.record.kind for entry in lenders.entries()[before:]]
    assert Kind.DELEGATION not in kinds


def test_whoever_holds_nothing_lends_nothing(lenders: World) -> None:
    said = {"grant": "pays", "to": "stranger"}
    refused(lenders, lambda: _lend(lenders, "other", **said), "invalid-request")


def test_the_tool_is_shown_to_those_who_may_lend(lenders: World) -> None:
    body = {"jsonrpc": "2.0", "id": "list", "method": "tools/list", "params": {}}
    named = {
        agent: {tool["name"] for tool in lenders.post(body, agent=agent).result["tools"]}
        for agent in ("payer", "other")
    }
    assert all("watchkeeper_delegate" in names for names in named.values())


def test_a_stop_of_the_giver_stops_the_taker(lenders: World) -> None:
    made = _lent(lenders, grant="pays", to="other", count=3)
    assert _pay(lenders, "other").done
    lenders.stop("agent:payer")
    refused(lenders, lambda: _pay(lenders, "other"), "no-authority")
    lenders.resume("agent:payer")
    assert _pay(lenders, "other").done
    lenders.ask("ana", "end-delegation", {"id": made["id"], "reason": None})
    refused(lenders, lambda: _pay(lenders, "other"), "no-authority")
