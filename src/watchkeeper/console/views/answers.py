"""The three answers, counted and verified over the home's own published log."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper import wiring
from watchkeeper.check.answer import DISCLAIMER, UNWITNESSED, Answer, answer
from watchkeeper.check.answer.model import Part, SystemAnswer
from watchkeeper.check.gap.row import GapRow
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.errors import WatchkeeperError
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class SystemRow:
    """An AI system: in scope or not and why, how real it is, what was decided for it."""

    id: str
    title: str
    purpose: str
    in_scope: bool
    reason: str
    stage: str
    owner: str
    allowed: int
    blocked: int
    escalated: int


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A control in a system, in its state, and why it is that.

    `last` is the newest decision in which it fired. `reviewed` says what people did with what it
    escalated, if anything: a fact, no judgement.
    """

    control: str
    system: str
    statement: str
    owner: str
    state: str
    in_production: bool
    why: str
    fired: int
    last: Ref | None
    reviewed: str
    annex_a: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartRow:
    """Somebody, and what they answer for."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The three answers as of `at`: systems in scope, controls, evidence and who answers.

    `sound` tells that verification found nothing wrong; `findings` says what it found.
    """

    at: Instant
    records: int
    verified: int
    sound: bool
    witnessed: bool
    findings: tuple[str, ...]
    warning: str
    disclaimer: str
    organisation: str
    scope: str
    stage: str
    systems: tuple[SystemRow, ...]
    controls: tuple[ControlRow, ...]
    in_production: int
    decisions: int
    unknown: int
    owners: tuple[PartRow, ...]
    grantors: tuple[PartRow, ...]
    releasers: tuple[PartRow, ...]
    reviewers: tuple[PartRow, ...]
    not_enforced: tuple[str, ...]
    gaps: tuple[str, ...]


async def answers(visit: Visit) -> Answers | Missing:
    """Return the three answers of the log as it stands: worked out once, however many ask."""
    log = visit.home.log
    try:
        found: Answers = await visit.once.get(
            (log.shard, log.size_of(log.shard)), lambda: _answers(visit)
        )
    except WatchkeeperError as error:
        return Missing(f"the log can not be answered from: {error.message}")
    return found


def _answers(visit: Visit) -> Answers:
    path = visit.surface.path
    found = answer(wiring.read_entries(path), wiring.bundles(path), wiring.verified(path))
    verified, who = found.verified, found.accountable
    return Answers(
        at=visit.now,
        records=found.counted.records,
        verified=verified.verified if verified is not None else 0,
        sound=found.sound,
        witnessed=found.witnessed,
        findings=verified.findings if verified is not None else (),
        warning="" if found.witnessed else UNWITNESSED,
        disclaimer=DISCLAIMER,
        organisation=found.organisation,
        scope=found.scope,
        stage=found.stage,
        systems=tuple(_system(one) for one in found.systems),
        controls=tuple(_control(row, found) for row in found.table.rows),
        in_production=len(found.table.enforced_in_production),
        decisions=found.table.decisions,
        unknown=len(found.counted.unknown),
        owners=_parts(who.owners),
        grantors=_parts(who.grantors),
        releasers=_parts(who.releasers),
        reviewers=_parts(who.reviewers),
        not_enforced=found.not_enforced,
        gaps=found.gaps,
    )


def _system(found: SystemAnswer) -> SystemRow:
    decided = {outcome.value: count for outcome, count in found.decisions.items()}
    return SystemRow(
        id=found.id,
        title=found.title,
        purpose=found.purpose,
        in_scope=found.in_scope,
        reason=found.reason,
        stage=found.counts_as,
        owner=found.owner.name,
        allowed=decided.get("allow", 0),
        blocked=decided.get("block", 0),
        escalated=decided.get("escalate", 0),
    )


def _control(row: GapRow, found: Answer) -> ControlRow:
    return ControlRow(
        control=row.control,
        system=row.system,
        statement=row.statement,
        owner=found.owners[row.owner].name,
        state=row.state.value,
        in_production=row.in_production,
        why=row.why,
        fired=row.fired,
        last=row.last_ref,
        reviewed=row.reviewed,
        annex_a=row.annex_a,
    )


def _parts(parts: tuple[Part, ...]) -> tuple[PartRow, ...]:
    return tuple(PartRow(part.who.name, part.what) for part in parts)
