"""Annex A control by control: which classes of evidence it needs, what is there, what is missing.

An item fills its own class and no other: a policy of ours does not show that anything runs, and
what ran does not stand for a policy. What only names something elsewhere, and what could pass as
another only, fills no class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import CONFIGURED, fault_of, no_class, place_of
from watchkeeper.plan.views.clauses.runtime import (
    EVENT_LOGS,
    came_out,
    control_words,
    counted,
    log_words,
    newest,
    objective_words,
    ran_in,
)
from watchkeeper.plan.workspace.models.control import RowEntry
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.records.figures import Figures
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.standards.catalogue import AnnexControl, annex_a

RUNTIME = "runtime"
CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Item:
    """An item of evidence: its class, how it came about, where it is, since when."""

    kind: str
    origin: str
    where: str
    on: str = ""

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "class": self.kind,
            "origin": self.origin,
            "where": self.where,
            "on": self.on or None,
        }


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A control of Annex A: what we say of it, the classes it needs, what is there, what is not.

    `words` is evidence in plain words, or the naming of a record, which count for no class.
    """

    control: str
    title: str
    applicable: str
    status: str
    needs: tuple[str, ...]
    items: tuple[Item, ...]
    words: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The classes of which there is no item; none for a control that is out."""
        there = {item.kind for item in self.items}
        return () if self.applicable == "out" else tuple(k for k in self.needs if k not in there)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "control": self.control,
            "title": self.title,
            "applicable": self.applicable,
            "status": self.status or None,
            "needs": list(self.needs),
            "items": [item.json() for item in self.items],
            "missing": list(self.missing),
            "words": self.words or None,
        }


def annex_view(
    register: Register, bundle: Bundle | None, figures: Figures | None = None
) -> tuple[AnnexRow, ...]:
    """Say for each of the 38 controls what evidence of which class there is."""
    said = {row.control: row for row in (register.soa.rows if register.soa else ())}
    return tuple(_row(one, said.get(one.id), register, bundle, figures) for one in _annex())


def annex_text(rows: tuple[AnnexRow, ...], *, log: bool) -> str:
    """Render the controls of Annex A for a terminal."""
    lines: list[str] = []
    for row in rows:
        status = f", {row.status}" if row.status else ""
        lines.append(f"{row.control:<9}{row.title} ({row.applicable}{status})")
        lines.append(f"{'':9}needs {', '.join(row.needs)}")
        lines += [f"{'':9}{_said(item)}" for item in row.items]
        if row.words:
            lines.append(f"{'':9}in words, for no class: {row.words}")
        if row.missing:
            lines.append(f"{'':9}missing: {', '.join(row.missing)}")
    if not log:
        lines += ["", "Runtime evidence: no log at hand; `--home` names one"]
    return "\n".join(lines)


def _annex() -> tuple[AnnexControl, ...]:
    return tuple(annex_a().values())


def _said(item: Item) -> str:
    day = f", {item.on}" if item.on else ""
    return f"{item.kind}, {item.origin}{day}: {item.where}"


def _row(
    one: AnnexControl,
    said: RowEntry | None,
    register: Register,
    bundle: Bundle | None,
    figures: Figures | None,
) -> AnnexRow:
    given = said.evidence if said is not None else ""
    entries = [] if isinstance(given, str) else given
    sound = [entry for entry in entries if fault_of(entry) is None]
    named = [entry for entry in sound if entry.kind == RUNTIME]
    items = [_item(entry) for entry in entries if not no_class(entry, register)]
    words = [given] if isinstance(given, str) else list(_in_words(entries, register))
    ours = {id_ for id_, control in register.controls.items() if one.id in control.annex_a}
    by_name = {entry.control for entry in sound if entry.kind == CONFIGURATION and entry.control}
    items += _configured({*ours, *by_name}, bundle)
    items += _ran({*ours, *(entry.control for entry in named if entry.control)}, figures)
    items += _logged(one.id, figures)
    items += _met({entry.objective for entry in named if entry.objective}, figures)
    return AnnexRow(
        control=one.id,
        title=one.title,
        applicable=said.applicable if said is not None else "no row",
        status=said.status if said is not None else "",
        needs=one.evidence,
        items=tuple(items),
        words="; ".join(words),
    )


def _in_words(entries: Iterable[EvidenceEntry], register: Register) -> Iterator[str]:
    """Yield each item that counts for no class, and why."""
    for entry in entries:
        if why := no_class(entry, register):
            yield f"{why}: {_item(entry).where or entry.kind}"


def _met(objectives: set[str], figures: Figures | None) -> Iterator[Item]:
    """Yield what objectives come to, where the log gives them a value."""
    for one in figures.objectives if figures is not None else ():
        if one.id in objectives and came_out(one) and figures is not None:
            yield Item(RUNTIME, figures.origin, f"{objective_words(one)}{_place(one.last)}")


def _item(entry: EvidenceEntry) -> Item:
    where = place_of(entry) or entry.note or ""
    who = f", by {entry.by}" if entry.by else ""
    return Item(entry.kind, entry.origin, f"{where}{who}", entry.on or "")


def _configured(ours: set[str], bundle: Bundle | None) -> Iterator[Item]:
    for control in bundle.controls if bundle is not None else ():
        for policy in control.policies if control.id in ours else ():
            yield Item(CONFIGURATION, CONFIGURED, f"policy {policy} of control {control.id}")
        for reason in control.built_in if control.id in ours else ():
            yield Item(CONFIGURATION, CONFIGURED, f"check {reason} of control {control.id}")


def _ran(ours: set[str], figures: Figures | None) -> Iterator[Item]:
    """Yield what ran, as 8.1 has it: enforced in a place, as the gap table says it, and fired."""
    for one in figures.controls if figures is not None else ():
        here = ran_in(one) if one.id in ours else ()
        if here and figures is not None:
            where = f"{control_words(one)}{_place(newest(here))}"
            yield Item(RUNTIME, figures.origin, where)


def _logged(control: str, figures: Figures | None) -> Iterator[Item]:
    """Yield the log itself, of the control on logs: where it verifies and holds decisions."""
    said = log_words(figures) if control == EVENT_LOGS and figures is not None else ""
    if figures is not None and said and figures.decisions:
        where = f"{counted(figures.decisions, 'decision')} in {said}"
        yield Item(RUNTIME, figures.origin, f"{where}{_place(figures.last_decision)}")


def _place(last: Ref | None) -> str:
    return f", record {last}" if last is not None else ""
