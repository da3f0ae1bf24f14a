"""What released plans say of the actions that are measured: stages, and built-in controls."""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.check.gap.plan_map import PlanMap, least_stage
from watchkeeper.check.objectives.event import Seen
from watchkeeper.records.action import DecisionRecord, Reason
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Stage

BundleOf = Callable[[str], Bundle | None]


class Plans:
    """Looks plans up, each once. `home_stage` is that of the genesis, as far as it was read."""

    def __init__(self, bundle_of: BundleOf, in_force: Bundle) -> None:
        self._bundle_of = bundle_of
        self._maps: dict[str, PlanMap | None] = {}
        self._now = PlanMap(in_force)
        self._stages = {one.id: self._now.stage(one.id) for one in in_force.systems}
        self._systems = {agent.id: agent.system for agent in in_force.agents}
        self._known: dict[tuple[object, ...], Seen] = {}
        self.home_stage = Stage.PRODUCTION

    def expected_stage(self, system: str) -> Stage:
        """Return the stage that counts for a system now, never above that of the home."""
        return self._stages.get(system, self._now.bundle.stage)

    def seen(self, said: DecisionRecord) -> Seen:
        """Return what is known of a decision; equal ones are one object."""
        made, asked = said.decision, said.escalation
        roles = asked.roles if asked is not None else ()
        place = (said.plan, said.system, said.agent, said.server, said.tool)
        key = (*place, said.stage, made, roles)
        found = self._known.get(key)
        if found is None:
            found = self._make(said)
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = found
        return found

    def refused(self, agent: str, reason: str) -> Seen:
        """Return what is known of refusals that were only counted: agent and reason."""
        system = self._systems.get(agent, "")
        stage = least_stage(self.home_stage, self._now.stage(system))
        return Seen(system, agent, "", "block", (reason,), (), (), (), stage)

    def _make(self, said: DecisionRecord) -> Seen:
        plan, made, asked = self._map(said.plan), said.decision, said.escalation
        home = plan.bundle.stage if plan is not None else self.home_stage
        built_in = _built_in(plan, made.reasons)
        return Seen(
            said.system,
            said.agent,
            f"{said.server}/{said.tool}",
            made.outcome.value,
            tuple(reason.value for reason in made.reasons),
            made.policies,
            tuple(sorted({*made.controls, *built_in})),
            asked.roles if asked is not None else (),
            least_stage(said.stage, home),
        )

    def _map(self, digest: str) -> PlanMap | None:
        if digest not in self._maps:
            bundle = self._bundle_of(digest)
            self._maps[digest] = None if bundle is None else PlanMap(bundle)
        return self._maps[digest]


_MOST_KNOWN = 4_096
"""Names that an agent makes up do not fill the memory."""


def _built_in(plan: PlanMap | None, reasons: tuple[Reason, ...]) -> set[str]:
    if plan is None:
        return set()
    return {control for reason in reasons for control in plan.built_in(reason)}
