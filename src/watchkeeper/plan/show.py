"""A plan in plain words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watchkeeper.records.plan.bounds import Budget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Band, Grant
from watchkeeper.records.plan.policies import Policy, PolicyKind
from watchkeeper.records.plan.systems import Retention, System
from watchkeeper.records.plan.tools import Tool

_UNITS = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def render_plan(bundle: Bundle) -> str:
    """Say what a plan lets agents do, what it forbids, what it has reviewed, and who answers."""
    lines = [f"{bundle.organisation} ({bundle.stage.value})", bundle.scope, ""]
    for system in bundle.systems:
        lines += [*_system(bundle, system), ""]
    lines += ["Roles", *(_role(role, who) for role, who in bundle.roles.items()), ""]
    if bundle.on_call:
        lines += ["Told of what waits", *_telling(bundle), ""]
    lines += ["Controls", *_controls(bundle), ""]
    if bundle.gaps:
        lines += [f"Gaps of the management system ({len(bundle.gaps)})"]
        lines += [f"  {gap}" for gap in bundle.gaps]
    return "\n".join(lines).rstrip()


def _system(bundle: Bundle, system: System) -> Iterator[str]:
    scope = "in scope" if system.in_scope else "out of scope"
    yield f"System {system.id}: {system.title} ({scope}, {system.stage.value})"
    yield f"  {system.scope_reason}"
    if system.retention is not None:
        yield f"  Payloads {_retention(system.retention)}"
    agents = [agent for agent in bundle.agents if agent.system == system.id]
    for agent in agents:
        about = ", ".join(part for part in (agent.model, agent.version) if part)
        yield f"  Agent {agent.id}" + (f" ({about})" if about else "")
        for grant in bundle.grants:
            if grant.agent == agent.id:
                yield from (f"    {line}" for line in _grant(bundle, grant))
    for one in bundle.applications:
        if one.system == system.id:
            yield f"  Application {one.id}: may sign {', '.join(one.may)}"
    yield from (f"  {line}" for line in (*_shared(bundle, system), *_history(system)))
    yield from _policies(bundle, system)
    for server in bundle.servers:
        if server.id in system.servers:
            where = server.url or " ".join(server.command)
            yield f"  Server {server.id}: {where}"
            yield from (f"    {_tool(tool)}" for tool in server.tools)


def _policies(bundle: Bundle, system: System) -> Iterator[str]:
    for kind in PolicyKind:
        for policy in bundle.policies:
            if policy.system == system.id and policy.kind is kind and policy.grant is None:
                yield f"  {_policy(policy)}"


def _grant(bundle: Bundle, grant: Grant) -> Iterator[str]:
    until = f", until {grant.valid_until[:10]}" if grant.valid_until else ""
    yield (
        f"may {', '.join(grant.actions)}: grant {grant.id}, "
        f"by {grant.granted_by}, for control {grant.control}{until}"
    )
    if grant.mandate is not None:
        yield "  only in an open task that covers it"
    if grant.delegable is not None:
        most = "".join(f", {name} up to {most}" for name, most in grant.delegable.most.items())
        yield f"  may be lent to {', '.join(grant.delegable.to)}{most}"
    for band in grant.bands:
        yield f"  {_band(band, grant.review_role)}"
    for budget in grant.budgets:
        yield f"  {_budget(budget)}"
    for policy in bundle.policies:
        if policy.grant == grant.id and policy.kind is PolicyKind.REVIEW:
            yield f"  reviewed by {_review(policy)}"
            return


def _band(band: Band, role: str | None) -> str:
    review = f", with review by {role} up to {band.review}" if band.review else ""
    return f"{band.argument} from {band.least}: alone up to {band.alone}{review}, never beyond"


def _budget(budget: Budget) -> str:
    caps = [f"{budget.count} times" if budget.count is not None else ""]
    caps += [f"{budget.argument} {budget.sum} in all" if budget.sum is not None else ""]
    return f"at most {' and '.join(cap for cap in caps if cap)} in {_window(budget)}"


def _window(budget: Budget) -> str:
    if budget.calendar is not None:
        return f"a calendar {budget.calendar.value} in {budget.zone}"
    zone = f" (calendar days in {budget.zone})" if budget.zone else ""
    return f"{duration(budget.seconds)}{zone}"


def _shared(bundle: Bundle, system: System) -> Iterator[str]:
    mine = {agent.id for agent in bundle.agents if agent.system == system.id}
    for one in bundle.shared_budgets:
        if mine & set(one.agents):
            cap = one.budget
            caps = [f"{cap.count} times" if cap.count is not None else ""]
            caps += [f"{one.currency} {cap.sum} in all" if cap.sum is not None else ""]
            said = " and ".join(part for part in caps if part)
            yield f"{', '.join(one.agents)} share budget {one.id}, by {one.granted_by}:"
            yield f"  at most {said} in {_window(cap)} over {', '.join(one.actions)}"


def _history(system: System) -> Iterator[str]:
    for fact in system.history:
        what = f"{fact.kind.value} of {', '.join(fact.tools)}"
        yield f"fact history.{fact.name}: {what}, same {fact.same}, in {duration(fact.seconds)}"


def _review(policy: Policy) -> str:
    people = f"{policy.approvals} of " if policy.approvals > 1 else ""
    return f"{people}{', '.join(policy.escalate_to)}, within {duration(policy.expires_seconds)}"


def _policy(policy: Policy) -> str:
    reach = ", ".join(policy.actions) if policy.actions is not None else "every action"
    said = f"{policy.kind.value} {policy.id} ({policy.control}): {reach or 'no action'}"
    if policy.kind is PolicyKind.REVIEW:
        said += f"; reviewed by {_review(policy)}"
    if policy.observe_until:
        said += f"; only observed until {policy.observe_until[:10]}"
    return said


def _retention(says: Retention) -> str:
    least = f"stay at least {duration(says.least_seconds)}" if says.least_seconds else "may go"
    early = " (a person's request is granted earlier)" if says.subject_before_least else ""
    if says.most_seconds is None:
        return f"{least}{early}, and are never due"
    by = "by the gateway" if says.automatic else "by a person"
    return f"{least}{early}, are due after {duration(says.most_seconds)}, and erased {by}"


def _tool(tool: Tool) -> str:
    kind = "writes" if tool.writes else "reads"
    return f"{tool.name} {kind}, pin {tool.pin[:12]}"


def _role(role: str, holders: Iterable[str]) -> str:
    return f"  {role}: {', '.join(holders) or 'nobody'}"


def _controls(bundle: Bundle) -> Iterator[str]:
    for control in bundle.controls:
        by = [*control.policies, *(f"check {code}" for code in control.built_in)]
        yield f"  {control.id} ({control.owner}): {', '.join(by) or 'a document only'}"


def duration(seconds: int) -> str:
    """Return a duration in the largest unit that divides it."""
    for size, name in _UNITS:
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {name}{'s' if count != 1 else ''}"
    return f"{seconds} seconds"


def _telling(bundle: Bundle) -> Iterator[str]:
    for role, rungs in bundle.on_call.items():
        steps = (
            f"{'at once' if not rung.after_seconds else 'after ' + duration(rung.after_seconds)} "
            f"{', '.join(rung.tell) or 'nobody'}"
            for rung in rungs
        )
        yield f"  {role}: {'; '.join(steps)}"
