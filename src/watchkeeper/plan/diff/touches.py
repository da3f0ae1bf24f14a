"""Which systems, controls, risks and objectives a change of the plan bears on.

Looked up in both plans: what went bears on what it belonged to, what came on what it belongs to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from watchkeeper.plan.diff.changes import Change, PlanDiff, Touches
from watchkeeper.records.plan.bundle import Bundle

Index = Mapping[tuple[str, str], set[str]]
_POLICY_KINDS = ("permit", "forbid", "review", "policy")
_EVERYWHERE = {("plan", "whole"), ("management", "whole")}


def with_touches(diff: PlanDiff, *plans: Bundle) -> PlanDiff:
    """Return the same changes, each with what it bears on in any of the plans."""
    if not diff.changes:
        return diff
    known = _Known(plans)
    changes = tuple(replace(change, touches=known.of(change)) for change in diff.changes)
    return replace(diff, changes=changes, touches=together(one.touches for one in changes))


def together(all_: Iterable[Touches]) -> Touches:
    """Return what several changes bear on, each thing once."""
    found = tuple(all_)
    return Touches(
        *(
            tuple(sorted({id_ for one in found for id_ in getattr(one, name)}))
            for name in ("systems", "controls", "risks", "objectives")
        )
    )


class _Known:
    """What belongs to what, by kind and id of what can change."""

    def __init__(self, plans: Iterable[Bundle]) -> None:
        self._systems: Index = defaultdict(set)
        self._controls: Index = defaultdict(set)
        self._risks: Index = defaultdict(set)
        self._aims: Index = defaultdict(set)
        self._every: set[str] = set()
        for plan in plans:
            self._every |= {system.id for system in plan.systems}
            _agents(plan, self._systems)
            _servers(plan, self._systems)
            _policies(plan, self._systems, self._controls)
            _grants(plan, self._systems, self._controls)
            _controls(plan, self._systems, self._controls, self._risks)
            _objectives(plan, self._systems, self._controls, self._risks, self._aims)
            _roles(plan, self._systems, self._controls)

    def of(self, change: Change) -> Touches:
        key = (change.kind, change.id)
        systems = set(self._systems.get(key, ()))
        if change.kind == "system":
            systems.add(change.id)
        elif change.kind == "assessment":
            systems.add(change.id.partition(":")[0])
        elif key in _EVERYWHERE or change.kind == "limit":
            systems |= self._every
        controls = set(self._controls.get(key, ()))
        risks = {risk for id_ in controls for risk in self._risks.get(("control", id_), ())}
        risks |= self._risks.get(key, set())
        about = [key, *(("control", id_) for id_ in controls)]
        if change.kind in {"system", "assessment"}:
            about += [("system", id_) for id_ in systems]
        aims = {aim for one in about for aim in self._aims.get(one, ())}
        return Touches(*(tuple(sorted(ids)) for ids in (systems, controls, risks, aims)))


def _agents(plan: Bundle, systems: Index) -> None:
    for agent in plan.agents:
        systems["agent", agent.id].add(agent.system)
    for application in plan.applications:
        systems["application", application.id].add(application.system)


def _servers(plan: Bundle, systems: Index) -> None:
    using: dict[str, set[str]] = defaultdict(set)
    for system in plan.systems:
        for name in system.servers:
            using[name].add(system.id)
    for server in plan.servers:
        systems["server", server.id] |= using[server.id]
        for tool in server.tools:
            systems["tool", f"{server.id}/{tool.name}"] |= using[server.id]


def _policies(plan: Bundle, systems: Index, controls: Index) -> None:
    for policy in plan.policies:
        for kind in _POLICY_KINDS:
            systems[kind, policy.id].add(policy.system)
            controls[kind, policy.id].add(policy.control)
        for action in policy.actions or ():
            controls["tool", action].add(policy.control)


def _grants(plan: Bundle, systems: Index, controls: Index) -> None:
    for grant in plan.grants:
        systems["grant", grant.id] |= systems["agent", grant.agent]
        controls["grant", grant.id].add(grant.control)
        controls["agent", grant.agent].add(grant.control)
        for action in grant.actions:
            controls["tool", action].add(grant.control)
    for budget in plan.shared_budgets:
        key = ("shared budget", budget.id)
        controls[key].add(budget.control)
        for agent in budget.agents:
            systems[key] |= systems["agent", agent]
        for action in budget.actions:
            systems[key] |= systems["tool", action]


def _controls(plan: Bundle, systems: Index, controls: Index, risks: Index) -> None:
    for control in plan.controls:
        systems["control", control.id].update(control.systems)
        risks["control", control.id].update(control.risks)
        controls["control", control.id].add(control.id)
        controls["row", control.id].add(control.id)
        systems["row", control.id].update(control.systems)
        for sentence in control.sentences:
            controls["document", sentence.partition("#")[0]].add(control.id)
        for system in control.systems:
            controls["system", system].add(control.id)
    for row in plan.applicability:
        risks["control", row.control].update(row.risks)
        controls["row", row.control].add(row.control)


def _objectives(plan: Bundle, systems: Index, controls: Index, risks: Index, aims: Index) -> None:
    for aim in plan.objectives:
        key = ("objective", aim.id)
        systems[key].update(aim.systems)
        controls[key].update(aim.controls)
        risks[key].update(aim.risks)
        aims[key].add(aim.id)
        for system in aim.systems:
            aims["system", system].add(aim.id)
        for control in aim.controls:
            aims["control", control].add(aim.id)


def _roles(plan: Bundle, systems: Index, controls: Index) -> None:
    """A role bears on what its holders decide on, and a person on what their roles do."""
    for policy in plan.policies:
        for role in policy.escalate_to:
            systems["role", role].add(policy.system)
            controls["role", role].add(policy.control)
    for role, holders in plan.roles.items():
        for person in holders:
            systems["person", person] |= systems["role", role]
            controls["person", person] |= controls["role", role]
