"""Who answers for a decision: from the agent back to who put the plan into force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchkeeper.console.visit import Visit
from watchkeeper.errors import LedgerError
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.lent import MandateRecord
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.systems import APP
from watchkeeper.records.standing import StandingRecord
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody of the chain: `kind` is agent, owner, grantor, control, reviewer or release."""

    kind: str
    who: str
    name: str
    what: str


def chain_of(visit: Visit, said: DecisionRecord, entries: Iterable[Entry]) -> tuple[Link, ...]:
    """Return who answers for a decision, as its own records name them."""
    return tuple(_links(visit, said, entries))


def _links(visit: Visit, said: DecisionRecord, entries: Iterable[Entry]) -> Iterator[Link]:
    yield Link("agent", said.agent, said.agent, "asked for it")
    for giver in said.accountable.givers:
        yield Link("agent", giver, giver, "lent authority for it")
    yield from _task(visit, said)
    system = next((one for one in visit.plan.systems if one.id == said.system), None)
    if system is not None:
        name = visit.name_of(system.owner)
        yield Link("owner", system.owner, name, f"owns the system {system.id}")
    answers = said.accountable
    grants = ", ".join(used.grant for used in said.grants if used.satisfied)
    for person in answers.grantors:
        what = f"granted the authority ({grants})" if grants else "granted the authority"
        yield Link("grantor", person, visit.name_of(person), what)
    controls = ", ".join(said.decision.controls)
    for person in answers.control_owners:
        yield Link("control", person, visit.name_of(person), f"owns the control {controls}")
    for entry in entries:
        verdict = entry.record.predicate
        if isinstance(verdict, VerdictRecord):
            what = f"said {verdict.answer.value} as {verdict.role}"
            if verdict.stands_in_for is not None:
                what += f", standing in for {visit.name_of(verdict.stands_in_for)}"
            yield Link("reviewer", verdict.reviewer, visit.name_of(verdict.reviewer), what)
    yield from _ahead(visit, said)
    if answers.released_by:
        name = visit.name_of(answers.released_by)
        yield Link("release", answers.released_by, name, f"released the plan {said.plan[:12]}")


def _task(visit: Visit, said: DecisionRecord) -> Iterator[Link]:
    """Yield which application opened the task of a decision; its record may not be here."""
    if said.mandate is None:
        return
    try:
        made: MandateRecord = visit.home.log.entry(said.mandate).record.predicate
    except LedgerError:
        yield Link("agent", "", f"record {said.mandate}", "a task that is not here")
        return
    who = f"{APP}{made.application}"
    yield Link("agent", who, who, f"opened the task {made.id} (record {said.mandate})")


def _ahead(visit: Visit, said: DecisionRecord) -> Iterator[Link]:
    """Yield whose standing approvals a decision rests on; their records may not be here."""
    for ref in said.standing:
        try:
            made: StandingRecord = visit.home.log.entry(ref).record.predicate
        except LedgerError:
            yield Link("reviewer", "", f"record {ref}", "a standing approval that is not here")
            continue
        what = f"approved it ahead as {made.role}, by {made.id} of record {ref}"
        yield Link("reviewer", made.by, visit.name_of(made.by), what)
