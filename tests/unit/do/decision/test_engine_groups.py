"""Groups of actions, resolved when a plan is compiled, as Cedar resolves them when it decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.small_plan import Rule, decided, enforcer, request, stock
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.action import Outcome
from watchkeeper.records.plan.policies import PolicyKind

_EVERYTHING = Rule("all", PolicyKind.PERMIT)


@pytest.mark.parametrize(
    ("scope", "actions"),
    [
        ('action in Action::"writes"', ("bank/pay",)),
        ('action in Action::"reads"', ("bank/look",)),
        ('action in Action::"server:bank"', ("bank/look", "bank/pay")),
        ('action in [Action::"reads", Action::"bank/pay"]', ("bank/look", "bank/pay")),
        ('action == Action::"bank/pay"', ("bank/pay",)),
        ("action", None),
    ],
)
def test_a_scope_is_resolved_to_its_actions(
    scope: str, actions: tuple[str, ...] | None, tmp_path: Path
) -> None:
    said = f'forbid (principal == Agent::"payer", {scope}, resource);'
    text = f'@id("none")\n@control("limits")\n{said}\n'
    bundle = compile_folder(write_workspace(tmp_path, {"policies/desk/none.forbid.cedar": text}))
    (policy,) = [policy for policy in bundle.policies if policy.id == "none"]
    assert policy.actions == actions


@pytest.mark.parametrize(
    ("scope", "action", "blocked"),
    [
        ('action in Action::"writes"', "box/put", True),
        ('action in Action::"writes"', "box/look", False),
        ('action in Action::"server:box"', "box/look", True),
        ('action in [Action::"reads", Action::"box/burn"]', "box/burn", True),
        ('action in [Action::"reads", Action::"box/burn"]', "box/put", False),
        ('action == Action::"writes"', "box/put", False),
    ],
)
def test_a_rule_on_a_group_holds_for_its_members_and_no_others(
    scope: str, action: str, blocked: bool
) -> None:
    rules = [_EVERYTHING, Rule("rule", PolicyKind.FORBID, action=scope)]
    asked = request(action)
    assert (decided(rules, asked).part.outcome is Outcome.BLOCK) == blocked
    assert stock(rules, asked).allowed != blocked


def test_a_slice_holds_only_what_can_match() -> None:
    rules = [
        _EVERYTHING,
        Rule("writes", PolicyKind.FORBID, action='action in Action::"writes"'),
        Rule("put", PolicyKind.REVIEW, action='action == Action::"box/put"'),
        Rule("group", PolicyKind.FORBID, action='action == Action::"writes"'),
    ]
    policies = enforcer(rules).policies["boxes"]
    assert set(policies.slice("box/put").kinds) == {"all", "writes", "put"}
    assert set(policies.slice("box/burn").kinds) == {"all", "writes"}
    assert set(policies.slice("box/look").kinds) == {"all"}
    assert policies.slice("box/put") is policies.slice("box/put")
