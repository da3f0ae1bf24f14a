"""Which records answer which clause of ISO/IEC 42001:2023, and how each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.undecided import undecided, undecided_words
from watchkeeper.plan.views.clauses.standing import (
    Head,
    RecordSeen,
    State,
    record_of,
    standing,
)
from watchkeeper.plan.workspace.kinds import BY_KIND
from watchkeeper.plan.workspace.models.management.documents import DocumentEntry, DocumentsFile
from watchkeeper.plan.workspace.models.management.evaluation import ProgrammeFile
from watchkeeper.plan.workspace.models.management.people import Held
from watchkeeper.plan.workspace.models.management.risks import Assessment, MethodsFile
from watchkeeper.records.day import has_passed
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Topic

_NEVER = "9999-12-31"
NOT_MADE = "it does not say when it was made, and by whom"
"""What is the matter with an assessment without a day or without who made it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clause is asked of: the register, the plan where it makes one, and the moment.

    `names` tells whether people may be named whose evidence of competence lapsed.
    """

    register: Register
    bundle: Bundle | None
    at: Instant
    names: bool = True

    def record(self, kind: str, id_: str = "") -> RecordSeen:
        """Return how a record stands; one that is not there is missing."""
        found = record_of(self.register, kind, id_, self.at)
        return found or missing(BY_KIND[kind].where.replace("*", id_ or "<id>"), kind)

    def every(self, kind: str) -> list[RecordSeen]:
        """Return how all records of a kind stand; at least one is wanted."""
        ids = list(self.register.of(kind))
        return [self.record(kind, id_) for id_ in ids] or [self.record(kind)]

    def in_scope(self) -> list[str]:
        """Return the systems that are in scope."""
        return sorted(id_ for id_, says in self.register.systems.items() if says.in_scope)


Answer = Callable[[Asked], Iterable[RecordSeen]]


def missing(file: str, what: str, why: str = "") -> RecordSeen:
    """Return a record that should be there and is not."""
    return RecordSeen(file, what, State.MISSING, why=why or f"there is no `{file}`")


def _part(seen: RecordSeen, said: object, what: str) -> RecordSeen:
    """Return a part of a record, which is missing where the record does not say it."""
    if seen.state is State.MISSING or said:
        return replace(seen, what=what)
    return replace(seen, what=what, state=State.MISSING, why=f"it says nothing of {what}")


def _context(asked: Asked) -> Iterator[RecordSeen]:
    said = asked.register.aims.context
    yield _part(asked.record("aims"), said.internal or said.external, "context")


def _aims(key: str, what: str) -> Answer:
    def answer(asked: Asked) -> Iterator[RecordSeen]:
        yield _part(asked.record("aims"), getattr(asked.register.aims, key), what)

    return answer


def _scope(asked: Asked) -> Iterator[RecordSeen]:
    yield asked.record("scope")
    yield _part(asked.record("aims"), asked.register.aims.scope, "scope statement")
    if not asked.register.systems:
        yield missing("systems/<id>.yaml", "AI system")


def _method(*parts: str) -> Answer:
    def answer(asked: Asked) -> Iterator[RecordSeen]:
        says = asked.register.one("methods")
        for part in parts:
            said = says
            for step in part.split("."):
                said = getattr(said, step, None)
            yield _part(asked.record("methods"), said, part.replace(".", " "))

    return answer


def _risks(asked: Asked) -> Iterator[RecordSeen]:
    yield from asked.every("risk")


def _actions(asked: Asked) -> Iterator[RecordSeen]:
    """Yield the criteria, what is planned on each risk, and what on opportunities (6.1.1)."""
    yield from _method("risk.likelihood", "risk.consequence", "risk.levels")(asked)
    for id_, risk in asked.register.of("risk").items():
        planned = risk.treatment is not None and risk.treatment.planned
        yield _part(asked.record("risk", id_), planned, f"actions planned on {id_}")
    if not asked.register.of("risk"):
        yield asked.record("risk")
    yield _opportunities(asked)


def _opportunities(asked: Asked) -> RecordSeen:
    says: MethodsFile | None = asked.register.one("methods")
    said = says is not None and (says.opportunities or says.no_opportunities)
    seen = _part(asked.record("methods"), said, "opportunities")
    if says is None or seen.state is not State.PRESENT:
        return seen
    for one in says.opportunities:
        if not one.actions or any(a.owner is None or a.by is None for a in one.actions):
            why = f"nobody is to do anything by a day about: {one.what}"
            return replace(seen, state=State.INCOMPLETE, why=why)
    open_ = [a for one in says.opportunities for a in one.actions if a.done is None]
    late = [a.by for a in open_ if a.by is not None and has_passed(a.by, asked.at)]
    return replace(seen, state=State.STALE, why=f"was due by {min(late)}") if late else seen


def _treatments(asked: Asked) -> Iterator[RecordSeen]:
    yield from _method("treatment")(asked)
    yield _decided(asked)
    for id_, risk in asked.register.of("risk").items():
        yield _part(asked.record("risk", id_), risk.treatment, f"treatment of {id_}")


def _decided(asked: Asked) -> RecordSeen:
    """Return the statement of applicability, which says of every control whether it applies."""
    seen = asked.record("soa")
    says = asked.register.soa
    found = undecided(says, asked.register.controls) if says is not None else {}
    if not found or seen.state in {State.MISSING, State.TEMPLATE}:
        return seen
    return replace(seen, state=State.INCOMPLETE, why=undecided_words(found))


def _results(asked: Asked) -> Iterator[RecordSeen]:
    for id_, risk in asked.register.of("risk").items():
        told = risk.treatment is not None and risk.treatment.results
        yield _part(asked.record("risk", id_), told, f"results of treating {id_}")
    if not asked.register.of("risk"):
        yield asked.record("risk")


def _assessed(kind: str, topic: Topic) -> Answer:
    def answer(asked: Asked) -> Iterator[RecordSeen]:
        for system in asked.in_scope() or [""]:
            seen = asked.record(kind, system)
            yield _triggered(asked, _made(asked, seen, kind, system), system, topic)

    return answer


def _made(asked: Asked, seen: RecordSeen, kind: str, system: str) -> RecordSeen:
    """Return an assessment; of one that nobody is said to have made on a day, that it is not."""
    says: Assessment | None = asked.register.of(kind).get(system)
    if says is None or says.made or seen.state in {State.MISSING, State.TEMPLATE}:
        return seen
    return replace(seen, state=State.INCOMPLETE, why=NOT_MADE)


def _triggered(asked: Asked, seen: RecordSeen, system: str, topic: Topic) -> RecordSeen:
    if asked.bundle is None or asked.bundle.management is None or seen.state is State.MISSING:
        return seen
    state = asked.bundle.management.at(system, asked.at)
    why = state.counting.get(topic.value, ())
    if seen.state is not State.PRESENT or not why:
        return seen
    return replace(seen, state=State.STALE, why=f"stale: {', '.join(why)}")


def _documents(asked: Asked, wanted: Callable[[DocumentEntry], bool]) -> Iterator[RecordSeen]:
    says: DocumentsFile | None = asked.register.one("documents")
    rows = says.documents if says is not None else []
    values = asked.register.value["files"]["documents"][""]["documents"] if rows else []
    for row, value in zip(rows, values, strict=True):
        if wanted(row):
            head = Head(row.owner, row.approved_by, row.review_by, digest_apart=True)
            seen = standing("documents.yaml", f"document {row.id}", head, value, asked.at)
            yield _as_approved(asked, row, seen)


def _as_approved(asked: Asked, row: DocumentEntry, seen: RecordSeen) -> RecordSeen:
    there = asked.register.digests.get(row.id)
    if row.file is not None and there is None:
        return replace(seen, state=State.MISSING, why=f"there is no file `{row.file}`")
    if seen.state not in {State.PRESENT, State.STALE}:
        return seen
    if row.digest is None:
        return replace(
            seen, state=State.NOT_APPROVED, why="it does not say which text was approved"
        )
    if there is not None and there != row.digest:
        return replace(seen, state=State.NOT_APPROVED, why="changed since it was approved")
    return seen


def _document(clause: str, what: str) -> Answer:
    def answer(asked: Asked) -> Iterator[RecordSeen]:
        found = list(_documents(asked, lambda row: clause in row.clauses))
        why = f"no document of `documents.yaml` has {clause} among its `clauses`"
        yield from found or [missing("documents.yaml", what, why)]

    return answer


def _controlled(asked: Asked) -> Iterator[RecordSeen]:
    yield asked.record("documents")
    yield from _documents(asked, lambda _row: True)


def _competence(asked: Asked) -> Iterator[RecordSeen]:
    says = asked.register.one("competence")
    seen = asked.record("competence")
    yield _part(seen, says and says.needs, "competence needed")
    held = _part(seen, says and says.held, "evidence of competence")
    lapsed = _lapsed(says.held if says else (), asked.at)
    if held.state is State.PRESENT and lapsed:
        why = f"lapsed: {', '.join(lapsed)}" if asked.names else f"{len(lapsed)} lapsed"
        held = replace(held, state=State.STALE, why=why)
    yield held


def _lapsed(held: Iterable[Held], at: Instant) -> list[str]:
    """Return whose evidence of which need has lapsed: what was renewed has not."""
    until: dict[str, str] = {}
    for one in held:
        whose = f"{one.person} ({one.need})"
        until[whose] = max(until.get(whose, ""), one.expires or _NEVER)
    return sorted(whose for whose, day in until.items() if has_passed(day, at))


def _aware(asked: Asked) -> Iterator[RecordSeen]:
    says = asked.register.one("competence")
    yield _part(asked.record("competence"), says and says.awareness, "awareness")


def _measured(asked: Asked) -> Iterator[RecordSeen]:
    """Results are there once somebody said what is made of the newest of them."""
    yield asked.record("objectives")
    found = asked.register.of("measurement")
    newest = max(found, key=lambda id_: (found[id_].on, id_), default="")
    for seen, id_ in zip(asked.every("measurement"), [*found] or [""], strict=True):
        said = not id_ or (found[id_].analysis and found[id_].evaluated_by)
        if id_ == newest and seen.state is State.PRESENT and not said:
            yield replace(seen, state=State.INCOMPLETE, why="nobody says what is made of it")
        else:
            yield seen


def _audits(asked: Asked) -> Iterator[RecordSeen]:
    says: ProgrammeFile | None = asked.register.one("audits")
    held = asked.register.of("audit")
    programme = _part(asked.record("audits"), says and says.planned, "audit programme")
    late = [p.id for p in (says.planned if says else ()) if p.id not in held]
    due = [p.by for p in (says.planned if says else ()) if p.id in late]
    if programme.state is State.PRESENT and due and has_passed(min(due), asked.at):
        programme = replace(programme, state=State.STALE, why=f"no audit by {min(due)}")
    yield programme
    yield from asked.every("audit")


def _reviews(asked: Asked) -> Iterator[RecordSeen]:
    """Only the newest one says when the next is due."""
    found = asked.register.of("review")
    newest = max(found, key=lambda id_: (found[id_].on, id_), default="")
    for id_ in found:
        seen = asked.record("review", id_)
        if id_ != newest and seen.state is State.STALE:
            seen = replace(seen, state=State.PRESENT, why="")
        yield seen
    if not found:
        yield asked.record("review")


def _findings(asked: Asked) -> Iterator[RecordSeen]:
    """A nonconformity is what 10.2 asks about: what is only observed is none."""
    found = asked.register.of("finding")
    wrong = [id_ for id_, says in found.items() if says.kind == "nonconformity"]
    if not wrong:
        looked = bool(asked.register.of("audit"))
        yield RecordSeen(
            "findings/<id>.yaml",
            "nonconformity",
            State.NOT_NEEDED if looked else State.MISSING,
            why="no nonconformity is recorded; what audits looked at stands at 9.2.2"
            if looked
            else "no nonconformity is recorded, and no audit looked for one",
        )
    for id_ in wrong:
        yield asked.record("finding", id_)


ANSWERS: dict[str, Answer] = {
    "4.1": _context,
    "4.2": _aims("interested_parties", "interested parties"),
    "4.3": _scope,
    "5.2": _document("5.2", "AI policy"),
    "5.3": _aims("roles", "roles"),
    "6.1.1": _actions,
    "6.1.2": lambda asked: (*_method("risk.process")(asked), *_risks(asked)),
    "6.1.3": _treatments,
    "6.1.4": _method("impact"),
    "6.2": lambda asked: [asked.record("objectives")],
    "7.1": _aims("resources", "resources"),
    "7.2": _competence,
    "7.3": _aware,
    "7.4": _aims("communication", "communication"),
    "7.5": _controlled,
    "8.1": _document("8.1", "document on how processes are run"),
    "8.2": _assessed("assessment", Topic.RISK),
    "8.3": _results,
    "8.4": _assessed("impact", Topic.IMPACT),
    "9.1": _measured,
    "9.2.2": _audits,
    "9.3.3": _reviews,
    "10.1": _findings,
    "10.2": _findings,
}
"""Which records answer a clause; a clause that is not here asks for none that we know of."""
