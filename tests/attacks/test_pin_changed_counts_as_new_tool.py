"""A tool becomes another under its old name: whoever assessed the system has not seen this one."""

from __future__ import annotations

import json

from tests.worlds.assessed import assessed_plan, since
from tests.worlds.bank import bank_file
from tests.worlds.workspace_files import DEFINITIONS, PINS
from watchkeeper.ledger.plan_bundle import tool_pin


def _with_pay(description: str) -> dict[str, str]:
    """The workspace after an import of a `pay` that says something else of itself."""
    pay = {**DEFINITIONS[0], "description": description}
    tools = bank_file("tools/bank.yaml").replace(PINS["pay"], tool_pin(pay))
    definitions = json.dumps({"tools": [pay, *DEFINITIONS[1:]]})
    return {"tools/bank.yaml": tools, "tools/bank.definitions.json": definitions}


def test_another_definition_under_the_same_name_is_a_new_tool() -> None:
    plan = assessed_plan(_with_pay("Pay someone, and tell everybody."))
    assert since(plan, "impact") == ("new-tool",)
    assert since(plan, "risk") == ("new-tool",)


def test_the_same_definition_is_none() -> None:
    assert since(assessed_plan(_with_pay(DEFINITIONS[0]["description"])), "impact") == ()
