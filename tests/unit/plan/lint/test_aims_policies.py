"""Policies that ask for the state of the management system: what is in vain, and what widens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.assessed import managed_files
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import lint_workspace

_AIMS = "context.facts.aims"
_PERMIT = (
    '@id("p")\n@control("limits")\npermit (principal, action == Action::"bank/look", resource)'
)
_FORBID = _PERMIT.replace("permit (", "forbid (")


def codes(tmp_path: Path, policy: str, kind: str, *, managed: bool = True) -> set[str]:
    files = {**(managed_files() if managed else {}), f"policies/desk/x.{kind}.cedar": policy}
    return {finding.code for finding in lint_workspace(write_workspace(tmp_path, files)).findings}


@pytest.mark.parametrize(
    ("condition", "widens"),
    [
        (f"when {{ {_AIMS}.impact_stale }}", True),
        (f"when {{ !{_AIMS}.impact_stale }}", False),
        (f"unless {{ {_AIMS}.impact_stale }}", False),
        (f"unless {{ !{_AIMS}.risk_stale }}", True),
        (f"when {{ context.facts.claims.matches && !{_AIMS}.impact_stale }}", False),
        (f"when {{ context.facts.claims.matches || {_AIMS}.impact_stale }}", True),
        (f"when {{ {_AIMS}.findings_overdue.isEmpty() }}", False),
        (f"unless {{ {_AIMS}.findings_overdue.isEmpty() }}", True),
        (f'when {{ {_AIMS}.findings_overdue.contains("late") }}', True),
        (f'unless {{ {_AIMS}.findings_overdue.contains("late") }}', False),
        (f"when {{ {_AIMS}.impact_stale == false }}", True),  # that it does not, can not be told
    ],
)
def test_a_permit_that_holds_because_something_is_overdue_is_named(
    tmp_path: Path, condition: str, widens: bool
) -> None:
    assert ("aims-widens" in codes(tmp_path, f"{_PERMIT}\n{condition};", "permit")) is widens


def test_a_rule_that_forbids_for_that_reason_is_what_it_is_for(tmp_path: Path) -> None:
    found = codes(tmp_path, f"{_FORBID}\nwhen {{ {_AIMS}.management_review_missed }};", "forbid")
    assert "aims-widens" not in found


@pytest.mark.parametrize(
    ("condition", "managed"),
    [
        ("when { context.facts has aims }", False),
        (f"when {{ {_AIMS} has impact_stall }}", True),
    ],
)
def test_what_is_never_true_is_an_error(tmp_path: Path, condition: str, managed: bool) -> None:
    found = codes(tmp_path, f"{_FORBID}\n{condition};", "forbid", managed=managed)
    assert "never-true" in found


@pytest.mark.parametrize("member", ["impact_stale", "impact_stall"])
def test_without_a_management_system_nobody_can_ask_for_it(tmp_path: Path, member: str) -> None:
    policy = f"{_FORBID}\nwhen {{ {_AIMS}.{member} }};"
    found = lint_workspace(write_workspace(tmp_path, {"policies/desk/x.forbid.cedar": policy}))
    assert found.bundle is None


def test_a_fact_of_ones_own_can_not_be_called_that(tmp_path: Path) -> None:
    from tests.worlds.workspace_files import with_change

    files = with_change("tools/bank.yaml", "      account:\n", "      aims:\n")
    found = lint_workspace(write_workspace(tmp_path, files))
    assert found.bundle is None
    assert any("has a name that is taken" in str(finding) for finding in found.findings)
