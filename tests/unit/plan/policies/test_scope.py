"""Which actions a scope can match: the slice never loses a policy that would have spoken."""

from __future__ import annotations

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.plan.policies.parse import parse_body
from watchkeeper.plan.policies.scope import actions_of

GROUPS = {
    "bank/pay": frozenset({"writes", "server:bank"}),
    "bank/look": frozenset({"reads", "server:bank"}),
    "mail/send": frozenset({"writes", "server:mail"}),
}
NAMES = sorted({*GROUPS, "reads", "writes", "server:bank", "server:mail"})


@pytest.mark.parametrize(
    ("scope", "actions"),
    [
        ("action", None),
        ('action == Action::"bank/pay"', ("bank/pay",)),
        ('action == Action::"writes"', ()),
        ('action in Action::"writes"', ("bank/pay", "mail/send")),
        ('action in [Action::"reads", Action::"mail/send"]', ("bank/look", "mail/send")),
        ('action in Action::"bank/look"', ("bank/look",)),
        ("action in []", ()),
    ],
)
def test_a_scope_reaches(scope: str, actions: tuple[str, ...] | None) -> None:
    assert actions_of(parse_body(f"permit (principal, {scope}, resource);"), GROUPS) == actions


def _entities() -> str:
    import json

    groups = sorted({group for inside in GROUPS.values() for group in inside})
    plain = [{"uid": {"type": "Action", "id": g}, "attrs": {}, "parents": []} for g in groups]
    members = [
        {
            "uid": {"type": "Action", "id": action},
            "attrs": {},
            "parents": [{"type": "Action", "id": group} for group in sorted(inside)],
        }
        for action, inside in GROUPS.items()
    ]
    return json.dumps([*plain, *members])


_SCOPES = st.one_of(
    st.just("action"),
    st.sampled_from(NAMES).map(lambda name: f'action == Action::"{name}"'),
    st.sampled_from(NAMES).map(lambda name: f'action in Action::"{name}"'),
    st.lists(st.sampled_from(NAMES), max_size=3).map(
        lambda names: "action in [" + ", ".join(f'Action::"{n}"' for n in names) + "]"
    ),
)


@settings(max_examples=200)
@given(_SCOPES, st.sampled_from(sorted(GROUPS)))
def test_the_slice_has_exactly_the_policies_whose_scope_matches(scope: str, action: str) -> None:
    text = f"permit (principal, {scope}, resource);"
    reached = actions_of(parse_body(text), GROUPS)
    request = {
        "principal": 'Agent::"a"',
        "action": {"type": "Action", "id": action},
        "resource": 'Thing::"t"',
        "context": {},
    }
    matches = cedarpy.is_authorized(request, text, _entities()).allowed
    assert (reached is None or action in reached) is matches
