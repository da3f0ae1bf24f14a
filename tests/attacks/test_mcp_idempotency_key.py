"""The same action again (decision semantics, 1): at most one execution under one key."""

from __future__ import annotations

import asyncio

import httpx2

from tests.worlds.gateway import World, call_body, refused, reply_of


def test_the_same_key_with_other_arguments_is_refused(till: World) -> None:
    assert till.call("pay", to="a", amount=1, key="reused").done
    refused(till, lambda: till.call("pay", to="a", amount=2, key="reused"), "key-reused")
    refused(till, lambda: till.call("pay", to="b", amount=1, key="reused"), "key-reused")


def test_the_same_key_after_the_effect_gives_the_stored_outcome(till: World) -> None:
    first = till.call("pay", to="again", amount=1, key="again")
    before, size = till.executed(), len(till.entries())
    second = till.call("pay", to="again", amount=1, key="again")
    assert second.result == first.result
    assert till.executed() == before
    assert len(till.entries()) == size


def test_a_key_beside_the_arguments_counts_like_one_in_them(till: World) -> None:
    meta = {"watchkeeper/idempotencyKey": "beside"}
    assert till.call("drop", meta=meta, what="k").reason == "review-required"
    assert till.call("send", meta=meta, to="a", text="once").done
    before = till.executed()
    assert till.call("send", meta=meta, to="a", text="once").done
    assert till.executed() == before
    refused(till, lambda: till.call("send", meta=meta, to="a", text="twice"), "key-reused")


def test_the_same_key_while_the_effect_is_unknown_is_refused(till: World) -> None:
    till.mood(pay="lost")
    first = till.call("pay", to="lost", amount=1, key="lost")
    assert first.reason == "effect-unknown"
    done = len(till.executed())
    till.mood()
    refused(till, lambda: till.call("pay", to="lost", amount=1, key="lost"), "effect-unknown")
    assert len(till.executed()) == done
    assert till.effects(first.refusal["decision"]) == []


def test_once_per_makes_the_same_words_one_message(till: World) -> None:
    assert till.call("send", to="once", text="hello").done
    before = till.executed()
    assert till.call("send", to="once", text="hello").done
    assert till.executed() == before
    assert till.call("send", to="once", text="hello!").done
    assert len(till.executed()) == len(before) + 1


def test_an_identical_call_joins_the_one_that_waits(till: World) -> None:
    first = till.call("drop", what="join")
    second = till.call("drop", what="join")
    assert second.handle == first.handle
    till.approve(first.handle)
    before = till.executed()
    assert till.call("drop", what="join").done
    assert len(till.executed()) == len(before) + 1
    assert till.call("watchkeeper_result", handle=first.handle).done
    assert len(till.executed()) == len(before) + 1


async def test_parallel_retries_execute_once(till: World) -> None:
    before = len(till.executed())
    body = call_body("pay", {"to": "p", "amount": 1, "key": "parallel"})
    async with httpx2.AsyncClient(timeout=60, headers=till.headers()) as client:
        url = till.url + "/mcp/till"
        tries = (client.post(url, json={**body, "id": n}) for n in range(12))
        replies = [reply_of(response) for response in await asyncio.gather(*tries)]
    assert len(till.executed()) == before + 1
    assert any(reply.done for reply in replies)
    assert all(reply.done or reply.reason == "effect-unknown" for reply in replies)
