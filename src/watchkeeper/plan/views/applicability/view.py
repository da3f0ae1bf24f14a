"""The statement of applicability as it stands at a moment (ISO/IEC 42001:2023, 6.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from watchkeeper.plan.register.approval import changed_since_approval
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import no_class, place_of
from watchkeeper.plan.register.rows import is_overdue
from watchkeeper.plan.register.undecided import undecided
from watchkeeper.plan.workspace.models.control import ApplicabilityFile, BindingEntry, RowEntry
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.records.day import day_of
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.standards.catalogue import annex_a


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A row: a control of Annex A or of our own, what we say of it, and what hangs on it.

    `evidence` and `bindings` are in words, each on its own; `enforced_by` are the policies and
    checks of the plan. `overdue` says that it was to be implemented by a day that has passed.
    """

    control: str
    title: str
    applicable: str
    why: str
    status: str
    owner: str
    by: str
    overdue: bool
    risks: tuple[str, ...]
    evidence: tuple[str, ...]
    bindings: tuple[str, ...]
    enforced_by: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        said = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return {**said, "enforcedBy": said.pop("enforced_by")}


@dataclass(frozen=True, slots=True)
class StatementView:
    """The whole statement: whose, in which version, who approved it, and every row.

    `approval` says in words whether the approval holds for what stands here.
    """

    organisation: str
    scope: str
    on: str
    version: str
    owner: str
    approval: str
    approved: bool
    review_by: str
    rows: tuple[StatedRow, ...]
    open: Mapping[str, str]

    @property
    def overdue(self) -> tuple[StatedRow, ...]:
        """Rows whose day has passed."""
        return tuple(row for row in self.rows if row.overdue)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "organisation": self.organisation,
            "scope": self.scope,
            "on": self.on,
            "version": self.version or None,
            "owner": self.owner or None,
            "approval": self.approval,
            "approved": self.approved,
            "reviewBy": self.review_by or None,
            "overdue": [row.control for row in self.overdue],
            "open": dict(self.open),
            "rows": [row.json() for row in self.rows],
        }


def applicability_view(
    register: Register, bundle: Bundle | None, at: Instant
) -> StatementView | None:
    """Return the statement of applicability; None where there is none."""
    says = register.soa
    if says is None:
        return None
    approval, approved = _approval(says, register.value["files"]["soa"][""], at)
    enforced = {c.id: (*c.policies, *c.built_in) for c in (bundle.controls if bundle else ())}
    return StatementView(
        organisation=register.aims.organisation,
        scope=register.aims.scope,
        on=day_of(at),
        version=says.version or "",
        owner=says.owner or "",
        approval=approval,
        approved=approved,
        review_by=says.review_by or "",
        rows=tuple(_row(row, register, enforced, at) for row in says.rows),
        open=undecided(says, register.controls),
    )


def _approval(says: ApplicabilityFile, value: Any, at: Instant) -> tuple[str, bool]:
    if says.approved_by is None:
        return "not approved", False
    on = f" on {says.approved}" if says.approved else ""
    if says.approved is not None and says.approved > day_of(at):
        return f"approved by {says.approved_by}{on}, which is still to come", False
    if changed_since_approval(value):
        return f"changed since {says.approved_by} approved it{on}", False
    if says.approved_digest is None:
        return f"approved by {says.approved_by}{on}; of which rows is not said", False
    return f"approved by {says.approved_by}{on}", True


def _row(
    row: RowEntry, register: Register, enforced: dict[str, tuple[str, ...]], at: Instant
) -> StatedRow:
    ours = [id_ for id_, c in register.controls.items() if row.control in {id_, *c.annex_a}]
    return StatedRow(
        control=row.control,
        title=_title(row.control, register),
        applicable=row.applicable,
        why=row.why.strip(),
        status=row.status,
        owner=row.owner,
        by=row.by or "",
        overdue=is_overdue(row.status, row.applicable, row.by, at),
        risks=tuple(row.risks),
        evidence=tuple(_evidence(row, register)),
        bindings=tuple(_binding(one) for one in row.bindings),
        enforced_by=tuple(sorted({by for id_ in ours for by in enforced.get(id_, ())})),
    )


def _title(control: str, register: Register) -> str:
    if control in annex_a():
        return annex_a()[control].title
    ours = register.controls.get(control)
    return (ours.title or ours.statement.strip()) if ours is not None else ""


def _evidence(row: RowEntry, register: Register) -> Iterator[str]:
    if isinstance(row.evidence, str):
        if row.evidence.strip():
            yield f"in words: {row.evidence.strip()}"
        return
    yield from (_item(item, register) for item in row.evidence)


def _item(item: EvidenceEntry, register: Register) -> str:
    if why := no_class(item, register):
        return f"{why}: {place_of(item) or item.kind}"
    parts = [f"{item.kind}, {item.origin}"]
    parts += [where] if (where := place_of(item)) else []
    parts += [f"by {item.by}"] if item.by else []
    parts += [item.on] if item.on else []
    parts += [item.note] if item.note else []
    return "; ".join(parts)


def _binding(one: BindingEntry) -> str:
    return "; ".join(f"{name} {value}" for name, value in one if value is not None)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
