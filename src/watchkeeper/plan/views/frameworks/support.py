"""What there is in one system beside an item of ISO/IEC 42001: evidence by class, and what lacks.

A class of evidence never stands for another: what only a document says is not seen at run time,
and what fires is not written down by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import (
    ATTESTED,
    CONFIGURED,
    IN_WORDS,
    fault_of,
    no_class,
    place_of,
)
from watchkeeper.plan.views.clauses.answers import ANSWERS, Asked
from watchkeeper.plan.views.clauses.runtime import EVENT_LOGS, NO_LOG
from watchkeeper.plan.views.clauses.standing import RecordSeen, State
from watchkeeper.plan.views.frameworks.running import NOT_HERE, Log, Shown
from watchkeeper.plan.workspace.models.control import RowEntry
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control
from watchkeeper.records.plan.systems import Stage
from watchkeeper.standards.catalogue import annex_a
from watchkeeper.standards.items import Item


@dataclass(frozen=True, slots=True)
class Evidence:
    """An item of evidence: class, origin, what it is, and where: a file, or a record of the log.

    `whole` says that a log shows it of the whole organisation: it fills nothing of one system.
    """

    kind: str
    origin: str
    what: str
    where: str = ""
    whole: bool = False

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "class": self.kind,
            "origin": self.origin,
            "what": self.what,
            "where": self.where,
            "wholeOrganisation": self.whole,
        }


@dataclass(frozen=True, slots=True)
class Support:
    """What there is beside an item, and what lacks, each in a sentence."""

    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """Return the two lists, for a program to read."""
        return {"evidence": [one.json() for one in self.evidence], "missing": list(self.missing)}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at: the register, the plan where there is one, a system, a moment, a log."""

    register: Register
    bundle: Bundle | None
    system: str
    at: Instant
    figures: Figures | None = None
    known: dict[str, Support] = field(default_factory=dict, compare=False)

    def support(self, item: Item) -> Support:
        """Return what there is beside an item of ISO/IEC 42001; worked out once."""
        if item.id not in self.known:
            found = _control if item.kind == "control" else _clause
            self.known[item.id] = found(self, item)
        return self.known[item.id]

    @property
    def log(self) -> Log:
        """The log, from the side of this system."""
        return Log(self.register, self.figures, self.system)

    def ran(self, shown: Iterable[Shown]) -> Iterator[Evidence]:
        """Yield what the log shows as evidence, with how the log came to be looked at."""
        origin = self.figures.origin if self.figures is not None else ""
        for one in shown if origin else ():
            where = "" if one.last is None else f"record {one.last}"
            yield Evidence("runtime", origin, one.what, where, one.whole)


def joined(parts: Iterator[Support]) -> Support:
    """Put together what stands beside several items; nothing is said twice."""
    evidence: dict[Evidence, None] = {}
    missing: dict[str, None] = {}
    for part in parts:
        evidence |= dict.fromkeys(part.evidence)
        missing |= dict.fromkeys(part.missing)
    return Support(tuple(evidence), tuple(missing))


def _clause(seen: Seen, item: Item) -> Support:
    answer = ANSWERS.get(item.id)
    asked = Asked(seen.register, seen.bundle, seen.at)
    records = [one for one in (answer(asked) if answer else ()) if _of_system(seen, one)]
    evidence = [_record(one) for one in records if one.state is State.PRESENT]
    missing = [_lacking(item, one) for one in records if one.state is not State.PRESENT]
    running = seen.log.clause(item.id)
    evidence += seen.ran(running.shown)
    missing += [f"{item.id}: {said}" for said in running.missing]
    if not records and not missing and all(one.whole for one in evidence):
        what = "nothing of this system" if evidence else "nothing here"
        missing.append(f"{item.id}: {what} bears on it")
    return Support(tuple(evidence), tuple(one for one in missing if one))


def _record(one: RecordSeen) -> Evidence:
    approved = f", approved by {one.approved_by}" if one.approved_by else ""
    return Evidence("document", ATTESTED, f"{one.what}{approved}", one.file)


def _lacking(item: Item, one: RecordSeen) -> str:
    if one.state is State.NOT_NEEDED:
        return ""
    return f"{item.id}: {one.what} is {one.state.value.replace('-', ' ')} ({one.why or one.file})"


def _of_system(seen: Seen, one: RecordSeen) -> bool:
    """Leave out what is another system's: its assessments, and risks of others alone."""
    folder, _, name = one.file.partition("/")
    id_ = name.removesuffix(".yaml")
    if folder in {"impacts", "assessments"}:
        return id_ in {seen.system, "<id>"} or id_ not in seen.register.systems
    if folder == "risks" and id_ in seen.register.of("risk"):
        systems = seen.register.of("risk")[id_].systems
        return not systems or seen.system in systems
    return True


