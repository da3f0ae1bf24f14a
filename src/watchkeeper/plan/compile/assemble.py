"""The parts of a plan put together, without looking whether anything is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watchkeeper.ledger.plan_bundle import FORMAT
from watchkeeper.plan.compile.bounds.windows import budget_of
from watchkeeper.plan.compile.management.aims import (
    approval_of,
    objectives_of,
    release_rule_of,
)
from watchkeeper.plan.compile.reached import channels_of, console_of, on_call_of, person_of
from watchkeeper.plan.compile.sentences import bound_sentences
from watchkeeper.plan.compile.servers import CompiledServer
from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.authority import AuthorityFile, DelegableEntry, GrantEntry
from watchkeeper.plan.workspace.models.control import ControlFile, RowEntry
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.plan.workspace.models.organisation import LimitsEntry, OversightEntry
from watchkeeper.plan.workspace.models.system import RetentionEntry, SystemFile
from watchkeeper.plan.workspace.placeholders import answered
from watchkeeper.records.plan.bundle import Bundle, Limits
from watchkeeper.records.plan.grants import Band, Delegable, Grant
from watchkeeper.records.plan.management.controls import NAMED, Control, Row
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.plan.policies import Policy
from watchkeeper.records.plan.systems import Agent, Application, Retention, System

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScopedPolicy:
    """A policy and the actions that its scope can match; None for every action."""

    policy: ParsedPolicy
    actions: tuple[str, ...] | None


def assemble(
    workspace: Workspace,
    servers: Mapping[str, CompiledServer],
    policies: Sequence[ScopedPolicy],
    schemas: Mapping[str, str],
    gaps: Iterable[str],
) -> Bundle:
    """Put a plan together. Everything is sorted by id, so that the same plan is the same bytes."""
    aims = workspace.aims.says
    systems = [file.says for _, file in sorted(workspace.systems.items())]
    bound = bound_sentences(workspace)
    enforcing = _by_control(policies)
    return Bundle(
        format=FORMAT,
        organisation=aims.organisation,
        stage=aims.stage,
        scope=aims.scope,
        systems=tuple(_system(says) for says in systems),
        agents=tuple(sorted(_agents(systems), key=lambda agent: agent.id)),
        people=tuple(
            person_of(person) for person in sorted(aims.people, key=lambda person: person.id)
        ),
        roles={role: tuple(sorted(set(holders))) for role, holders in sorted(aims.roles.items())},
        servers=tuple(servers[name].server for name in sorted(servers)),
        grants=_grants(workspace.authority[name].says for name in sorted(workspace.authority)),
        policies=tuple(
            sorted((_policy(scoped) for scoped in policies), key=lambda policy: policy.id)
        ),
        controls=tuple(
            _control(
                workspace, workspace.controls[name].says, enforcing.get(name, ()), bound.get(name)
            )
            for name in sorted(workspace.controls)
        ),
        applicability=_rows(workspace),
        cedar_schemas=dict(sorted(schemas.items())),
        limits=_limits(aims.limits),
        gaps=tuple(gaps),
        console=console_of(aims.console),
        deputies={
            role: tuple(sorted(set(some))) for role, some in sorted(aims.deputies.items()) if some
        },
        applications=tuple(sorted(_applications(systems), key=lambda one: one.id)),
        oversight=_oversight(aims.oversight) if aims.oversight else None,
        channels=channels_of(aims),
        on_call=on_call_of(aims),
        objectives=objectives_of(workspace),
        releases=release_rule_of(aims.releases),
        soa=approval_of(workspace.applicability.says if workspace.applicability else None),
    )


def _oversight(says: OversightEntry) -> Oversight:
    return Oversight(says.words_per_minute, says.reversal_within, says.planted_per_day)


def _system(says: SystemFile) -> System:
    return System(
        id=says.id,
        title=says.title,
        purpose=says.purpose,
        owner=says.owner,
        in_scope=says.in_scope,
        scope_reason=says.reason,
        stage=says.stage,
        role=says.role,
        ai_act_class=says.ai_act.tier,
        servers=tuple(sorted(set(says.servers))),
        retention=_retention(says.retention),
    )


def _retention(says: RetentionEntry | None) -> Retention | None:
    if says is None:
        return None
    return Retention(
        least_seconds=says.least or 0,
        most_seconds=says.most,
        automatic=says.automatic,
        subject_before_least=says.subject_requests_before_least,
    )


def _agents(systems: Iterable[SystemFile]) -> Iterable[Agent]:
    for system in systems:
        for agent in system.agents:
            digest = agent.prompt_digest or ""
            model, version = answered(agent.model), answered(agent.version)
            yield Agent(agent.id, system.id, model, digest, version)


def _applications(systems: Iterable[SystemFile]) -> Iterable[Application]:
    for system in systems:
        for says in system.applications:
            keys, may = tuple(sorted(set(says.keys))), tuple(sorted(set(says.may)))
            yield Application(says.id, system.id, keys, may)


def _grants(files: Iterable[AuthorityFile]) -> tuple[Grant, ...]:
    found = [_grant(file.agent, grant) for file in files for grant in file.grants]
    return tuple(sorted(found, key=lambda grant: grant.id))


def _grant(agent: str, says: GrantEntry) -> Grant:
    return Grant(
        id=says.id,
        agent=agent,
        granted_by=says.granted_by,
        control=says.control,
        actions=tuple(sorted(set(says.actions))),
        # Six decimals, as record times have them, so that the two compare as text.
        valid_until=says.valid_until and says.valid_until.replace("Z", ".000000Z"),
        bands=tuple(Band(b.argument, b.alone, b.review, b.least) for b in says.bands),
        budgets=tuple(
            budget_of(b.within, b.zone, b.count, b.sum, b.argument) for b in says.budgets
        ),
        review_role=says.review.role if says.review else None,
        mandate=says.mandate,
        delegable=_delegable(says.delegable),
    )


def _delegable(says: DelegableEntry | None) -> Delegable | None:
    if says is None:
        return None
    return Delegable(tuple(sorted(set(says.to))), dict(says.most), says.until_most)


def _policy(scoped: ScopedPolicy) -> Policy:
    parsed, notes = scoped.policy, scoped.policy.notes
    return Policy(
        id=notes.id,
        system=parsed.system,
        kind=parsed.kind,
        control=notes.control,
        body=dict(parsed.body),
        text=parsed.text,
        actions=scoped.actions,
        escalate_to=notes.escalate_to,
        approvals=notes.approvals,
        expires_seconds=notes.expires_seconds,
        grant=parsed.grant,
        observe_until=notes.observe_until and notes.observe_until.replace("Z", ".000000Z"),
        separate=notes.separate,
        reason="required" if notes.reason_required else None,
        standing=notes.standing,
    )


def _by_control(policies: Iterable[ScopedPolicy]) -> dict[str, list[ParsedPolicy]]:
    found: dict[str, list[ParsedPolicy]] = {}
    for scoped in policies:
        found.setdefault(scoped.policy.notes.control, []).append(scoped.policy)
    return found


def _control(
    workspace: Workspace,
    says: ControlFile,
    mine: Sequence[ParsedPolicy],
    bound: Iterable[str] | None,
) -> Control:
    systems = {policy.system for policy in mine} | set(says.systems)
    if not systems and says.built_in:
        systems = {name for name, file in workspace.systems.items() if file.says.in_scope}
    return Control(
        id=says.id,
        statement=says.statement,
        owner=says.owner,
        annex_a=tuple(dict.fromkeys(says.annex_a)),
        risks=tuple(sorted(set(says.risks))),
        policies=tuple(sorted(policy.notes.id for policy in mine)),
        systems=tuple(sorted(systems)),
        built_in=tuple(sorted(set(says.built_in))),
        expects=tuple(sorted(set(says.expects))),
        sentences=tuple(sorted({*says.sentences, *(bound or ())})),
    )


def _rows(workspace: Workspace) -> tuple[Row, ...]:
    if workspace.applicability is None:
        return ()
    return tuple(_row(row) for row in workspace.applicability.says.rows)


def _row(says: RowEntry) -> Row:
    items = () if isinstance(says.evidence, str) else says.evidence
    return Row(
        control=says.control,
        applicable=says.applicable,
        why=says.why,
        status=says.status,
        owner=says.owner,
        evidence=says.evidence if isinstance(says.evidence, str) else "",
        due=says.by,
        risks=tuple(sorted(set(says.risks))),
        evidence_classes=tuple(sorted({_evidence_class(item) for item in items})),
    )


def _evidence_class(item: EvidenceEntry) -> str:
    """Return class and origin; what a log or a drill has yet to show is named, and no more."""
    named = item.kind == "runtime" or item.drill is not None
    return f"{item.kind}:{NAMED if named else item.origin}"


def _limits(says: LimitsEntry) -> Limits:
    given = {
        "pending_per_agent": says.pending_per_agent,
        "refusals_per_minute": says.refusals_per_minute,
        "facts_per_minute": says.facts_per_minute,
        "key_lifetime_seconds": says.key_lifetime,
        "pins_max_age_seconds": says.pins_max_age,
        "clock_gap_seconds": says.clock_gap,
        "cover_wait_seconds": says.cover_wait,
        "shard_days": says.shard_days,
        "shard_records": says.shard_records,
        "disk_reserve_bytes": says.disk_reserve_mib and says.disk_reserve_mib * _MIB,
    }
    return Limits(**{name: value for name, value in given.items() if value is not None})
