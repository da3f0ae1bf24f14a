"""Every reference of a record leads to something: people, systems, risks, controls, documents.

Which key of which part refers to what stands in one table; a circle of references is named once.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from watchkeeper.plan.lint.management import files
from watchkeeper.plan.lint.management.parts import keys_with_parts
from watchkeeper.plan.lint.names import Names, tools_of_system
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models import control, drill, head, organisation
from watchkeeper.plan.workspace.models.management import (
    certificates,
    documents,
    evaluation,
    findings,
    objectives,
    people,
    risks,
    scope,
)
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.action import Reason
from watchkeeper.standards.catalogue import annex_a
from watchkeeper.standards.clauses import clauses

PERSON = "person"
REFERENCES: Mapping[type[BaseModel], Mapping[str, str]] = {
    head.Approved: {"owner": PERSON, "approved_by": PERSON},
    head.EvidenceEntry: {
        "by": PERSON,
        "document": "document",
        "drill": "drill",
        "objective": "objective",
        "control": "control",
    },
    head.Action: {"owner": PERSON},
    head.Signal: {
        "objective": "objective",
        "control": "control",
        "policy": "policy",
        "reason": "reason code",
    },
    organisation.NeededApprovalEntry: {"role": "role"},
    organisation.EmergencyEntry: {"role": "role"},
    organisation.ReleasesEntry: {"exceptions": "role"},
    control.RowEntry: {"risks": "risk"},
    control.BindingEntry: {
        "policy": "policy",
        "reason": "reason code",
        "drill": "drill",
        "objective": "objective",
    },
    control.ClaimEntry: {"drill": "drill", "objective": "objective"},
    control.ControlFile: {"expects": "policy"},
    drill.DrillFile: {"control": "control", "agent": "agent", "tool": "tool"},
    scope.Interface: {"system": "system"},
    risks.RiskFile: {"systems": "system"},
    risks.Treatment: {"controls": "control"},
    risks.Residual: {"accepted_by": PERSON},
    risks.Assessment: {"system": "system", "by": PERSON, "risks": "risk"},
    risks.TriggerEntry: {"drift": "objective"},
    objectives.ObjectiveEntry: {
        "owner": PERSON,
        "systems": "system",
        "controls": "control",
        "risks": "risk",
    },
    objectives.Where: {
        "system": "system",
        "agent": "agent",
        "tool": "tool",
        "policy": "policy",
        "control": "control",
        "role": "role",
    },
    objectives.MeasurementFile: {"by": PERSON, "evaluated_by": PERSON},
    people.Need: {"role": "role"},
    people.Held: {"need": "need", "person": PERSON},
    people.Aware: {"person": PERSON, "document": "document"},
    documents.DocumentEntry: {"supersedes": "document", "clauses": "clause"},
    documents.SentencesFile: {"document": "document"},
    documents.SentenceEntry: {"control": "control"},
    evaluation.PlannedAudit: {"auditors": PERSON},
    evaluation.AuditScope: {"systems": "system", "controls": "control", "clauses": "clause"},
    evaluation.AuditFile: {"auditors": PERSON, "findings": "finding", "reported_to": PERSON},
    evaluation.ReviewFile: {"chaired_by": PERSON, "present": PERSON},
    findings.FindingFile: {
        "by": PERSON,
        "systems": "system",
        "control": "control",
        "clause": "clause",
        "follows": "finding",
    },
    findings.Effect: {"checked_by": PERSON},
    certificates.CertificateFile: {"supplier": "supplier"},
    certificates.Verification: {"by": PERSON, "system": "system"},
    certificates.SupplierFile: {"systems": "system", "certificates": "certificate"},
}


def check_references(workspace: Workspace, names: Names, report: Report) -> None:
    """Name every reference that leads nowhere."""
    known = known_names(workspace, names)
    for file in files.every(workspace):
        for spot, kind, name in references(file, report):
            if kind in known:
                spot.needs(kind, name, known[kind])


def check_circles(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name circles: a document that supersedes itself, a finding that follows from itself."""
    found = workspace.management.one("documents")
    rows = found.says.documents if found else ()
    circles = _circles({row.id: row.supersedes for row in rows})
    for i, row in enumerate(rows):
        if found is not None and (circle := circles.get(row.id)):
            _say(report.at(found, "documents", i, "supersedes"), circle, "supersedes")
    noted = workspace.management.of("finding")
    circles = _circles({id_: file.says.follows for id_, file in noted.items()})
    for id_, file in noted.items():
        if circle := circles.get(id_):
            _say(report.at(file, "follows"), circle, "follows from")
    scopes = workspace.management.one("scope")
    for i, interface in enumerate(scopes.says.interfaces if scopes else ()):
        if scopes is not None and interface.ours == interface.theirs:
            spot = report.at(scopes, "interfaces", i, "theirs")
            _say(spot, (interface.ours, interface.theirs), "meets")


