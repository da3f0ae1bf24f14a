"""A tool server's own state, which the server does not protect: good for its own call alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.worlds.gateway import Reply, World, call_body, open_till, refused
from watchkeeper.verify import verify_log

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
YES = {"sure": {"action": "accept", "content": {}}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("states") / "world"
    with open_till(folder, methods="elicitation/create") as world:
        world.mood(look="ask")
        yield world


def _look(world: World, to: str, agent: str = "payer", **more: Any) -> Reply:
    body = call_body("look", {"to": to}, META, **more)
    return world.post(body, agent=agent)


def _state(world: World, to: str, agent: str = "payer") -> str:
    reply = _look(world, to, agent)
    assert reply.result["resultType"] == "input_required", reply.body
    found: str = reply.result["requestState"]
    return found


def _answer(world: World, to: str, state: Any, **more: Any) -> Reply:
    return _look(world, to, inputResponses=YES, requestState=state, **more)


def test_its_own_call_takes_it_back_as_the_server_wrote_it(world: World) -> None:
    state = _state(world, "mine")
    assert state != "to=mine"
    assert _answer(world, "mine", state).done
    assert world.executed()[-1]["arguments"]["state"] == "to=mine"
    decided = world.decisions()[-1]
    assert decided.decision.outcome.value == "allow"
    assert verify_log(world.home / "log", workers=1).findings == ()


def _changed(state: str) -> str:
    body, _, mark = state.removeprefix("wks1.").partition(".")
    said = json.loads(base64.urlsafe_b64decode(body))
    said["state"] = '"to=other"'
    plain = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
    return f"wks1.{base64.urlsafe_b64encode(plain).decode()}.{mark}"


FORGED: dict[str, Callable[[str], Any]] = {
    "the-servers-own-spelling": lambda _: "to=forged",
    "nothing": lambda _: "",
    "null": lambda _: None,
    "a-number": lambda _: 5,
    "an-object": lambda _: {"to": "forged"},
    "only-the-prefix": lambda _: "wks1.",
    "without-its-mark": lambda state: state.rpartition(".")[0],
    "an-empty-mark": lambda state: state.rpartition(".")[0] + ".",
    "another-content": _changed,
    "one-more-part": lambda state: state + ".AAAA",
    "padded": lambda state: state + "=",
    "in-other-bytes": lambda state: state + "\n",
    "a-lone-surrogate": lambda state: state[:-1] + "\ud800",
    "a-handles": lambda state: "wk1." + state.removeprefix("wks1."),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_state_that_was_not_given_is_refused(world: World, name: str) -> None:
    state = FORGED[name](_state(world, "forged"))
    if name == "a-lone-surrogate":  # no message at all
        before = world.executed()
        assert "error" in _answer(world, "forged", state).body
        assert world.executed() == before
        return
    refused(world, lambda: _answer(world, "forged", state), "invalid-request")


def test_another_agent_may_not_bring_it(world: World) -> None:
    state = _state(world, "whose")
    refused(world, lambda: _answer(world, "whose", state, agent="other"), "invalid-request")
    theirs = _state(world, "whose", "other")
    assert theirs != state
    refused(world, lambda: _answer(world, "whose", theirs), "invalid-request")


def test_other_arguments_may_not_bring_it(world: World) -> None:
    """The server would do what its state says, and not what was decided."""
    small = _state(world, "small")
    refused(world, lambda: _answer(world, "large", small), "invalid-request")


def test_another_tool_may_not_bring_it(world: World) -> None:
    state = _state(world, "tool")
    body = call_body(
        "send", {"to": "tool", "text": "x"}, META, inputResponses=YES, requestState=state
    )
    refused(world, lambda: world.post(body), "invalid-request")


def test_it_counts_after_a_restart_as_before(world: World) -> None:
    state = _state(world, "restart")
    world.kill()
    world.start()
    assert _answer(world, "restart", state).done
