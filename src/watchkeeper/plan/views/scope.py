"""What is in scope, and what is not: units, sites, processes, systems (4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.scope import Covered, ScopeFile
from watchkeeper.records.figures import Figures, Unlisted
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Agent, System


@dataclass(frozen=True, slots=True)
class CoveredRow:
    """A unit, a site or a process: in scope or not, and why."""

    kind: str
    id: str
    name: str
    in_scope: bool
    why: str


@dataclass(frozen=True, slots=True)
class InterfaceRow:
    """Where what is in scope meets what is not."""

    id: str
    ours: str
    theirs: str
    what: str
    system: str


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """Something that is left out, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent, and what is declared for it."""

    id: str
    model: str
    version: str
    prompt: bool


@dataclass(frozen=True, slots=True)
class ScopedSystem:
    """An AI system: in scope or not and why, how real it is, our role, whose it is."""

    id: str
    title: str
    purpose: str
    in_scope: bool
    why: str
    stage: str
    role: str
    ai_act_class: str
    owner: str
    agents: tuple[AgentRow, ...]
    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopeView:
    """The scope: its statement, what it covers, what is left out, and every AI system.

    `unlisted` acted and stands in no inventory; without `log` nobody looked. Without `written`
    there is no `scope.yaml` in the plan, so that only the systems are known.
    """

    statement: str
    written: bool
    covered: tuple[CoveredRow, ...]
    interfaces: tuple[InterfaceRow, ...]
    exclusions: tuple[ExclusionRow, ...]
    systems: tuple[ScopedSystem, ...]
    unlisted: tuple[Unlisted, ...]
    log: bool


def scope_view(
    register: Register | None, bundle: Bundle, _at: Instant, figures: Figures | None = None
) -> ScopeView:
    """Return the scope; the systems are the plan's, with or without a register."""
    says: ScopeFile | None = register.one("scope") if register is not None else None
    scope = says or ScopeFile()
    return ScopeView(
        statement=bundle.scope,
        written=says is not None,
        covered=(
            *_covered("unit", scope.units),
            *_covered("site", scope.sites),
            *_covered("process", scope.processes),
        ),
        interfaces=tuple(
            InterfaceRow(one.id, one.ours, one.theirs, one.what, one.system or "")
            for one in scope.interfaces
        ),
        exclusions=tuple(ExclusionRow(one.what, one.why) for one in scope.exclusions),
        systems=tuple(
            _system(one, bundle.agents)
            for one in sorted(bundle.systems, key=lambda one: (not one.in_scope, one.id))
        ),
        unlisted=figures.unlisted if figures is not None else (),
        log=figures is not None,
    )


def _covered(kind: str, rows: list[Covered]) -> Iterable[CoveredRow]:
    return (CoveredRow(kind, one.id, one.name, one.in_scope, one.why or "") for one in rows)


def _system(system: System, agents: Iterable[Agent]) -> ScopedSystem:
    return ScopedSystem(
        id=system.id,
        title=system.title,
        purpose=system.purpose,
        in_scope=system.in_scope,
        why=system.scope_reason,
        stage=system.stage.value,
        role=system.role,
        ai_act_class=system.ai_act_class,
        owner=system.owner,
        agents=tuple(
            AgentRow(one.id, one.model, one.version, bool(one.prompt_digest))
            for one in agents
            if one.system == system.id
        ),
        servers=system.servers,
    )
