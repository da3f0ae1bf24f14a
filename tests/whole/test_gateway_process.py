"""A gateway process with a real tool server and real clients: waiting, restarts, two at once."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time

import pytest
from clerk.clerk import Address, Unreachable, connected
from clerk.outcome import Became, Outcome

from tests.worlds.demonstration import House
from watchkeeper.demo.world.workspace import EXPIRES_SECONDS

_numbers = itertools.count(1)


def address(house: House, mode: str = "auto") -> Address:
    return Address(house.url, house.token, mode)


async def refund(clerk, order: str, amount: float, request_id: str, reason="goodwill") -> Outcome:
    return await clerk.call(
        "refund",
        order_id=order,
        amount=amount,
        currency="EUR",
        reason=reason,
        request_id=request_id,
    )


def fresh() -> str:
    return f"test-{next(_numbers)}"


@pytest.fixture
def big(house: House) -> str:
    """An order with enough left to refund that a refund of it needs a person."""
    names = {"ORD-10401": 389, "ORD-10402": 1690, "ORD-10403": 499, "ORD-10407": 1299}
    paid = {order: cents for _, order, cents in house.play.books.refunds()}
    return next(order for order, worth in names.items() if paid.get(order, 0) == 0 and worth > 300)


async def test_two_clients_at_once_each_get_their_own(house: House) -> None:
    """As many rows as answers, over both protocol eras at the same time."""
    ids = {mode: [fresh() for _ in range(8)] for mode in ("auto", "legacy")}
    orders = {"auto": 210, "legacy": 230}

    async def work(mode: str) -> list[Outcome]:
        async with connected(address(house, mode)) as clerk:
            return await asyncio.gather(
                *(
                    refund(clerk, f"ORD-{10_000 + orders[mode] + n}", 3.5, request_id)
                    for n, request_id in enumerate(ids[mode])
                )
            )

    done = await asyncio.gather(work("auto"), work("legacy"))
    outcomes = [outcome for each in done for outcome in each]
    assert {outcome.became for outcome in outcomes} == {Became.OK}
    assert len({outcome.content["refund_id"] for outcome in outcomes}) == 16
    for request_id in (*ids["auto"], *ids["legacy"]):
        assert house.play.books.refunded(request_id) == 1


async def test_i3_two_clients_with_one_request_id_pay_once(house: House) -> None:
    request_id = fresh()

    async def work() -> Outcome:
        async with connected(address(house)) as clerk:
            return await refund(clerk, "ORD-10251", 4.0, request_id)

    done = await asyncio.gather(work(), work())
    assert house.play.books.refunded(request_id) == 1
    for outcome in done:
        assert outcome.became is Became.OK or outcome.reason == "effect-unknown"
    assert Became.OK in {outcome.became for outcome in done}
    assert (await work()).became is Became.OK
    assert house.play.books.refunded(request_id) == 1


async def test_a_pending_approval_survives_kill_and_restart(house: House, big: str) -> None:
    request_id = fresh()
    async with connected(address(house)) as clerk:
        asked = await refund(clerk, big, 300.0, request_id)
    assert asked.became is Became.ESCALATED
    before = house.pending()[asked.handle]
    house.restart(hold=0.2, kill=True)
    assert house.pending()[asked.handle] == before
    house.play.terminal.do("ben", "approve", asked.handle, "--yes", "--why", "seen")
    house.restart(hold=0.2, kill=True)
    assert house.pending()[asked.handle]["state"] == "approved"
    async with connected(address(house)) as clerk:
        paid = await clerk.ask_result(asked.handle)
    assert paid.became is Became.OK
    assert house.play.books.refunded(request_id) == 1


async def test_i3_one_approval_is_one_release_however_often_it_is_asked(
    house: House, big: str
) -> None:
    request_id = fresh()
    async with connected(address(house)) as clerk:
        asked = await refund(clerk, big, 300.0, request_id)
        house.play.terminal.do("cara", "approve", asked.handle, "--yes")
        done = await asyncio.gather(*(clerk.ask_result(asked.handle) for _ in range(5)))
        same = await refund(clerk, big, 300.0, request_id)
        later = await clerk.ask_result(asked.handle)
    assert house.play.books.refunded(request_id) == 1
    for outcome in done:
        assert outcome.became is Became.OK or outcome.reason == "effect-unknown"
    assert later.became is same.became is Became.OK
    assert later.content == same.content


async def test_a_held_call_gets_its_result_in_the_same_call(house: House, big: str) -> None:
    house.restart(hold=30)
    request_id = fresh()
    try:
        async with connected(address(house)) as clerk:
            call = asyncio.create_task(refund(clerk, big, 300.0, request_id))
            handle = await _waiting(house)
            assert not call.done()
            assert house.play.books.refunded(request_id) == 0
            await asyncio.to_thread(house.play.terminal.do, "ben", "approve", handle, "--yes")
            outcome = await call
    finally:
        house.restart(hold=0.2)
    assert outcome.became is Became.OK
    assert outcome.content["amount"] == 300.0
    assert house.play.books.refunded(request_id) == 1


async def test_i9_the_agents_token_is_no_key_to_the_approval(house: House, big: str) -> None:
    """No tool that the agent can reach answers for a person."""
    async with connected(address(house)) as clerk:
        shown = await clerk.tools()
        asked = await refund(clerk, big, 300.0, fresh())
        for tool in ("approve", "watchkeeper_approve", "do_approve"):
            tried = await clerk.call(tool, handle=asked.handle)
            assert tried.became in {Became.BLOCKED, Became.FAILED}
    assert not [name for name in shown if "approve" in name]
    assert house.pending()[asked.handle]["state"] == "pending"
    house.play.terminal.do("ben", "refuse", asked.handle, "--why", "a test")


async def test_silence_until_expiry_is_a_refusal_and_no_approval_comes_after_it(
    house: House,
) -> None:
    request_id = fresh()
    async with connected(address(house)) as clerk:
        asked = await refund(clerk, "ORD-10404", 260.0, request_id, "late")
        assert asked.became is Became.ESCALATED
        began = time.monotonic()
        while asked.handle in house.pending():
            assert time.monotonic() - began < EXPIRES_SECONDS + 15
            await asyncio.sleep(0.3)
        told = await clerk.ask_result(asked.handle)
    assert (told.became, told.reason) == (Became.BLOCKED, "expired")
    words = ("do", "approve", asked.handle, "--by", "ben", "--home", str(house.play.places.home))
    said = house.play.terminal.run(*words)
    assert said.code == 2
    assert "no action waits" in said.err
    assert house.play.books.refunded(request_id) == 0


async def test_an_unknown_token_is_nobody(house: House) -> None:
    with pytest.raises(Unreachable):
        async with connected(Address(house.url, "wk_" + "A" * 43)):
            pass


async def _waiting(house: House) -> str:
    """Wait until one more action waits for people, and return its handle."""
    until = time.monotonic() + 30
    while True:
        found = await asyncio.to_thread(house.pending)
        fresh_ones = [h for h, item in found.items() if item["state"] == "pending"]
        if fresh_ones:
            return fresh_ones[-1]
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


def test_a_second_gateway_on_the_same_home_is_refused(house: House) -> None:
    home = house.play.places.home
    command = [sys.executable, "-m", "watchkeeper", "serve", str(home), "--port", "0"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
