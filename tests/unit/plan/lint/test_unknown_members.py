"""A rule that asks with `has` for what can not be there never fires, and is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

_RULE = """\
@id("extra")
@control("limits")
forbid (principal, action == Action::"bank/pay", resource)
when {{ {condition} }};
"""


def _said(folder: Path, condition: str) -> list[str]:
    name = "policies/desk/extra.forbid.cedar"
    write_workspace(folder, {name: _RULE.format(condition=condition)})
    return [
        finding.message
        for finding in lint_workspace(folder).findings
        if finding.code == "never-true" and finding.severity is Severity.SAFETY
    ]


@pytest.mark.parametrize(
    "condition",
    [
        "context.args has nota && context.args.nota == 3",
        'context.args has "No te"',
        "principal has limit",
        "resource has owner",
    ],
)
def test_what_no_action_has_is_a_safety_error(tmp_path: Path, condition: str) -> None:
    (message,) = _said(tmp_path, condition)
    assert "never true" in message


@pytest.mark.parametrize("condition", ["context.args has note", "context.args has amount"])
def test_what_an_action_has_is_not(tmp_path: Path, condition: str) -> None:
    assert _said(tmp_path, condition) == []
