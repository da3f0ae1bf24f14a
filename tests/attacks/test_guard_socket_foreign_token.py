"""A guard is the agent whose token it has, for as long as the token counts, and nobody else."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import World
from tests.worlds.guards import Raw, open_guard, raw
from watchkeeper.errors import ActionBlocked, SettingsInvalid


@pytest.mark.parametrize(
    "hello",
    [
        {"server": "shop", "pins": {}},
        {"token": None, "server": "shop", "pins": {}},
        {"token": "", "server": "shop", "pins": {}},
        {"token": "wk_guessed", "server": "shop", "pins": {}},
        {"token": "wk_\ud800", "server": "shop", "pins": {}},
        {"token": "wk_guessed", "agent": "payer", "server": "shop", "pins": {}},
        ["payer"],
        None,
    ],
    ids=str,
)
def test_without_a_token_nobody_is_let_in(guarded: World, hello: object) -> None:
    size = len(guarded.entries())
    line = Raw(guarded)
    line.say({"guard": hello})
    heard = line.heard()
    assert heard is not None
    assert heard["error"]["code"] in {"not-authorised", "record-invalid", "command-invalid"}
    assert line.heard() is None
    line.close()
    assert len(guarded.entries()) == size


def test_another_agents_token_is_that_agents(guarded: World) -> None:
    """`other` has a smaller grant: it gets what it may, under its own name."""
    with pytest.raises(SettingsInvalid, match="not of `payer`"):
        open_guard(guarded, "payer", guarded.tokens["other"]).tools["sell"]("x", 1)
    with raw(guarded, agent="other") as line:
        arguments = {"to": "x", "amount": 700, "note": ""}
        line.say({"call": 1, "tool": "sell", "arguments": arguments, "agent": "payer"})
        refused = (line.heard() or {})["refused"]
        assert refused["reason"] == "no-authority"
    assert guarded.decisions(refused["decision"])[-1].agent == "other"


def test_an_agent_of_another_name_waits_for_nothing_of_ours(guarded: World) -> None:
    with raw(guarded) as mine, raw(guarded, agent="other") as other:
        arguments = {"to": "x", "amount": 700, "note": ""}
        mine.say({"call": 1, "tool": "sell", "arguments": arguments})
        handle = (mine.heard() or {})["escalated"]["handle"]
        guarded.approve(handle)
        other.say({"call": 1, "handle": handle})
        assert (other.heard() or {})["refused"]["reason"] == "invalid-request"
        mine.say({"call": 2, "handle": handle})
        assert "allowed" in (mine.heard() or {})


def test_a_token_that_was_revoked_counts_for_no_further_call(guarded: World) -> None:
    shop = open_guard(guarded, "stranger")
    with pytest.raises(ActionBlocked) as refused:
        shop.tools["sell"]("x", 1)
    assert refused.value.reason == "no-authority"
    guarded.ask("ana", "revoke-token", {"name": "stranger-1"})
    with pytest.raises(ActionBlocked) as refused:
        shop.tools["sell"]("x", 1)
    assert refused.value.reason == "unknown-agent"
    shop.guard.close()
    with pytest.raises(SettingsInvalid, match="does not know the token"):
        shop.tools["sell"]("x", 1)
    shop.guard.close()


def test_a_guards_token_signs_no_command(guarded: World) -> None:
    line = Raw(guarded)
    line.say({"guard": {"token": guarded.tokens["payer"]}, "signature": None, "verb": "approve"})
    assert "error" in (line.heard() or {})
    line.close()
    with raw(guarded) as line:
        line.say({"hello": True})
        assert "error" in (line.heard() or {})
