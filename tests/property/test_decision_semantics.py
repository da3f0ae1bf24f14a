"""What must hold of every decision, over generated plans with real Cedar bodies (semantics, 4)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.small_plan import (
    ACTIONS,
    AGENTS,
    Rule,
    context_of,
    decided,
    enforcer,
    facts,
    plan,
    request,
    stock,
)
from watchkeeper.do.decision.decide import decide
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.engine import Findings
from watchkeeper.do.decision.request import Request
from watchkeeper.ledger.plan_bundle import bundle_bytes, parse_bundle
from watchkeeper.records.action import Outcome, Reason
from watchkeeper.records.plan.policies import PolicyKind

# Beyond 64 bits for every x but 0: Cedar answers with an error, and skips the policy.
_ERRS = "context.args.x * 9007199254740991 * 9007199254740991 > 0"
_CONDITIONS = st.sampled_from(
    [
        "",
        "",
        "context.args.x > 1",
        "context.args.x <= 1",
        "context.args has note",
        'context.args has note && context.args.note like "a*"',
        _ERRS,
        f"!({_ERRS})",
        f"context.args.x > 1 && {_ERRS}",
        f"context.args.x > 1 || {_ERRS}",
    ]
)
_SCOPES = st.sampled_from(
    [
        "action",
        'action == Action::"box/put"',
        'action == Action::"box/look"',
        'action == Action::"writes"',
        'action in Action::"writes"',
        'action in Action::"reads"',
        'action in Action::"server:box"',
        'action in Action::"box/burn"',
        'action in [Action::"box/put", Action::"reads"]',
        'action in [Action::"box/look", Action::"box/burn"]',
    ]
)
_PRINCIPALS = st.sampled_from(
    [
        "principal",
        "principal",
        'principal == Agent::"ant"',
        'principal == Agent::"bee"',
        'principal in System::"boxes"',
        'principal in System::"other"',
        "principal is Agent",
        'principal is Agent in System::"boxes"',
    ]
)
_KINDS = st.sampled_from(
    [PolicyKind.PERMIT, PolicyKind.PERMIT, PolicyKind.FORBID, PolicyKind.REVIEW]
)
_FORBIDS = st.sampled_from([PolicyKind.FORBID, PolicyKind.REVIEW])


def _rules(
    kinds: st.SearchStrategy[PolicyKind] = _KINDS, most: int = 7
) -> st.SearchStrategy[list[Rule]]:
    one = st.builds(Rule, st.just(""), kinds, _SCOPES, _PRINCIPALS, _CONDITIONS)
    return st.lists(one, max_size=most).map(
        lambda rules: [replace(rule, id=f"p{n}") for n, rule in enumerate(rules)]
    )


_REQUESTS = st.builds(
    lambda action, x, agent, note: request(action, x, agent, **note),
    st.sampled_from(ACTIONS),
    st.integers(0, 3),
    st.sampled_from(AGENTS),
    st.sampled_from([{}, {"note": "abc"}, {"note": ""}]),
)
_TOWARDS_ALLOW = {Outcome.BLOCK: 0, Outcome.ESCALATE: 1, Outcome.ALLOW: 2}
_MANY = settings(max_examples=80)


def _hard(rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.kind is not PolicyKind.REVIEW]


@_MANY
@given(_rules(), _REQUESTS)
def test_what_we_allow_stock_cedar_allows_over_all_policies(
    rules: list[Rule], asked: Request
) -> None:
    if decided(rules, asked).part.outcome is Outcome.ALLOW:
        assert stock(rules, asked).allowed


@_MANY
@given(_rules(), _REQUESTS)
def test_what_we_do_not_block_stock_cedar_allows_over_the_hard_rules(
    rules: list[Rule], asked: Request
) -> None:
    if decided(rules, asked).part.outcome is not Outcome.BLOCK:
        assert stock(_hard(rules), asked).allowed


@_MANY
@given(_rules(), _REQUESTS)
def test_where_nothing_errs_we_allow_what_stock_cedar_allows(
    rules: list[Rule], asked: Request
) -> None:
    answer = stock(rules, asked)
    if not answer.errors:
        allowed = decided(rules, asked).part.outcome is Outcome.ALLOW
        assert allowed == answer.allowed


@_MANY
@given(_rules(), _rules(_FORBIDS, 2), _REQUESTS)
def test_one_more_forbid_never_moves_an_outcome_towards_allow(
    rules: list[Rule], more: list[Rule], asked: Request
) -> None:
    added = [replace(rule, id=f"more-{rule.id}") for rule in more]
    before = decided(rules, asked).part.outcome
    after = decided(rules + added, asked).part.outcome
    assert _TOWARDS_ALLOW[after] <= _TOWARDS_ALLOW[before]


@_MANY
@given(_rules(), _rules(st.just(PolicyKind.PERMIT), 2), _REQUESTS)
def test_one_more_permit_never_lifts_a_forbid(
    rules: list[Rule], more: list[Rule], asked: Request
) -> None:
    added = [replace(rule, id=f"more-{rule.id}") for rule in more]
    before, after = decided(rules, asked).part, decided(rules + added, asked).part
    if before.reasons == (Reason.FORBIDDEN,):
        assert (after.outcome, after.policies) == (before.outcome, before.policies)


@_MANY
@given(_rules(), st.integers(0, 6), _REQUESTS)
def test_a_review_made_hard_only_turns_escalate_into_block(
    rules: list[Rule], which: int, asked: Request
) -> None:
    hardened = [
        replace(rule, kind=PolicyKind.FORBID)
        if n == which and rule.kind is PolicyKind.REVIEW
        else rule
        for n, rule in enumerate(rules)
    ]
    before = decided(rules, asked).part.outcome
    after = decided(hardened, asked).part.outcome
    assert after is before or (before, after) == (Outcome.ESCALATE, Outcome.BLOCK)


@_MANY
@given(_rules(), _REQUESTS, st.randoms(use_true_random=False))
def test_the_order_of_policies_never_matters(
    rules: list[Rule], asked: Request, chance: object
) -> None:
    shuffled = list(rules)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decided(rules, asked).part == decided(shuffled, asked).part


@_MANY
@given(_rules(), _REQUESTS)
def test_the_same_input_gives_the_same_decision_from_the_plan_as_bytes(
    rules: list[Rule], asked: Request
) -> None:
    bundle = plan(rules)
    again = Enforcer(parse_bundle(bundle_bytes(bundle)), "e" * 64, "somebody else")
    first = decide(Enforcer(bundle, "d" * 64, "ana"), asked, facts())
    assert decide(again, asked, facts()).part == first.part


@_MANY
@given(_rules(), _REQUESTS)
def test_errors_fail_closed_and_are_told(rules: list[Rule], asked: Request) -> None:
    part, answer = decided(rules, asked).part, stock(rules, asked)
    kinds = {rule.id: rule.kind for rule in rules}
    assert set(part.errors) == answer.errors
    erring = {kinds[policy] for policy in answer.errors}
    if PolicyKind.FORBID in erring:
        assert part.outcome is Outcome.BLOCK
        assert part.reasons == (Reason.FORBIDDEN,)
    elif PolicyKind.REVIEW in erring:
        assert part.outcome is not Outcome.ALLOW
    if part.outcome is Outcome.ALLOW:
        assert not set(part.policies) & answer.errors


@_MANY
@given(_rules(), _REQUESTS)
def test_the_slice_says_what_the_whole_set_says(rules: list[Rule], asked: Request) -> None:
    made, answer = enforcer(rules), stock(rules, asked)
    context = context_of(made, asked)
    found = made.policies["boxes"].ask(
        asked.call.agent, asked.action, context.resource, context.cedar
    )
    assert found.failed is None
    assert set(found.errors) == answer.errors
    assert {*found.forbids, *found.reviews} == (set() if answer.allowed else answer.reasons)
    assert _permits(found) == _permits_of_all(rules, asked)


def _permits(found: Findings) -> set[str] | None:
    """A hard forbid hides the permits, which then do not matter."""
    return None if found.forbids else set(found.permits)


def _permits_of_all(rules: list[Rule], asked: Request) -> set[str] | None:
    answer = stock(_hard(rules), asked)
    kinds = {rule.id: rule.kind for rule in rules}
    if any(kinds[policy] is PolicyKind.FORBID for policy in answer.reasons):
        return None
    return set(answer.reasons)


@_MANY
@given(_rules(st.just(PolicyKind.PERMIT)), _REQUESTS)
def test_what_no_scope_matches_nothing_permits(rules: list[Rule], asked: Request) -> None:
    made = enforcer(rules)
    may = made.policies["boxes"].may_permit(asked.call.agent, asked.action)
    assert may == bool(stock([replace(rule, when="") for rule in rules], asked).allowed)


@_MANY
@given(_rules(), st.sets(st.integers(0, 6)), _REQUESTS)
def test_observed_policies_are_left_out_and_told(
    rules: list[Rule], which: set[int], asked: Request
) -> None:
    until = "2026-12-01T00:00:00.000000Z"
    policies = [rule.policy() for rule in rules]
    observed = [
        replace(policy, observe_until=until) if n in which else policy
        for n, policy in enumerate(policies)
    ]
    found = decided(observed, asked)
    rest = [policy for n, policy in enumerate(policies) if n not in which]
    assert found.part == decided(rest, asked).part
    full = decided(policies, asked).part
    assert (found.would or found.part) == full


@_MANY
@given(_rules(), st.sets(st.integers(0, 6)), _REQUESTS)
def test_past_its_end_date_an_observed_policy_enforces(
    rules: list[Rule], which: set[int], asked: Request
) -> None:
    until = "2026-11-23T08:00:00.000000Z"
    policies = [rule.policy() for rule in rules]
    ended = [
        replace(policy, observe_until=until) if n in which else policy
        for n, policy in enumerate(policies)
    ]
    found = decided(ended, asked)
    assert found.would is None
    assert found.part == decided(policies, asked).part


@settings(max_examples=60)
@given(_rules(), _REQUESTS, st.sampled_from(list(Reason)))
def test_what_the_home_refuses_is_blocked_whatever_the_policies_say(
    rules: list[Rule], asked: Request, reason: Reason
) -> None:
    part = decided(rules, asked, refused=reason).part
    assert (part.outcome, part.reasons) == (Outcome.BLOCK, (reason,))
