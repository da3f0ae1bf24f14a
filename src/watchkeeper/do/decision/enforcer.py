"""A released plan, ready to decide: every look-up that a decision needs, made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from watchkeeper.do.decision.bounds.history import Rule, rules_of
from watchkeeper.do.decision.engine import Policies
from watchkeeper.do.decision.facts import LentFact
from watchkeeper.do.decision.management import Timelines
from watchkeeper.do.encode.check import ArgumentCheck
from watchkeeper.do.encode.encoder import ArgumentEncoder
from watchkeeper.errors import EngineFailed, cut
from watchkeeper.ledger.canonical import MAX_RECORD_DEPTH, parse_json
from watchkeeper.records.action import Accountable, Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import SharedBudget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Grant
from watchkeeper.records.plan.management.controls import Control
from watchkeeper.records.plan.management.state import AimsState, Watched
from watchkeeper.records.plan.policies import Policy
from watchkeeper.records.plan.systems import Agent, System
from watchkeeper.records.plan.tools import Tool


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """A tool of the plan with the check of its arguments."""

    server: str
    tool: Tool
    check: ArgumentCheck
    encoder: ArgumentEncoder

    @property
    def action(self) -> str:
        """The action's name in policies: `server/tool`."""
        return f"{self.server}/{self.tool.name}"


