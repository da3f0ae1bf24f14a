"""What policies and grants let through together: one may undo the limits of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from watchkeeper.plan.compile.assemble import ScopedPolicy
from watchkeeper.plan.compile.fact_types import RESERVED
from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.policies.paths import facts_used
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.models.authority import GrantEntry
from watchkeeper.plan.workspace.models.tool import ToolEntry
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.plan.policies import PolicyKind


def check_permits(
    policies: Sequence[ScopedPolicy], tools: Mapping[str, ToolEntry], report: Report
) -> None:
    """Check the permits that people wrote in one system; `tools` are its own, by action."""
    for item in policies:
        if item.policy.kind is PolicyKind.PERMIT and item.policy.grant is None:
            reached = item.actions if item.actions is not None else tuple(tools)
            report.findings.extend(_facts(item.policy, reached, tools))
            report.findings.extend(_everything(item))


def check_grants(
    policies: Sequence[ScopedPolicy], agent: str, grants: Sequence[tuple[GrantEntry, Spot]]
) -> None:
    """Check whether something else lets an agent past the limits of its grants."""
    for grant, spot in grants:
        for item in policies:
            actions = _shared(item, agent, grant)
            if actions:
                spot.gap(
                    "grant-bypassed",
                    f"permit `{item.policy.notes.id}` permits {', '.join(actions)} too, "
                    f"so the limits of grant `{grant.id}` do not bound it",
                    f"take the action out of the permit in {item.policy.file}",
                )
    for (one, _), (other, spot) in combinations(grants, 2):
        shared = sorted(set(one.actions) & set(other.actions))
        if shared:
            spot.gap(
                "grants-overlap",
                f"grants `{one.id}` and `{other.id}` both name {', '.join(shared)}",
                "whatever either permits is permitted, and both are charged: make one of the two",
            )


def _shared(item: ScopedPolicy, agent: str, grant: GrantEntry) -> list[str]:
    policy = item.policy
    if policy.kind is not PolicyKind.PERMIT or policy.grant is not None:
        return []
    principal = policy.body["principal"]
    if principal["op"] == "==" and principal["entity"]["id"] != agent:
        return []
    reached = grant.actions if item.actions is None else set(grant.actions) & set(item.actions)
    return sorted(set(reached))


def _everything(item: ScopedPolicy) -> Iterator[Finding]:
    if item.actions is None and not item.policy.body.get("conditions"):
        message = "permits every tool of its system, those that come later too"
        yield _finding(
            item.policy, Severity.MANAGEMENT, message, "name the actions", "permits-everything"
        )


def _facts(
    policy: ParsedPolicy, actions: Sequence[str], tools: Mapping[str, ToolEntry]
) -> Iterator[Finding]:
    """A fact only narrows authority unless its source is trusted (decision semantics, 2)."""
    for name in sorted(facts_used(policy.body) - set(RESERVED)):
        sources = [tools[a].facts[name] for a in actions if a in tools and name in tools[a].facts]
        if not sources or not all(source.trusted for source in sources):
            yield _finding(
                policy,
                Severity.SAFETY,
                f"a permit rests on the fact `{name}`, which a tool server could make up",
                "put the opposite into a forbid, or say `trusted: true` of the fact",
                "fact-widens",
            )


def _finding(
    policy: ParsedPolicy, severity: Severity, message: str, advice: str, code: str
) -> Finding:
    said = f"policy `{policy.notes.id}`: {message}"
    return Finding(severity, policy.file, policy.line, said, advice, code)
