"""What a released plan says enforces which control, in which system."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from watchkeeper.check.survey import BEFORE_SYSTEM
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control, Row
from watchkeeper.records.plan.policies import Policy
from watchkeeper.records.plan.systems import Stage, System

_STAGES = (Stage.DEMONSTRATION, Stage.PILOT, Stage.PRODUCTION)
_EARLY = frozenset(reason.value for reason in BEFORE_SYSTEM)


def least_stage(*stages: Stage) -> Stage:
    """Return the least real of some stages: a production system in a pilot home is a pilot."""
    return min(stages, key=_STAGES.index)


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What enforces one control in one system; two plans that agree on it are equal here."""

    policies: tuple[Policy, ...]
    built_in: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.policies or self.built_in)


class PlanMap:
    """Looks up a bundle by control, policy, system and reason.

    The empty system id stands for what is decided before the system of an action is known, and
    for controls of the organisation as a whole.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.controls: dict[str, Control] = {control.id: control for control in bundle.controls}
        self.systems: dict[str, System] = {system.id: system for system in bundle.systems}
        self.rows: dict[str, Row] = {row.control: row for row in bundle.applicability}
        self._policies: dict[tuple[str, str], list[Policy]] = defaultdict(list)
        self._controls_of: dict[str, frozenset[str]] = {}
        self._built_in: dict[str, list[str]] = defaultdict(list)
        self._covering: dict[tuple[str, str], frozenset[str]] = {}
        self._index_policies()
        for control in bundle.controls:
            for reason in control.built_in:
                self._built_in[reason].append(control.id)

    def _index_policies(self) -> None:
        listed: dict[str, set[str]] = defaultdict(set)
        for control in self.bundle.controls:
            for policy_id in control.policies:
                listed[policy_id].add(control.id)
        for policy in self.bundle.policies:
            controls = frozenset({policy.control, *listed[policy.id]})
            self._controls_of[policy.id] = controls
            for control_id in controls:
                self._policies[control_id, policy.system].append(policy)

    def enforcement(self, control: str, system: str) -> Enforcement:
        """Return what enforces the control in the system."""
        policies = sorted(self._policies.get((control, system), ()), key=lambda policy: policy.id)
        found = self.controls.get(control)
        early, late = _split(found.built_in if found is not None else ())
        return Enforcement(tuple(policies), late if system else early)

    def controls_of(self, policy: str) -> frozenset[str]:
        """Return the controls that a policy enforces; none for a policy that is not in the plan."""
        return self._controls_of.get(policy, frozenset())

    def built_in(self, reason: str) -> list[str]:
        """Return the controls that the runtime's own check with this reason enforces."""
        return self._built_in.get(reason, [])

    def covering(self, system: str, action: str) -> frozenset[str]:
        """Return the controls whose policies speak of an action; of any action, if it is empty."""
        found = self._covering.get((system, action))
        if found is None:
            found = frozenset(
                control
                for (control, of_system), policies in self._policies.items()
                if of_system == system and any(_speaks(policy, action) for policy in policies)
            )
            self._covering[system, action] = found
        return found

    def places(self, control: Control) -> list[str]:
        """Return the systems in which a control should hold, the empty id included.

        Those it names; otherwise those of its policies; otherwise, for a built-in check, every
        system in scope; otherwise the organisation as a whole.
        """
        early, late = _split(control.built_in)
        of_policies = {system for found, system in self._policies if found == control.id}
        if early and not late and not of_policies:
            return [""]
        named = of_policies | set(control.systems)
        if late and not named:
            named = {system.id for system in self.bundle.systems if system.in_scope}
        if early or not named:
            named.add("")
        return sorted(named)

    def policy_controls(self) -> set[tuple[str, str]]:
        """Return every (control, system) that some policy names."""
        return set(self._policies)

    def stage(self, system: str) -> Stage:
        """Return the stage that counts for a system: never above that of the home."""
        found = self.systems.get(system)
        return self.bundle.stage if found is None else least_stage(self.bundle.stage, found.stage)

    def applicable(self, control: str) -> str:
        """Return `in`, `out` or `undetermined`; undetermined where no row states it."""
        row = self.rows.get(control)
        return row.applicable if row is not None else "undetermined"

    def in_scope(self, system: str) -> bool:
        """Tell whether a system is in scope; the organisation as a whole is."""
        found = self.systems.get(system)
        return found is None or found.in_scope


def _split(reasons: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part built-in reasons into those given before the system is known, and the others."""
    early = tuple(sorted(reason for reason in reasons if reason in _EARLY))
    return early, tuple(sorted(reason for reason in reasons if reason not in _EARLY))


def _speaks(policy: Policy, action: str) -> bool:
    return not action or policy.actions is None or action in policy.actions
