"""Tool servers that misbehave: what they did is never lost, and never told wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from tests.attacks.test_mcp_another_agent import HELLO
from tests.worlds.gateway import Reply, World, call_body, open_till, refused
from tests.worlds.till_workspace import hostile_files, server_module
from watchkeeper.records.action import Outcome, Status

HOSTILE = server_module("hostile")
MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@contextmanager
def _world(
    factory: pytest.TempPathFactory, behaviour: str, listed: Sequence[Any] = (), **more: Any
) -> Iterator[World]:
    files = partial(hostile_files, behaviour, listed=listed or [HOSTILE.tool()], **more)
    with open_till(factory.mktemp(behaviour) / "world", files) as world:
        yield world


def _act(world: World, **more: Any) -> Reply:
    return world.call("act", what="it", **more)


def _names(reply: Reply) -> list[str]:
    return [tool["name"] for tool in reply.result["tools"]]


@pytest.mark.parametrize(
    ("behaviour", "executed"),
    [
        ("hangs", 1),
        ("dies", 1),
        ("dies-first", 0),
        ("rubbish", 1),
        ("wrong-shape", 1),
        ("wrong-id", 1),
        ("lying-error", 1),
        ("protocol-error", 1),
    ],
)
@pytest.mark.parametrize("era", ["sessions", "no-sessions"])
def test_an_end_that_proves_nothing_is_unknown(
    tmp_path_factory: pytest.TempPathFactory, behaviour: str, executed: int, era: str
) -> None:
    """The budget is kept, the effect has no record, and the agent is told not to repeat it."""
    with _world(tmp_path_factory, behaviour) as world:
        headers = {}
        if era == "sessions":
            headers["mcp-session-id"] = world.post(HELLO).headers["mcp-session-id"]
        reply = world.post(call_body("act", {"what": "it"}), headers=headers)
        assert reply.reason == "effect-unknown"
        assert "done" not in str(reply.body)
        assert len(world.executed()) == executed
        (decided,) = world.decisions()
        assert decided.decision.outcome is Outcome.ALLOW
        assert world.effects() == []
        assert world.health()[1]["unknownEffects"] == 1
        world.kill()
        world.start()
        assert world.health()[1]["unknownEffects"] == 1


@pytest.mark.parametrize("behaviour", ["lying-error", "protocol-error", "wrong-shape"])
def test_an_error_counts_as_no_effect_only_where_the_plan_says_so(
    tmp_path_factory: pytest.TempPathFactory, behaviour: str
) -> None:
    with _world(tmp_path_factory, behaviour, more=", error_means_no_effect: true") as world:
        _act(world)
        assert [effect.status for effect in world.effects()] == [Status.FAILED]


@pytest.mark.parametrize("behaviour", ["dies", "dies-first"])
def test_a_server_that_died_is_started_again_for_the_next_call(
    tmp_path_factory: pytest.TempPathFactory, behaviour: str
) -> None:
    with _world(tmp_path_factory, behaviour) as world:
        for count in (1, 2):
            assert _act(world).reason == "effect-unknown"
            assert len(world.executed()) == (count if behaviour == "dies" else 0)


def test_the_first_answer_is_the_only_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    with _world(tmp_path_factory, "twice") as world:
        for count in (1, 2, 3):
            reply = _act(world)
            assert reply.result["content"][0]["text"] == "done"
            assert [e.status for e in world.effects()] == [Status.SUCCEEDED] * count


def test_a_huge_answer_is_passed_on_and_not_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    with _world(tmp_path_factory, "huge", timeout="20s") as world:
        assert len(_act(world).result["content"][0]["text"]) == 8_000_000
        (effect,) = [e for e in world.entries() if e.record.kind.value == "effect"]
        assert effect.payload is not None
        assert "result" not in effect.payload.body


def test_an_answer_beyond_measure_is_unknown(tmp_path_factory: pytest.TempPathFactory) -> None:
    options = ["--count", str(17 << 20)]
    with _world(tmp_path_factory, "huge", options=options, timeout="20s") as world:
        assert _act(world).reason == "effect-unknown"
        assert world.effects() == []
        assert world.health()[0] == 200


@pytest.mark.parametrize("modern", [False, True])
def test_questions_inside_a_call_reach_nobody(
    tmp_path_factory: pytest.TempPathFactory, modern: bool
) -> None:
    with _world(tmp_path_factory, "asks") as world:
        reply = _act(world, meta=MODERN if modern else None)
        assert "password" not in str(reply.body)
        if modern:
            assert reply.reason == "unknown-method"
            assert world.executed() == []
        else:
            assert reply.done


def test_an_agent_can_not_answer_what_it_was_not_asked(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with _world(tmp_path_factory, "asks") as world:
        session = {"mcp-session-id": world.post(HELLO).headers["mcp-session-id"]}
        for number in ("ask-1", "ask-2"):
            answer = {"jsonrpc": "2.0", "id": number, "result": {"action": "accept"}}
            ask = partial(world.post, answer, headers=session)
            refused(world, ask, "invalid-request")


def test_what_nobody_asked_for_does_not_disturb(tmp_path_factory: pytest.TempPathFactory) -> None:
    with _world(tmp_path_factory, "chatters") as world:
        for _ in range(3):
            assert _act(world).done
        assert len(world.effects()) == 3


class TestLists:
    """What a server lists is shown and callable only where it is what was released."""

    def test_a_thousand_tools(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        wanted = [HOSTILE.tool(f"tool_{n:04d}", f"Does {n}.") for n in (0, 777)]
        with _world(tmp_path_factory, "thousand-tools", wanted) as world:
            names: list[str] = []
            cursor: dict[str, str] = {}
            for _ in range(40):
                reply = world.post({**LIST, "params": cursor})
                names += _names(reply)
                if "nextCursor" not in reply.result:
                    break
                cursor = {"cursor": reply.result["nextCursor"]}
            assert names == ["tool_0000", "tool_0777", "watchkeeper_result"]
            assert world.call("tool_0777", what="it").done
            refused(world, lambda: world.call("tool_0778", what="it"), "unknown-tool")

    def test_odd_names(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        names = ("read-file", "files.read", "READ_FILE")
        wanted = [HOSTILE.tool(name) for name in names]
        with _world(tmp_path_factory, "odd-names", wanted) as world:
            assert _names(world.post(LIST)) == [*names, "watchkeeper_result"]
            for name in names:
                assert world.call(name, what="it").done
            assert [done["name"] for done in world.executed()] == list(names)
            for name in HOSTILE.ODD_NAMES:
                if name not in names:
                    refused(world, partial(world.call, name, what="it"), "unknown-tool")

    def test_the_same_name_twice(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        with _world(tmp_path_factory, "same-name-twice") as world:
            refused(world, lambda: _act(world), "pin-mismatch")

    def test_a_description_that_changes_after_it_was_listed(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        with _world(tmp_path_factory, "drifts") as world:
            assert _names(world.post(LIST)) == ["act", "watchkeeper_result"]
            assert _names(world.post({**LIST, "id": 2})) == ["watchkeeper_result"]

    @pytest.mark.parametrize("behaviour", ["endless-listing", "hangs-listing"])
    def test_a_list_without_an_end(
        self, tmp_path_factory: pytest.TempPathFactory, behaviour: str
    ) -> None:
        with _world(tmp_path_factory, behaviour) as world:
            refused(world, lambda: _act(world), "could-not-evaluate")
            assert world.health()[1]["servers"]["till"] != "ok"