def _say(spot: Spot, circle: Iterable[str], verb: str) -> None:
    said = f" {verb} ".join(f"`{name}`" for name in circle)
    spot.safety("circle", f"a circle: {said}", "take one of these out")


def _circles(nexts: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Return each circle, from the first of its names back to it, by that name."""
    found: dict[str, tuple[str, ...]] = {}
    walked: dict[str, str] = {}
    for start in nexts:
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in walked:
            walked[at] = start
            path.append(at)
            at = nexts.get(at)
        if at is not None and walked[at] == start:
            circle = path[path.index(at) :]
            first = circle.index(min(circle))
            found[circle[first]] = (*circle[first:], *circle[:first], circle[first])
    return found


def references(file: Checked[Any], report: Report) -> Iterator[tuple[Spot, str, str]]:
    """Yield every reference of a file: its spot, the kind of thing, and the name."""
    yield from _within(file.says, report.at(file))


def _within(part: Any, spot: Spot) -> Iterator[tuple[Spot, str, str]]:
    if isinstance(part, BaseModel):
        for key, step, kind in _keys(type(part)):
            value = getattr(part, key)
            if kind is not None:
                yield from _named(value, spot.inside(step), kind)
            elif isinstance(value, _PARTS):
                yield from _within(value, spot.inside(step))
    elif isinstance(part, list):
        for i, item in enumerate(part):
            if isinstance(item, BaseModel):
                yield from _within(item, spot.inside(i))


def _named(value: Any, spot: Spot, kind: str) -> Iterator[tuple[Spot, str, str]]:
    if isinstance(value, str):
        yield spot, kind, value
    elif isinstance(value, list):
        for i, name in enumerate(value):
            yield spot.inside(i), kind, name


@functools.cache
def _keys(model: type[BaseModel]) -> tuple[tuple[str, str, str | None], ...]:
    """Return of each key that leads on its name here, its name in a file, and what it refers to."""
    kinds: dict[str, str] = {}
    for one in reversed(model.__mro__):
        kinds.update(REFERENCES.get(one, {}))
    deeper = {key for key, _ in keys_with_parts(model)}
    return tuple(
        (key, field.alias or key, kinds.get(key))
        for key, field in model.model_fields.items()
        if key in kinds or key in deeper
    )


_PARTS = (list, BaseModel)


def known_names(workspace: Workspace, names: Names) -> dict[str, Collection[str]]:
    """Return what there is to refer to, by kind."""
    records = workspace.management
    competence, documents_ = records.one("competence"), records.one("documents")
    aims = records.one("objectives")
    tools = {tool for system in workspace.systems for tool in tools_of_system(workspace, system)}
    return {
        PERSON: names.people,
        "role": names.roles,
        "system": workspace.systems,
        "agent": names.system_of_agent,
        "tool": tools,
        "policy": names.policies,
        "reason code": [reason.value for reason in Reason],
        "control": {*annex_a(), *workspace.controls},
        "clause": clauses(),
        "risk": records.of("risk"),
        "finding": records.of("finding"),
        "supplier": records.of("supplier"),
        "certificate": records.of("certificate"),
        "drill": records.of("drill"),
        "document": {row.id for row in (documents_.says.documents if documents_ else ())},
        "need": {need.id for need in (competence.says.needs if competence else ())},
        "objective": {one.id for one in (aims.says.objectives if aims else ())},
    }
