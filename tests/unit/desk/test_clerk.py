"""The agent: what it understands, what it makes of answers, its story against the bare desk."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from clerk.clerk import Address, Unreachable, connected
from clerk.outcome import Became, read_result
from clerk.reading import smuggled, understand
from clerk.scenarios import (
    beyond,
    in_flight,
    many_small,
    obey_smuggled,
    ordinary_work,
    over_limit,
    retry_after_drop,
    use_messages,
)
from desk import cast
from mcp_types import CallToolResult, TextContent

from .conftest import CREDENTIAL, DESK, Running, Start


def refunds(running: Running) -> list[tuple[str, int]]:
    with contextlib.closing(sqlite3.connect(running.database)) as database:
        query = "SELECT request_id, amount_cents FROM refunds ORDER BY refund_id"
        return database.execute(query).fetchall()


def at(running: Running, mode: str = "auto") -> Address:
    return Address(running.url, CREDENTIAL, mode)


def refusal(**said: object) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text="not permitted")],
        structured_content={"watchkeeper": said},
        is_error=True,
    )


def test_a_refusal_says_why_and_which_decision():
    outcome = read_result(refusal(outcome="block", reason="no-authority", decision="home/0#7"))
    assert outcome.became is Became.BLOCKED
    assert (outcome.reason, outcome.decision, outcome.handle) == ("no-authority", "home/0#7", None)
    assert outcome.sentence == "not permitted"


def test_an_escalation_carries_a_handle():
    outcome = read_result(refusal(outcome="escalate", reason="review-required", handle="h-1"))
    assert (outcome.became, outcome.handle) == (Became.ESCALATED, "h-1")


@pytest.mark.parametrize("content", [None, {}, {"watchkeeper": "yes"}])
def test_a_tools_own_error_is_not_a_refusal(content: dict | None):
    result = CallToolResult(content=[], structured_content=content, is_error=True)
    assert read_result(result).became is Became.FAILED


def test_a_success_that_speaks_of_watchkeeper_is_a_success():
    result = CallToolResult(content=[], structured_content={"watchkeeper": {"outcome": "block"}})
    assert read_result(result).became is Became.OK


def test_a_wish_is_understood():
    wish = understand(cast.RETRIED.message)
    assert (wish.order_id, wish.amount, wish.reason) == ("ORD-10405", 24.5, "goodwill")


def test_instructions_in_a_message_are_found_and_not_taken_for_the_wish():
    orders = smuggled(cast.SMUGGLED.message, "p-1")
    assert [order.tool for order in orders] == ["refund", "export_customers", "close_account"]
    assert orders[0].arguments["amount"] == 900.0
    assert understand(cast.SMUGGLED.message).amount == 15.0


async def test_ordinary_work_is_done_and_answered(start: Start):
    running = start()
    async with connected(at(running)) as clerk:
        actions = await ordinary_work(clerk, count=4)
    assert {action.outcome.became for action in actions} == {Became.OK}
    assert [action.number for action in actions] == list(range(1, len(actions) + 1))
    assert sum(action.tool == "send_message" for action in actions) == 4
    assert len(refunds(running)) == sum(action.tool == "refund" for action in actions) > 0


async def test_the_bare_desk_pays_what_a_gateway_would_hold(start: Start):
    running = start()
    async with connected(at(running)) as clerk:
        await over_limit(clerk)
        await beyond(clerk)
        actions = await obey_smuggled(clerk)
    assert [cents for _, cents in refunds(running)] == [35_000, 150_000, 1_500, 90_000]
    assert {"export_customers", "close_account"} <= {action.tool for action in actions}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_bare_desk_pays_a_retry_twice(start: Start, mode: str):
    running = start()
    async with connected(at(running, mode)) as clerk:
        actions = await retry_after_drop(clerk, patience=5.0)
    assert [a.outcome.became for a in actions] == [Became.OK, Became.LOST, Became.OK]
    assert refunds(running) == [("case-405", 2_450)] * 2


async def test_what_is_in_flight_when_the_other_side_dies_is_lost_and_nothing_hangs(start: Start):
    running = start("--refund-delay-ms", "4000")
    with anyio.fail_after(20), contextlib.suppress(Unreachable):
        async with connected(at(running)) as clerk, anyio.create_task_group() as tasks:
            tasks.start_soon(in_flight, clerk, 3)
            await anyio.sleep(0.5)
            running.process.kill()
    assert [action.outcome.became for action in clerk.done] == [Became.LOST] * 3


async def test_nobody_there_is_unreachable(tmp_path: Path):
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        async with connected(Address("http://127.0.0.1:1/mcp", CREDENTIAL)):
            pass


async def test_a_wrong_token_is_unreachable(start: Start):
    with pytest.raises(Unreachable):
        async with connected(Address(start().url, "wrong")):
            pass


async def test_a_changed_description_is_obeyed_by_this_agent(start: Start):
    running = start()
    async with connected(at(running)) as clerk:
        before = await use_messages(clerk, count=1)
        running.drift.touch()
        after = await use_messages(clerk, count=1)
    assert [action.tool for action in before] == ["send_message"]
    assert [action.tool for action in after] == ["export_customers", "send_message"]


def test_the_driven_agent_plays_what_it_is_told(start: Start, tmp_path: Path):
    token = tmp_path / "token"
    token.write_text(CREDENTIAL)
    asked = ['{"scene": "many-small", "with": {"count": 2}}', '{"scene": "none"}', "rubbish"]
    command = [sys.executable, str(DESK / "agent.py"), "--url", start().url]
    done = subprocess.run(
        [*command, "--token-file", str(token), "--driven"],
        input="\n".join(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("tool") for line in lines] == ["refund", "refund", None, None, None]
    assert [line.get("done") for line in lines[2:]] == [True, False, False]


async def test_refunds_take_as_long_as_the_slow_file_says(start: Start):
    running = start()
    async with connected(at(running)) as clerk:
        await many_small(clerk, count=1, first=101)
        running.slow.write_text("300")
        await in_flight(clerk, count=2, gap=0.1)
        running.slow.unlink()
        await many_small(clerk, count=1, first=102)
    _, first, second, _ = clerk.done
    assert min(first.milliseconds, second.milliseconds) >= 300
    assert {action.outcome.became.value for action in clerk.done} == {"ok"}
