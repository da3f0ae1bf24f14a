"""One control with everything that hangs on it: one of our own, or one of Annex A."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import ATTESTED, IN_WORDS, no_class, place_of
from watchkeeper.plan.register.rows import is_overdue
from watchkeeper.plan.workspace.models.control import ClaimEntry, ControlFile, RowEntry
from watchkeeper.records.day import has_passed
from watchkeeper.records.figures import ControlFigure, Figures, ObjectiveFigure
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control, Row
from watchkeeper.records.plan.management.objectives import Objective
from watchkeeper.standards.catalogue import annex_a


@dataclass(frozen=True, slots=True)
class Named:
    """Something by its id, and what it is called or says."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """An item of evidence: its class, how it came to be, since when, and where it is."""

    kind: str
    origin: str
    on: str
    by: str
    where: str
    note: str


@dataclass(frozen=True, slots=True)
class Applies:
    """The row of the statement of applicability; `overdue` where its day has passed, undone."""

    applicable: str
    why: str
    status: str
    owner: str
    by: str
    overdue: bool
    words: str
    evidence: tuple[EvidenceItem, ...]
    bindings: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy that enforces the control, as the plan has it."""

    id: str
    system: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What is claimed, and the drill or objective that would show otherwise."""

    says: str
    drill: str
    objective: str


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective that the control serves, and what it comes to; None where no log was read."""

    id: str
    says: str
    owner: str
    figure: ObjectiveFigure | None


@dataclass(frozen=True, slots=True)
class ControlView:
    """A control and what hangs on it.

    `annex` tells that it is one of Annex A, of which `statement` is our paraphrase and `own` are
    the controls of ours that are said to implement it; else `annex_a` are those that it names.
    `expects` are policies that must enforce it and are not there. `figure` is what the log says,
    None without one. `evidence_classes` are the classes that can show a control of Annex A.
    """

    id: str
    title: str
    statement: str
    owner: str
    annex: bool
    review_by: str
    overdue: bool
    annex_a: tuple[Named, ...]
    own: tuple[Named, ...]
    evidence_classes: tuple[str, ...]
    applies: Applies | None
    risks: tuple[Named, ...]
    systems: tuple[str, ...]
    policies: tuple[PolicyRow, ...]
    expects: tuple[str, ...]
    built_in: tuple[str, ...]
    sentences: tuple[Named, ...]
    drills: tuple[Named, ...]
    claims: tuple[ClaimRow, ...]
    objectives: tuple[ObjectiveRow, ...]
    figure: ControlFigure | None


def control_view(
    control_id: str,
    register: Register | None,
    bundle: Bundle,
    at: Instant,
    figures: Figures | None = None,
) -> ControlView | None:
    """Return a control of the plan, or of Annex A, by its id; None where there is none."""
    own = next((one for one in bundle.controls if one.id == control_id), None)
    annex = annex_a().get(control_id) if own is None else None
    if own is None and annex is None:
        return None
    made = own or Control(control_id, annex.paraphrase if annex is not None else "", "")
    says = register.controls.get(control_id) if register is not None else None
    review_by = (says.review_by or "") if says is not None else ""
    implements = [one for one in bundle.controls if control_id in one.annex_a]
    return ControlView(
        id=control_id,
        title=annex.title if annex is not None else says.title if says is not None else "",
        statement=made.statement,
        owner=made.owner,
        annex=annex is not None,
        review_by=review_by,
        overdue=bool(review_by) and has_passed(review_by, at),
        annex_a=tuple(Named(ref, _annex_title(ref)) for ref in made.annex_a),
        own=tuple(Named(one.id, one.statement) for one in implements),
        evidence_classes=annex.evidence if annex is not None else (),
        applies=_applies(control_id, register, bundle, at),
        risks=tuple(_risks(made, register)),
        systems=made.systems,
        policies=tuple(
            PolicyRow(one.id, one.system, one.kind.value, one.text)
            for one in bundle.policies
            if one.id in made.policies
        ),
        expects=tuple(one for one in made.expects if one not in made.policies),
        built_in=made.built_in,
        sentences=tuple(_sentences(made, register)),
        drills=tuple(_drills(control_id, says, register)),
        claims=tuple(_claim(one) for one in (says.claims if says is not None else ())),
        objectives=tuple(
            ObjectiveRow(one.id, one.says, one.owner, _figure_of(one, figures))
            for one in bundle.objectives
            if control_id in one.controls
        ),
        figure=_control_figure(control_id, figures),
    )


