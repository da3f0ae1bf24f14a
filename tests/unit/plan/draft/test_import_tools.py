"""What a server lists, into a tool file: pins change, what a person wrote stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.workspace_files import DEFINITIONS, FILES, PINS
from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.draft.import_tools import import_tools
from watchkeeper.plan.draft.workspace import draft_workspace, server_id
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

_COMMENTED = FILES["tools/bank.yaml"].replace(
    "writes: true", "writes: true  # it pays\n    # twice?"
)


def test_a_new_file_has_every_tool_with_its_pin() -> None:
    imported = import_tools(None, DEFINITIONS, server="bank", target=["python", "bank.py"])
    assert imported.added == ("pay", "look")
    assert f"pin: {PINS['pay']}" in imported.tool_file
    assert json.loads(imported.definitions) == {"tools": DEFINITIONS}


def test_only_what_the_server_calls_read_only_is_taken_for_a_read() -> None:
    silent = [{key: value for key, value in DEFINITIONS[1].items() if key != "annotations"}]
    assert "writes: false" in import_tools(None, DEFINITIONS[1:], server="bank").tool_file
    assert "writes: true" in import_tools(None, silent, server="bank").tool_file


def test_an_unchanged_listing_changes_nothing_but_form() -> None:
    imported = import_tools(_COMMENTED, DEFINITIONS, server="bank")
    assert (imported.added, imported.changed, imported.gone) == ((), (), ())
    again = import_tools(imported.tool_file, DEFINITIONS, server="bank")
    assert again.tool_file == imported.tool_file


def test_a_changed_definition_changes_its_pin_alone() -> None:
    changed = [{**DEFINITIONS[0], "description": "Pay anyone."}, DEFINITIONS[1]]
    imported = import_tools(_COMMENTED, changed, server="bank")
    assert imported.changed == ("pay",)
    assert PINS["pay"] not in imported.tool_file
    assert PINS["look"] in imported.tool_file
    assert "writes: true # it pays" in imported.tool_file.replace("  #", " #")
    assert "# twice?" in imported.tool_file
    assert "idempotency: key" in imported.tool_file


def test_a_tool_that_is_no_longer_listed_is_named_and_stays() -> None:
    imported = import_tools(_COMMENTED, DEFINITIONS[:1], server="bank")
    assert imported.gone == ("look",)
    assert "look:" in imported.tool_file


def test_what_can_not_be_used_is_left_out_with_the_reason() -> None:
    bad: list[dict[str, Any]] = [
        {"name": "list", "inputSchema": {"type": "array"}},
        {
            "name": "remote",
            "inputSchema": {"type": "object", "properties": {"a": {"$ref": "http://x/y"}}},
        },
        {"name": "pay", "inputSchema": {"type": "object"}},
        {"name": "no\nline", "inputSchema": {"type": "object"}},
        {"inputSchema": {"type": "object"}},
        {"name": "none"},
    ]
    imported = import_tools(None, [DEFINITIONS[0], *bad], server="bank")
    assert imported.added == ("pay",)
    assert [name for name, _ in imported.left_out] == [
        "list",
        "remote",
        "pay",
        "no\\nline",
        "None",
        "none",
    ]
    assert imported.tool_file.count("# left out:") == 6
    again = import_tools(imported.tool_file, [DEFINITIONS[0], *bad], server="bank")
    assert again.tool_file.count("# left out:") == 6


def test_a_file_that_does_not_parse_is_said_to() -> None:
    with pytest.raises(PlanUnreadable):
        import_tools("a: [", DEFINITIONS, server="bank")


@pytest.mark.parametrize(
    ("text", "id_"),
    [("My.Server v2", "my-server-v2"), ("--", "server"), ("ÄÖ", "server"), ("a" * 80, "a" * 63)],
)
def test_an_id_from_any_text(text: str, id_: str) -> None:
    assert server_id(text) == id_


@pytest.mark.parametrize("definitions", [DEFINITIONS, DEFINITIONS[1:], DEFINITIONS[:1], []])
def test_a_draft_holds_and_can_be_released(
    definitions: list[dict[str, object]], tmp_path: Path
) -> None:
    folder = tmp_path / "a folder with spaces"
    draft_workspace(folder, "My Bank", definitions, "http://127.0.0.1:1/mcp")
    linted = lint_workspace(folder)
    assert linted.bundle is not None, "\n".join(map(str, linted.findings))
    assert {finding.severity for finding in linted.findings} == {Severity.MANAGEMENT}
    assert sum(finding.code == "undetermined" for finding in linted.findings) == 38


def test_in_a_draft_reads_are_permitted_and_writes_reviewed(tmp_path: Path) -> None:
    draft_workspace(tmp_path, "bank", DEFINITIONS, ["python", "bank.py"])
    bundle = lint_workspace(tmp_path).bundle
    assert bundle is not None
    reach = {policy.id: (policy.kind.value, policy.actions) for policy in bundle.policies}
    assert reach == {
        "reads": ("permit", ("bank/look",)),
        "writes": ("permit", ("bank/pay",)),
        "writes-review": ("review", ("bank/pay",)),
    }
