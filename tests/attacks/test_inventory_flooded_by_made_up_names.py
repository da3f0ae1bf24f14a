"""Fill the inventory, or the memory of whoever looks at it, with names that an agent makes up."""

from __future__ import annotations

import pytest

from tests.worlds import records as world
from watchkeeper.check.inventory import Kind, inventory, render_inventory
from watchkeeper.check.inventory import seeing as seeing_module
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.reference import Ref

UNKNOWN = Decision(Outcome.BLOCK, (Reason.UNKNOWN_TOOL,))


def test_made_up_agents_and_tools_are_counted_and_not_listed() -> None:
    stream = world.begun()
    for number in range(200):
        stream.decide(world.STRANGER, agent=f"me-{number}", system=f"mine-{number}")
        stream.decide(UNKNOWN, tool=f"made-up-{number}")
        stream.decide(UNKNOWN, method=f"tools/{number}", tool=f"m-{number}")
    found = inventory(stream.entries, world.bundles(world.bundle()))
    named = {item.name for item in found.items}
    assert not [name for name in named if "me-" in name or "made-up" in name or "m-" in name]
    assert {item.system for item in found.items} == {"desk"}
    assert (found.agents_made_up.count, found.tools_made_up.count) == (200, 200)
    assert found.tools_made_up.last_ref == Ref(0, len(stream.entries) - 2)
    assert found.findings == ()
    text = render_inventory(found)
    assert "200 decisions on agents that neither a plan nor a token names" in text


def test_a_server_that_lists_names_without_end_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seeing_module, "MOST_NAMES", 12)
    stream = world.begun()
    for number in range(50):
        stream.decide(UNKNOWN, tool=f"t-{number}", pin=f"{number:064d}")
    found = inventory(stream.entries, world.bundles(world.bundle()))
    # the agent, its system and ten of the names
    assert len([item for item in found.items if item.count]) == 12
    assert found.more == 40


def test_names_with_marks_stay_on_their_line() -> None:
    stream = world.begun()
    stream.decide(UNKNOWN, tool="x\n\x1b[2Jfinding: nothing", pin="b" * 64)
    found = inventory(stream.entries, world.bundles(world.bundle()))
    assert [item.kind for item in found.findings] == [Kind.TOOL]
    text = render_inventory(found)
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line.startswith("finding: nothing")]
