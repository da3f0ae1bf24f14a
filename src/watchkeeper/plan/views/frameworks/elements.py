"""The impact assessment of one system, element by element of ISO/IEC 42005."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import ATTESTED
from watchkeeper.plan.views.clauses.standing import RecordSeen, State, record_of
from watchkeeper.plan.views.frameworks.support import Evidence, Support
from watchkeeper.records.instant import Instant
from watchkeeper.standards.elements import Element, documented

_FOLDERS = {"impact": "impacts", "system": "systems"}
_SHORTEST = 80


@dataclass(frozen=True, slots=True)
class ElementRow:
    """An element: what of it is written down and where, and what is not."""

    id: str
    title: str
    support: Support
    verified: bool

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "id": self.id,
            "title": self.title,
            **self.support.json(),
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class ElementsView:
    """One system's impact assessment; `record` is None where there is none."""

    system: str
    title: str
    in_scope: bool
    record: RecordSeen | None
    rows: tuple[ElementRow, ...]

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "system": self.system,
            "title": self.title,
            "inScope": self.in_scope,
            "assessment": None if self.record is None else self.record.json(),
            "rows": [row.json() for row in self.rows],
        }


def elements_view(register: Register, system: str, at: Instant) -> ElementsView:
    """Say which elements the impact assessment of a system has, and which it lacks."""
    says = register.systems[system]
    files = register.value["files"]
    values = {
        "impact": files.get("impact", {}).get(system, {}),
        "system": files.get("system", {}).get(system, {}),
    }
    return ElementsView(
        system=system,
        title=says.title,
        in_scope=says.in_scope,
        record=record_of(register, "impact", system, at),
        rows=tuple(_row(one, system, values) for one in documented()),
    )


def standing_of(view: ElementsView) -> str:
    """Say in words how the assessment itself stands."""
    if view.record is None:
        return f"there is no impacts/{view.system}.yaml"
    if view.record.state is State.PRESENT:
        return f"approved by {view.record.approved_by}, good until {view.record.review_by}"
    return f"{view.record.state.value.replace('-', ' ')}: {view.record.why}"


def _row(one: Element, system: str, values: Mapping[str, Mapping[str, Any]]) -> ElementRow:
    evidence: list[Evidence] = []
    missing: list[str] = []
    for key in one.keys:
        kind, _, path = key.partition(".")
        file = f"{_FOLDERS[kind]}/{system}.yaml"
        name, _, inner = path.partition(".")
        said = values[kind].get(name)
        lacking = list(_without(said, inner)) if inner else []
        found = [entry for entry in said or () if entry.get(inner)] if inner else said
        if found:
            evidence.append(Evidence("document", ATTESTED, _short(path, found), f"{file}, {name}"))
        elif not lacking:
            missing.append(f"{file} says nothing of `{name}`")
        missing += [f"{file}: {entry}" for entry in lacking]
    return ElementRow(one.id, one.title, Support(tuple(evidence), tuple(missing)), one.verified)


def _without(found: Any, inner: str) -> Iterator[str]:
    """Yield the entries of a list that say nothing of a key of theirs."""
    for entry in found or ():
        if not entry.get(inner):
            yield f"no {inner} for `{_cut(str(entry.get('what', '')))}`"


def _short(path: str, found: Any) -> str:
    if isinstance(found, list):
        return (
            f"{path.replace('.', ', ')}: {len(found)} {'entry' if len(found) == 1 else 'entries'}"
        )
    return f"{path}: {_cut(str(found))}"


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHORTEST else f"{plain[: _SHORTEST - 1]}…"