def _control(seen: Seen, item: Item) -> Support:
    soa = seen.register.soa
    row = next((r for r in (soa.rows if soa else ()) if r.control == item.id), None)
    if row is not None and row.applicable == "out":
        return Support((), (f"{item.id}: left out of the statement of applicability ({row.why})",))
    own = list(_own(seen, item.id, row))
    ids = {control.id for control in own}
    rows = [row, *(r for r in (soa.rows if soa else ()) if r.control in ids)]
    evidence = [*(e for r in rows if r for e in _said(seen, r)), *_enforcing(seen, own)]
    evidence += _seen_running(seen, item, own)
    return Support(tuple(dict.fromkeys(evidence)), tuple(_wanting(seen, item, row, own, evidence)))


def _own(seen: Seen, annex: str, row: RowEntry | None) -> Iterator[Control]:
    """Yield controls of this system that say they implement it, or that its row names."""
    entries = row.evidence if row is not None and not isinstance(row.evidence, str) else ()
    named = {one.control for one in entries if fault_of(one) is None}
    for control in seen.bundle.controls if seen.bundle else ():
        here = not control.systems or seen.system in control.systems
        if here and (annex in control.annex_a or control.id in named):
            yield control


def _said(seen: Seen, row: RowEntry) -> Iterator[Evidence]:
    """Yield the evidence of a row; what is in plain words counts for no class."""
    if isinstance(row.evidence, str):
        if row.evidence.strip():
            yield Evidence(IN_WORDS, ATTESTED, row.evidence.strip(), f"soa.yaml, {row.control}")
        return
    for one in row.evidence:
        why = no_class(one, seen.register)
        if not why:
            where = place_of(one)
            yield Evidence(one.kind, one.origin, one.note or where, where)
        elif fault_of(one) is None and one.kind == "runtime":
            yield from _looked_up(seen, row, one)
        elif fault_of(one) is not None or one.control is None:
            said = f"{why}: {place_of(one) or one.kind}"
            yield Evidence(IN_WORDS, ATTESTED, said, f"soa.yaml, {row.control}")


def _looked_up(seen: Seen, row: RowEntry, one: EvidenceEntry) -> Iterator[Evidence]:
    """Yield what a row names of the log: an objective that is met; else it is a word, no evidence.

    What a control of ours shows in the log is looked up with the control itself.
    """
    if one.objective is not None:
        yield from seen.ran(seen.log.objective(one.objective))
    if one.record is not None:
        said = f"names record {one.record}, which was not looked at here"
        yield Evidence(IN_WORDS, ATTESTED, said, f"soa.yaml, {row.control}")


def _enforcing(seen: Seen, own: list[Control]) -> Iterator[Evidence]:
    policies = {one.id: one for one in seen.bundle.policies} if seen.bundle else {}
    for control in own:
        for id_ in control.policies:
            if policies[id_].system == seen.system:
                what = f"{policies[id_].kind.value} {id_} enforces {control.id}"
                yield Evidence("configuration", CONFIGURED, what, f"controls/{control.id}.yaml")
        for code in control.built_in:
            what = f"the runtime's check {code} enforces {control.id}"
            yield Evidence("configuration", CONFIGURED, what, f"controls/{control.id}.yaml")


def _seen_running(seen: Seen, item: Item, own: list[Control]) -> Iterator[Evidence]:
    """Yield what the log shows: controls that fire, and of the control on logs the log itself."""
    if item.id == EVENT_LOGS:
        yield from seen.ran(seen.log.event_log())
    yield from seen.ran(seen.log.fired((control.id for control in own), _stage(seen)))


def _stage(seen: Seen) -> str:
    """Return the stage that counts: never above that of the organisation's home."""
    stages = (seen.register.aims.stage, seen.register.systems[seen.system].stage)
    return min(stages, key=list(Stage).index).value


def _wanting(
    seen: Seen, item: Item, row: RowEntry | None, own: list[Control], evidence: list[Evidence]
) -> Iterator[str]:
    if row is None:
        yield f"{item.id}: no row in the statement of applicability"
    elif row.applicable == "undetermined":
        yield f"{item.id}: whether it applies is undetermined"
    there = {one.kind for one in evidence if not one.whole}
    for kind in annex_a()[item.id].evidence:
        if kind not in there:
            yield f"{item.id}: no evidence of class {kind}{_why(seen, item, kind, own)}"


def _why(seen: Seen, item: Item, kind: str, own: list[Control]) -> str:
    if kind != "runtime":
        return ""
    if item.id == EVENT_LOGS and seen.figures is not None and seen.log.here is None:
        return f" ({NOT_HERE})"
    if not own:
        return " (no control of this system is said to implement it)"
    if seen.figures is None:
        return f" ({NO_LOG})"
    states = seen.log.states()
    said = [f"{control.id}: {states.get(control.id, 'not in the log')}" for control in own]
    return f" ({', '.join(said)})"
