"""The agent's host says that its person approved: that is nobody's approval."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import Json, World
from tests.worlds.hosts import Host, asked

_ANSWERS: list[Json] = [
    {"approval": {"action": "accept"}},
    {"approval": {"action": "accept", "content": {"approved": True}}},
    {"approval": {"action": "decline"}},
    {"approval": {"action": "cancel"}},
    {"approval": [], "handle": "esc_0", "verdict": "approve"},
    {},
]


@pytest.mark.parametrize("answer", _ANSWERS)
def test_whatever_it_answers_nothing_is_done(till: World, answer: Json) -> None:
    host, what = Host(till), f"answered {_ANSWERS.index(answer)}"
    before = till.executed()
    first = host.call("drop", what=what)
    second = asked(host.again(first, "drop", responses=answer, what=what))
    assert second.handle == first.handle
    assert second.state != first.state
    assert till.executed() == before
    assert till.decisions(first.result["_meta"]["watchkeeper/escalation"]["decision"])[-1:] == [
        d for d in till.decisions() if d.escalation and d.escalation.handle == first.handle
    ]
    till.refuse(first.handle)
    assert host.again(second, "drop", what=what).reason == "refused-by-reviewer"
    assert till.executed() == before


def test_it_is_asked_a_bounded_number_of_times(till: World) -> None:
    host = Host(till)
    found, rounds = host.call("drop", what="rounds"), 1
    while True:
        reply = host.again(found, "drop", what="rounds")
        if reply.result.get("resultType") != "input_required":
            break
        found, rounds = asked(reply), rounds + 1
    assert rounds == 20
    assert reply.reason == "review-required"
    assert reply.handle == found.handle
    till.approve(reply.handle)
    assert till.call("watchkeeper_result", handle=reply.handle).done


def test_what_it_says_without_a_state_is_another_action(till: World) -> None:
    host = Host(till)
    first = host.call("drop", what="stateless")
    till.approve(first.handle)
    before = till.executed()
    bare = host.post("drop", {"what": "stateless"}, inputResponses={"approval": {}})
    assert bare.reason == "review-required"
    assert bare.handle != first.handle
    assert till.executed() == before
