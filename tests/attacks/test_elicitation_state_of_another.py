"""A state is one agent's, for one call: another agent or other arguments take nothing up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.gateway import World, refused
from tests.worlds.hosts import Host


def test_another_agent_gets_nothing_by_it(till: World) -> None:
    host = Host(till)
    first = host.call("drop", what="mine")
    till.approve(first.handle)
    other = Host(till, agent="other")
    refused(till, lambda: other.again(first, "drop", what="mine"), "invalid-request")
    assert host.again(first, "drop", what="mine").done


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("pay", {"to": "z", "amount": 301}),
        ("pay", {"to": "Z", "amount": 300}),
        ("pay", {"to": "z", "amount": 300, "note": ""}),
        ("pay", {"to": "z"}),
        ("drop", {"what": "z"}),
        ("erase", {"what": "z"}),
        ("look", {"to": "z"}),
    ],
)
def test_another_call_gets_nothing_by_it(till: World, tool: str, arguments: dict[str, Any]) -> None:
    host = Host(till)
    first = host.call("pay", to="z", amount=300)
    till.approve(first.handle)
    refused(till, lambda: host.again(first, tool, **arguments), "invalid-request")
    assert host.again(first, "pay", to="z", amount=300).done
    assert till.executed()[-1]["arguments"] == {"to": "z", "amount": 300}
