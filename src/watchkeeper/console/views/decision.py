"""One decision: what happened, why, who answers for it, and the proof that the log holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from watchkeeper.console.views.chain import Link, chain_of
from watchkeeper.console.views.proof import Proof, proof_of
from watchkeeper.console.views.review.escalation import Why, whys
from watchkeeper.console.views.review.waiting import Value, in_order
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.aims import AIMS, management_words
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, VoidRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

AHEAD = 2_000
"""How many records after a decision are looked through for what became of it."""
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the action: `said` is the outcome, the answer, the status, or why it ended."""

    ref: Ref
    kind: Kind
    at: Instant
    said: str
    reasons: tuple[str, ...]
    by: str
    role: str


@dataclass(frozen=True, slots=True)
class DecisionSeen:
    """An action that was decided, by its records that were found.

    `arguments` are None where they were erased, or are not for the person who looks (`withheld`).
    `unknown` tells that it was allowed and nobody knows what came of it.
    """

    action_id: str
    agent: str
    system: str
    stage: str
    tool: str
    outcome: str
    reasons: tuple[str, ...]
    told_agent: str
    sentence: str
    why: tuple[Why, ...]
    management: tuple[str, ...]
    steps: tuple[Step, ...]
    chain: tuple[Link, ...]
    arguments: tuple[Value, ...] | None
    withheld: bool
    unknown: bool
    point: str
    boundary: str
    plan: str
    micros: int
    proof: Proof


async def decision(visit: Visit) -> DecisionSeen | Missing:
    """Return an action by its id; `at` is the place of a record of it, where it is long ago."""
    action_id = visit.params["action"]
    found = _known(visit, action_id)
    await _look_ahead(visit, action_id, found)
    decided = [e for _, e in sorted(found.items()) if e.record.kind is Kind.DECISION]
    if not decided:
        return Missing("no record of this action is among the newest; name its place with `at`")
    entries = [entry for _, entry in sorted(found.items())]
    proof = await proof_of(visit.surface.path, decided[-1])
    return _seen(visit, entries, decided[-1], proof)


def _seen(visit: Visit, entries: list[Entry], last: Entry, proof: Proof) -> DecisionSeen:
    said: DecisionRecord = last.record.predicate
    part, action = said.decision, f"{said.server}/{said.tool}"
    may = _may_see(visit, entries)
    body = last.payload.body if last.payload is not None else {}
    request = body.get("request")
    entry = visit.home.enforcer.tool(said.server, said.tool)
    tool = entry.tool if entry is not None else None
    return DecisionSeen(
        action_id=said.action_id,
        agent=said.agent,
        system=said.system,
        stage=said.stage.value,
        tool=action,
        outcome=part.outcome.value,
        reasons=tuple(reason.value for reason in part.reasons),
        told_agent=agent_sentence(part.reasons[0]) if part.reasons else "",
        sentence=str(body.get("sentence", "")) if may else "",
        why=whys(visit, part.policies),
        management=_management(said),
        steps=tuple(_step(entry) for entry in entries),
        chain=chain_of(visit, said, entries),
        arguments=in_order(request, tool) if may and isinstance(request, dict) else None,
        withheld=not may,
        unknown=said.action_id in visit.home.state.open,
        point=said.point.kind,
        boundary=said.point.boundary.value,
        plan=said.plan,
        micros=said.duration_micros,
        proof=proof,
    )


def _management(said: DecisionRecord) -> tuple[str, ...]:
    """Return in words what the record says of the management system, which is there in clear."""
    told = next((f.value.clear for f in said.facts if f.value.name == AIMS), None)
    if not isinstance(told, str) or not told.startswith("{"):
        return ()
    return management_words(said.system, parse_json_unverified(told.encode()))


def _known(visit: Visit, action_id: str) -> dict[Ref, Entry]:
    """Return the records of an action that the home's memory leads to, and those they name."""
    state = visit.home.state
    refs = {told.ref for told in visit.feed.all() if told.action_id == action_id}
    pending, opened = state.pending.by_action(action_id), state.open.get(action_id)
    if pending is not None:
        refs |= {pending.decision, *(verdict.ref for verdict in pending.verdicts)}
    if opened is not None:
        refs.add(opened.decision)
    given = place(visit.query.get("at"))
    found: dict[Ref, Entry] = {}
    waiting = sorted(refs if given is None else {*refs, given})
    while waiting:
        ref = waiting.pop()
        entry = None if ref in found else _entry(visit, ref)
        if entry is not None and getattr(entry.record.predicate, "action_id", "") == action_id:
            found[ref] = entry
            waiting.extend(_named(entry))
    return found


def _named(entry: Entry) -> Iterator[Ref]:
    """Return the records that a record of an action names."""
    said = entry.record.predicate
    if isinstance(said, DecisionRecord):
        yield from said.verdicts
        if said.escalated_by is not None:
            yield said.escalated_by
    elif isinstance(said, EffectRecord | VerdictRecord | VoidRecord):
        yield said.decision


async def _look_ahead(visit: Visit, action_id: str, found: dict[Ref, Entry]) -> None:
    """Find what became of a decision that is older than what is kept in memory."""
    if not found or action_id in visit.home.state.open:
        return
    last = max(found)
    if any(entry.record.kind in {Kind.EFFECT, Kind.VOID} for entry in found.values()):
        return
    first = visit.feed.oldest()
    if first is None or last >= first:
        return
    try:
        entries = visit.home.log.entries(last.index + 1, last.shard)
        for count, entry in zip(range(AHEAD), entries, strict=False):
            if getattr(entry.record.predicate, "action_id", "") == action_id:
                found[entry.ref] = entry
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)  # others decide meanwhile
    except LedgerError:
        return


def place(text: str | None) -> Ref | None:
    """Return the place that `shard/index` names, or None."""
    shard, _, index = (text or "").partition("/")
    if not (shard.isascii() and shard.isdigit() and index.isascii() and index.isdigit()):
        return None
    return Ref(int(shard), int(index)) if len(shard) < 10 and len(index) < 16 else None


def _entry(visit: Visit, ref: Ref) -> Entry | None:
    try:
        return visit.home.log.entry(ref)
    except LedgerError:
        return None


def _step(entry: Entry) -> Step:
    said, kind = entry.record.predicate, entry.record.kind
    if isinstance(said, DecisionRecord):
        reasons = tuple(reason.value for reason in said.decision.reasons)
        return Step(entry.ref, kind, said.at, said.decision.outcome.value, reasons, "", "")
    if isinstance(said, VerdictRecord):
        stead = f" for {said.stands_in_for}" if said.stands_in_for is not None else ""
        role = f"{said.role}{stead}"
        return Step(entry.ref, kind, said.at, said.answer.value, (), said.reviewer, role)
    if isinstance(said, EffectRecord):
        by = said.resolved_by.by if said.resolved_by is not None else ""
        return Step(entry.ref, kind, said.at, said.status.value, (), by, "")
    why = said.why.value if isinstance(said, VoidRecord) else ""
    return Step(entry.ref, kind, said.at, why, (), "", "")


def _may_see(visit: Visit, entries: list[Entry]) -> bool:
    """Tell whether the person may see the values: operators, and who was or could be asked."""
    if visit.may("operate"):
        return True
    for entry in entries:
        said = entry.record.predicate
        asked = said.escalation if isinstance(said, DecisionRecord) else None
        if asked is not None and any(visit.may(role) for role in asked.roles):
            return True
        if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
            answers = {*said.accountable.grantors, *said.accountable.control_owners}
            if visit.person in answers:
                return True
    return False
