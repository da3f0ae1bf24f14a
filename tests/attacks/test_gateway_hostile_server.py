"""Tool servers that misbehave: what they did is never lost, and never told wrongly.

They all stand behind one gateway, each a tool server of its own, over stdio.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.attacks.test_mcp_another_agent import HELLO
from tests.worlds.gateway import Reply, World, call_body, open_till, refused
from tests.worlds.till_workspace import Hostile, hostile_files, server_module
from watchkeeper.records.action import Outcome, Status

HOSTILE = server_module("hostile")
ACT = (HOSTILE.tool(),)
MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HARMLESS = ", error_means_no_effect: true"
ODD = ("read-file", "files.read", "READ_FILE")
PROVE_NOTHING = {
    "hangs": 1,
    "dies": 1,
    "dies-first": 0,
    "rubbish": 1,
    "wrong-shape": 1,
    "wrong-id": 1,
    "lying-error": 1,
    "protocol-error": 1,
}
SERVERS = {
    **{name: Hostile(name, ACT) for name in PROVE_NOTHING},
    **{name: Hostile(name, ACT) for name in ("twice", "asks", "chatters", "drifts")},
    "harmless-lie": Hostile("lying-error", ACT, HARMLESS),
    "harmless-error": Hostile("protocol-error", ACT, HARMLESS),
    "harmless-shape": Hostile("wrong-shape", ACT, HARMLESS),
    "huge": Hostile("huge", ACT, timeout="30s"),
    "endless": Hostile("huge", ACT, timeout="30s", options=("--count", str(17 << 20))),
    "thousand": Hostile(
        "thousand-tools", tuple(HOSTILE.tool(f"tool_{n:04d}", f"Does {n}.") for n in (0, 777))
    ),
    "odd": Hostile("odd-names", tuple(HOSTILE.tool(name) for name in ODD)),
    "same-name": Hostile("same-name-twice", ACT),
    "no-end": Hostile("endless-listing", ACT),
    **{
        f"slow-{era}": Hostile("well-behaved", ACT, options=("--sleep", "5", "--era", era))
        for era in (HOSTILE.LEGACY, HOSTILE.MODERN)
    },
}
OURS = ("watchkeeper_answer", "watchkeeper_result")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile") / "world"
    with open_till(folder, partial(hostile_files, servers=SERVERS)) as world:
        yield world


def _act(world: World, server: str, tool: str = "act", **more: Any) -> Reply:
    meta = {"_meta": more.pop("meta")} if "meta" in more else {}
    body = call_body(tool, {"what": "it"}, **meta)
    return world.post(body, path=f"/mcp/{server}", **more)


def _list(world: World, server: str, **params: str) -> Any:
    return world.post({**LIST, "params": params}, path=f"/mcp/{server}").result


def _names(listed: Any) -> list[str]:
    return [tool["name"] for tool in listed["tools"]]


def _effects(world: World, server: str) -> list[Status]:
    mine = {d.action_id for d in world.decisions() if d.server == server}
    return [effect.status for effect in world.effects() if effect.action_id in mine]


def _session(world: World, server: str) -> dict[str, str]:
    reply = world.post(HELLO, path=f"/mcp/{server}")
    return {"mcp-session-id": reply.headers["mcp-session-id"]}


@pytest.mark.parametrize("era", [HOSTILE.LEGACY, HOSTILE.MODERN])
def test_a_server_that_takes_long_to_start_is_read_at_the_first_try(world: World, era: str) -> None:
    assert world.health()[1]["servers"][f"slow-{era}"] == "ok"
    assert f"the tools of slow-{era}" not in (world.path / "gateway.err").read_text()


@pytest.mark.parametrize("server", PROVE_NOTHING)
@pytest.mark.parametrize("sessions", [True, False])
def test_an_end_that_proves_nothing_is_unknown(world: World, server: str, sessions: bool) -> None:
    """The effect has no record, so its budget is kept; the agent is told not to repeat it."""
    headers = _session(world, server) if sessions else {}
    before, unknown = len(world.executed(server)), world.health()[1]["unknownEffects"]
    reply = _act(world, server, headers=headers)
    assert reply.reason == "effect-unknown"
    assert "done" not in str(reply.body)
    assert len(world.executed(server)) == before + PROVE_NOTHING[server]
    (decided,) = world.decisions(reply.refusal["decision"])
    assert decided.decision.outcome is Outcome.ALLOW
    assert _effects(world, server) == []
    assert world.health()[1]["unknownEffects"] == unknown + 1


@pytest.mark.parametrize("server", ["harmless-lie", "harmless-error", "harmless-shape"])
def test_an_error_counts_as_no_effect_only_where_the_plan_says_so(
    world: World, server: str
) -> None:
    _act(world, server)
    assert _effects(world, server) == [Status.FAILED]


@pytest.mark.parametrize("server", ["dies", "dies-first"])
def test_a_server_that_died_is_started_again_for_the_next_call(world: World, server: str) -> None:
    before = len(world.executed(server))
    for count in (1, 2):
        assert _act(world, server).reason == "effect-unknown"
        assert len(world.executed(server)) == before + count * PROVE_NOTHING[server]


def test_the_first_answer_is_the_only_one(world: World) -> None:
    for count in (1, 2, 3):
        assert _act(world, "twice").result["content"][0]["text"] == "done"
        assert _effects(world, "twice") == [Status.SUCCEEDED] * count


def test_a_huge_answer_is_passed_on_and_not_kept(world: World) -> None:
    assert len(_act(world, "huge").result["content"][0]["text"]) == 8_000_000
    effect = [e for e in world.entries() if e.record.kind.value == "effect"][-1]
    assert effect.payload is not None
    assert "result" not in effect.payload.body


def test_an_answer_beyond_measure_is_unknown(world: World) -> None:
    assert _act(world, "endless").reason == "effect-unknown"
    assert _effects(world, "endless") == []
    assert world.health()[0] == 200


@pytest.mark.parametrize("modern", [False, True])
def test_questions_inside_a_call_reach_nobody(world: World, modern: bool) -> None:
    before = world.executed("asks")
    reply = _act(world, "asks", **({"meta": MODERN} if modern else {}))
    assert "password" not in str(reply.body)
    if modern:
        assert reply.reason == "unknown-method"
        assert world.executed("asks") == before
    else:
        assert reply.done


@pytest.mark.parametrize("number", ["ask-1", "ask-2", 1, "nonsense"])
def test_an_agent_can_not_answer_what_it_was_not_asked(world: World, number: object) -> None:
    headers = _session(world, "asks")
    answer = {"jsonrpc": "2.0", "id": number, "result": {"action": "accept"}}
    ask = partial(world.post, answer, headers=headers, path="/mcp/asks")
    refused(world, ask, "invalid-request")


def test_what_nobody_asked_for_does_not_disturb(world: World) -> None:
    for count in (1, 2, 3):
        assert _act(world, "chatters").done
        assert _effects(world, "chatters") == [Status.SUCCEEDED] * count


def test_a_thousand_tools_are_listed_as_those_that_were_released(world: World) -> None:
    names: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(40):
        listed = _list(world, "thousand", **cursor)
        names += _names(listed)
        if "nextCursor" not in listed:
            break
        cursor = {"cursor": listed["nextCursor"]}
    assert names == ["tool_0000", "tool_0777", *OURS]
    assert _act(world, "thousand", "tool_0777").done
    refused(world, lambda: _act(world, "thousand", "tool_0778"), "unknown-tool")


def test_odd_names_are_taken_letter_by_letter(world: World) -> None:
    assert _names(_list(world, "odd")) == [*ODD, *OURS]
    for name in ODD:
        assert _act(world, "odd", name).done
    assert [done["name"] for done in world.executed("odd")] == list(ODD)
    for name in HOSTILE.ODD_NAMES:
        if name not in ODD:
            refused(world, partial(_act, world, "odd", name), "unknown-tool")


def test_one_name_for_two_tools_is_neither(world: World) -> None:
    refused(world, lambda: _act(world, "same-name"), "pin-mismatch")


def test_a_description_that_changed_after_it_was_listed_is_not_shown(world: World) -> None:
    headers = _session(world, "drifts")
    shown = [
        _names(world.post({**LIST, "id": n}, path="/mcp/drifts", headers=headers).result)
        for n in (2, 3)
    ]
    assert shown == [["act", *OURS], [*OURS]]


def test_a_list_without_an_end_is_none(world: World) -> None:
    refused(world, lambda: _act(world, "no-end"), "could-not-evaluate")
    assert world.health()[1]["servers"]["no-end"] != "ok"


@pytest.mark.slow  # it waits out whole timeouts
def test_a_server_that_never_lists_holds_up_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    servers = {"silent": Hostile("hangs-listing", ACT), "well": Hostile("well-behaved", ACT)}
    folder = tmp_path_factory.mktemp("silent") / "world"
    with open_till(folder, partial(hostile_files, servers=servers)) as world:
        assert _act(world, "well").done
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda _: _act(world, "silent"), range(4)))
        assert {reply.reason for reply in replies} == {"could-not-evaluate"}
        assert time.monotonic() - began < 19  # one timeout of 10 s for all of them
        assert world.executed("silent") == []
        assert world.health()[1]["servers"] == {
            "silent": "the tool server did not answer in time",
            "well": "ok",
        }