def _annex_title(reference: str) -> str:
    found = annex_a().get(reference)
    return found.title if found is not None else ""


def row_view(row: Row, says: RowEntry | None, register: Register | None, at: Instant) -> Applies:
    """Return a row of the statement of applicability; `says` is the register's word of it."""
    return Applies(
        applicable=row.applicable,
        why=row.why,
        status=row.status,
        owner=row.owner,
        by=row.due or "",
        overdue=is_overdue(row.status, row.applicable, row.due, at),
        words=_words(row, says),
        evidence=tuple(_items(says, register)),
        bindings=tuple(_bindings(says)),
    )


def _applies(
    control_id: str, register: Register | None, bundle: Bundle, at: Instant
) -> Applies | None:
    row = next((one for one in bundle.applicability if one.control == control_id), None)
    if row is None:
        return None
    soa = register.soa if register is not None else None
    entries = soa.rows if soa is not None else []
    says = next((one for one in entries if one.control == control_id), None)
    return row_view(row, says, register, at)


def _words(row: Row, says: RowEntry | None) -> str:
    said = says.evidence if says is not None else row.evidence
    return said if isinstance(said, str) else ""


def _items(says: RowEntry | None, register: Register | None) -> Iterator[EvidenceItem]:
    if says is None or register is None or isinstance(says.evidence, str):
        return
    for one in says.evidence:
        why = no_class(one, register)
        kind, origin = (IN_WORDS, ATTESTED) if why else (one.kind, one.origin)
        note = "; ".join(filter(None, (why, one.note)))
        yield EvidenceItem(kind, origin, one.on or "", one.by or "", place_of(one), note)


def _bindings(says: RowEntry | None) -> Iterator[Named]:
    for one in says.bindings if says is not None else ():
        for name in ("policy", "reason", "drill", "objective"):
            value = getattr(one, name)
            if value is not None:
                yield Named(value, name)


def _risks(made: Control, register: Register | None) -> Iterator[Named]:
    """Yield the risks that a control names, and those whose treatment names it."""
    known = register.of("risk") if register is not None else {}
    treated = {
        id_
        for id_, risk in known.items()
        if risk.treatment is not None and made.id in risk.treatment.controls
    }
    for id_ in sorted({*made.risks, *treated}):
        yield Named(id_, known[id_].title if id_ in known else "")


def _sentences(made: Control, register: Register | None) -> Iterator[Named]:
    bound = register.of("sentences") if register is not None else {}
    said = {}
    for document, file in bound.items():
        for one in file.sentences:
            reference = f"{document}#{one.anchor}"
            if one.control == made.id or reference in made.sentences:
                said[reference] = one.says or ""
    for reference in sorted({*made.sentences, *said}):
        yield Named(reference, said.get(reference, ""))


def _drills(
    control_id: str, says: ControlFile | None, register: Register | None
) -> Iterator[Named]:
    known = register.of("drill") if register is not None else {}
    named = {id_ for id_, one in known.items() if one.control == control_id}
    for id_ in sorted({*(says.drills if says is not None else ()), *named}):
        one = known.get(id_)
        expects = f"must end in {one.expect.outcome}" if one is not None else "is not in the plan"
        yield Named(id_, f"{one.title}: {expects}" if one is not None and one.title else expects)


def _claim(one: str | ClaimEntry) -> ClaimRow:
    if isinstance(one, str):
        return ClaimRow(one, "", "")
    return ClaimRow(one.says, one.drill or "", one.objective or "")


def _figure_of(objective: Objective, figures: Figures | None) -> ObjectiveFigure | None:
    found = figures.objectives if figures is not None else ()
    return next((one for one in found if one.id == objective.id), None)


def _control_figure(control_id: str, figures: Figures | None) -> ControlFigure | None:
    found = figures.controls if figures is not None else ()
    return next((one for one in found if one.id == control_id), None)
