"""A server's state comes back as it went out, to the call that it was given for and to no other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.bank import Bank, pay
from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.gateway.action.states import STATE, ServerStates
from watchkeeper.enforcement.messages.rpc import Message, Shape
from watchkeeper.loop.steps import Stored
from watchkeeper.records.action import Status

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def states() -> ServerStates:
    return ServerStates(Bank().home)


def _message(state: Any, name: str = "pay", arguments: Any = None) -> Message:
    params = {"name": name, "arguments": arguments or {}, STATE: state}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return Message(Shape.REQUEST, 1, "tools/call", params, body, b"")


@settings(max_examples=100)
@given(state=JSON)
def test_whatever_a_server_wrote_comes_back(states: ServerStates, state: Any) -> None:
    call = pay()
    wrapped = states.wrapped(call, {"content": [], STATE: state})
    assert wrapped == states.wrapped(call, {"content": [], STATE: state})
    assert isinstance(wrapped[STATE], str)
    back = states.unwrapped(call, _message(wrapped[STATE]))
    assert back is not None
    assert back.params[STATE] == state
    assert back.body["params"][STATE] == state


OTHERS = [
    pay(101),
    pay(to="other"),
    pay(agent="other"),
    pay(tool="look"),
    pay(server="other"),
    pay(method="prompts/get"),
    pay(on_behalf_of="ben"),
    pay(problem="unreadable"),
]


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_no_other_call_takes_it(states: ServerStates, other: Call) -> None:
    wrapped = states.wrapped(pay(), {STATE: "secret"})[STATE]
    assert states.unwrapped(other, _message(wrapped)) is None
    if other.problem is None:
        assert states.wrapped(other, {STATE: "secret"})[STATE] != wrapped


def test_another_home_takes_none_of_ours(states: ServerStates) -> None:
    bank = Bank()
    bank.home.secret = b"another secret of another home!!"
    wrapped = states.wrapped(pay(), {STATE: "secret"})[STATE]
    assert ServerStates(bank.home).unwrapped(pay(), _message(wrapped)) is None


def test_what_is_told_again_is_wrapped_again(states: ServerStates) -> None:
    stored = Stored(Status.SUCCEEDED, {"content": [], STATE: "s"}, "id")
    message = _message(None, arguments={"to": "shop"})
    told = states.told_again("payer", "bank", message, stored)
    assert told.result[STATE] != "s"
    call = Call("payer", "tools/call", "bank", "pay", {"to": "shop"})
    assert states.unwrapped(call, _message(told.result[STATE])) is not None
    nobodys = _message(None, "watchkeeper_result", {"handle": "esc_none"})
    assert states.told_again("payer", "bank", nobodys, stored).result == {"content": []}
    plain = Stored(Status.SUCCEEDED, {"content": []}, "id")
    assert states.told_again("payer", "bank", message, plain) is plain