class Enforcer:
    """One released plan.

    Raises:
        EngineFailed: the bundle's policies or schemas do not load.
    """

    __slots__ = (
        "_agents",
        "_controls",
        "_grantors",
        "_grants",
        "_history",
        "_lendable",
        "_mandated",
        "_methods",
        "_policies_by_id",
        "_shared",
        "_shared_on",
        "_systems",
        "_timelines",
        "_tools",
        "bundle",
        "digest",
        "policies",
        "released_by",
    )

    def __init__(self, bundle: Bundle, digest: str, released_by: str) -> None:
        self.bundle = bundle
        self.digest = digest
        self.released_by = released_by
        self._agents: Mapping[str, Agent] = {agent.id: agent for agent in bundle.agents}
        self._systems: Mapping[str, System] = {system.id: system for system in bundle.systems}
        self._controls: Mapping[str, Control] = {c.id: c for c in bundle.controls}
        self._policies_by_id: Mapping[str, Policy] = {p.id: p for p in bundle.policies}
        self._tools = {
            (server.id, tool.name): ToolEntry(
                server.id,
                tool,
                ArgumentCheck(_schema_of(tool)),
                ArgumentEncoder(tool.root, tool.derived),
            )
            for server in bundle.servers
            for tool in server.tools
        }
        self._methods = {server.id: server.methods for server in bundle.servers}
        self._grantors = {grant.id: grant.granted_by for grant in bundle.grants}
        self._grants: dict[tuple[str, str], tuple[Grant, ...]] = {}
        for grant in bundle.grants:
            for action in grant.actions:
                for agent in _holders(grant):
                    key = (agent, action)
                    self._grants[key] = (*self._grants.get(key, ()), grant)
        self._grantors.update({budget.name: budget.granted_by for budget in bundle.shared_budgets})
        self._shared = _shared_of(bundle)
        self._history = rules_of(bundle)
        self._timelines = None if bundle.management is None else Timelines(bundle.management)
        self._shared_on = {
            (self._agents[agent].system, action)
            for agent, action in self._shared
            if agent in self._agents
        }
        self._mandated = self._actions_of(grant for grant in bundle.grants if grant.mandate)
        self._lendable = self._actions_of(grant for grant in bundle.grants if grant.delegable)
        self.policies = {
            system.id: Policies(bundle, system.id)
            for system in bundle.systems
            if system.id in bundle.cedar_schemas
        }

    def _actions_of(self, grants: Iterable[Grant]) -> frozenset[tuple[str, str]]:
        """Return the actions of grants, each with its system."""
        known = ((self._agents[g.agent].system, g) for g in grants if g.agent in self._agents)
        return frozenset((system, action) for system, grant in known for action in grant.actions)

    def agent(self, agent: str) -> Agent | None:
        """Return the declared agent, or None."""
        return self._agents.get(agent)

    def system_of(self, agent: str) -> System | None:
        """Return the AI system that an agent belongs to, or None."""
        found = self._agents.get(agent)
        return None if found is None else self._systems.get(found.system)

    def tool(self, server: str, tool: str) -> ToolEntry | None:
        """Return a tool of the plan, or None."""
        return self._tools.get((server, tool))

    def lets_through(self, system: System, server: str, method: str) -> bool:
        """Tell whether a tool file names a method other than a tool call."""
        return server in system.servers and method in self._methods.get(server, ())

    def grants(self, agent: str, action: str) -> tuple[Grant, ...]:
        """Return the grants whose scope matches an agent and an action: its own, or lent ones."""
        return self._grants.get((agent, action), ())

    def shared(self, agent: str, action: str) -> tuple[SharedBudget, ...]:
        """Return the shared budgets in whose scope an action of an agent is."""
        return self._shared.get((agent, action), ())

    def is_shared(self, system: str, action: str) -> bool:
        """Tell whether an action is in the scope of a budget that some agent of a system shares."""
        return (system, action) in self._shared_on

    def mandated(self, system: str, action: str) -> bool:
        """Tell whether a grant in a system permits an action only where an open task covers it."""
        return (system, action) in self._mandated

    def history(self, system: str, action: str) -> tuple[Rule, ...]:
        """Return the facts of what happened before that policies on an action may look at."""
        return self._history.offered.get((system, action), ())

    def counted(self, action: str) -> tuple[Rule, ...]:
        """Return the facts for which an action counts once it happened."""
        return self._history.counted.get(action, ())

    def tainting(self, server: str) -> tuple[Rule, ...]:
        """Return the facts for which any content of a server is untrusted."""
        return self._history.tainting.get(server, ())

    def lendable(self, system: str, action: str) -> bool:
        """Tell whether some grant in a system that names an action may be lent."""
        return (system, action) in self._lendable

    @property
    def managed(self) -> bool:
        """Tell whether the plan says in which state the management system is."""
        return self._timelines is not None

    def aims(self, system: str, at: Instant, more: tuple[Watched, ...] = ()) -> AimsState | None:
        """Return what of the management system counts for a system at a moment.

        `more` is what the home's records add to the plan. None where the plan has none.
        """
        return None if self._timelines is None else self._timelines.at(system, at, more)

    def policy(self, policy_id: str) -> Policy:
        """Return a policy by its id."""
        return self._policies_by_id[policy_id]

    def control(self, control: str) -> Control | None:
        """Return a control by its id, or None."""
        return self._controls.get(control)

    def controls_of(self, policy_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return the controls that these policies enforce, sorted."""
        return tuple(sorted({self._policies_by_id[policy].control for policy in policy_ids}))

    def built_in_controls(self, reason: Reason) -> tuple[str, ...]:
        """Return the controls that a check of the runtime itself enforces."""
        return tuple(sorted(c.id for c in self._controls.values() if reason.value in c.built_in))

    def accountable(
        self,
        policy_ids: tuple[str, ...],
        controls: tuple[str, ...],
        grants: tuple[str, ...],
        lent: tuple[LentFact, ...] = (),
    ) -> Accountable:
        """Return who answers for a decision by these policies, controls and grants.

        The agents that lent what was used are named besides.
        """
        named = {*grants, *(self._policies_by_id[policy].grant for policy in policy_ids)}
        grantors = {self._grantors[grant] for grant in named if grant in self._grantors}
        owners = {self._controls[c].owner for c in controls if c in self._controls}
        givers = tuple(sorted({giver for fact in lent for giver in fact.givers}))
        by = (tuple(sorted(grantors)), tuple(sorted(owners)), self.released_by)
        return Accountable(*by, givers)

    def visible_tools(self, agent: str, server: str) -> frozenset[str]:
        """Return the tools of a server that some permit names for an agent, conditions ignored."""
        system = self.system_of(agent)
        if system is None or not system.in_scope or system.id not in self.policies:
            return frozenset()
        mine = self.policies[system.id]
        return frozenset(
            entry.tool.name
            for entry in self._tools.values()
            if entry.server == server and mine.may_permit(agent, entry.action)
        )


def _shared_of(bundle: Bundle) -> dict[tuple[str, str], tuple[SharedBudget, ...]]:
    found: dict[tuple[str, str], tuple[SharedBudget, ...]] = {}
    for budget in bundle.shared_budgets:
        for key in product(budget.agents, budget.actions):
            found[key] = (*found.get(key, ()), budget)
    return found


def _holders(grant: Grant) -> tuple[str, ...]:
    return (grant.agent, *(grant.delegable.to if grant.delegable else ()))


def _schema_of(tool: Tool) -> dict[str, Any]:
    """A tool's schema is kept as RFC 8785 text, since a JSON Schema may hold floats."""
    schema = tool.schema
    if isinstance(schema, str):
        schema = parse_json(schema, max_bytes=len(schema) * 4 + 1, max_depth=MAX_RECORD_DEPTH)
    if not isinstance(schema, dict):
        raise EngineFailed(f"the schema of tool {cut(tool.name)} is no object")
    return schema
