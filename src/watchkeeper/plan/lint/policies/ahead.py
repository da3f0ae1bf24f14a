"""Reviews that may be approved ahead: what their caps name, and what is left of the review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.compile.numbers import find_number
from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.load import Workspace


def check_ahead(
    workspace: Workspace,
    policy: ParsedPolicy,
    actions: Iterable[str],
    tools: Mapping[str, TypedTool],
) -> Iterator[Finding]:
    """Yield what is wrong with letting a review be approved ahead, if it lets that."""
    rule = policy.notes.standing
    if rule is None:
        return
    for action in actions:
        yield from _caps(policy, action, tools[action])
    if policy.notes.reason_required:
        yield _finding(
            policy,
            Severity.SAFETY,
            "each approval needs a reason, which nobody can give ahead",
            "take `standing` away, or ask for no reason",
            "standing-reason",
        )
    needed = max(policy.notes.approvals, len(policy.notes.escalate_to))
    if needed > 1:
        yield _finding(
            policy,
            Severity.MANAGEMENT,
            f"{needed} people must approve, and all of them may approve ahead",
            "take `standing` away where several people should look at each action",
            "standing-of-many",
        )
    yield from _kept(workspace, policy, rule.within_seconds)


def _caps(policy: ParsedPolicy, action: str, tool: TypedTool) -> Iterator[Finding]:
    rule = policy.notes.standing
    for argument in rule.most if rule else ():
        try:
            find_number(tool, argument)
        except PlanRefused as error:
            message = f"its cap on what is approved ahead does not fit {action}: {error.message}"
            yield _finding(policy, Severity.SAFETY, message, error.advice, "standing-cap")
    if rule is not None and not rule.most and tool.unbounded:
        yield _finding(
            policy,
            Severity.MANAGEMENT,
            f"{action} may be approved ahead whatever its numbers are",
            "cap them with `most`",
            "standing-uncapped",
        )


def _kept(workspace: Workspace, policy: ParsedPolicy, seconds: int) -> Iterator[Finding]:
    """What was approved should still be there to look at while it lets others through."""
    system = workspace.systems.get(policy.system)
    retention = system.says.retention if system else None
    if retention is not None and retention.most is not None and retention.most < seconds:
        yield _finding(
            policy,
            Severity.MANAGEMENT,
            "an approval ahead may outlast the action that it was given on",
            "let it last no longer than the system's `retention.most`",
            "standing-retention",
        )


def _finding(
    policy: ParsedPolicy, severity: Severity, message: str, advice: str, code: str
) -> Finding:
    said = f"review `{policy.notes.id}`: {message}"
    return Finding(severity, policy.file, policy.line, said, advice, code)
