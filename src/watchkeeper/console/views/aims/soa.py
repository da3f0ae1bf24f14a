"""The statement of applicability, a hundred rows at a time (ISO/IEC 42001:2023, 6.1.3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchkeeper.console.views.aims.around import Around, around
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.plan.register.rows import is_overdue
from watchkeeper.plan.views.control import Applies, row_view
from watchkeeper.records.day import has_passed
from watchkeeper.records.figures import ControlFigure
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.controls import Approved, Row
from watchkeeper.standards.catalogue import annex_a

ROWS = 100
SHOWS = ("all", "overdue")


@dataclass(frozen=True, slots=True)
class SoaRow:
    """A row: the control, what is said of it, and what the log says; None where it says nothing.

    Of a control of Annex A `own` are those of ours that are said to implement it: they have
    figures, it has none.
    """

    control: str
    title: str
    annex: bool
    own: tuple[str, ...]
    says: Applies
    risks: tuple[str, ...]
    figure: ControlFigure | None


@dataclass(frozen=True, slots=True)
class SoaCount:
    """How many rows there are of something."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Soa:
    """The statement of the plan in force: who approved which version, and its rows.

    `rows` begin after `cursor` of the page before; the next ones after `cursor`, None at the end.
    `before` begins the page before, None on the first. `show` says whether all rows are shown or
    those that are overdue. `applicable` and `statuses` count all rows, `overdue` those whose day
    has passed, with something left to do.
    """

    plan: str
    why: str
    show: str
    approved: Approved | None
    approval_passed: bool
    total: int
    applicable: tuple[SoaCount, ...]
    statuses: tuple[SoaCount, ...]
    overdue: int
    rows: tuple[SoaRow, ...]
    before: str | None
    cursor: str | None
    log: bool


async def soa(visit: Visit) -> Soa | Missing:
    """Return the rows after a cursor."""
    known = await around(visit)
    rows, at = known.bundle.applicability, visit.now
    late = tuple(row for row in rows if is_overdue(row.status, row.applicable, row.due, at))
    asked = visit.query.get("show", "")
    show = asked if asked in SHOWS else SHOWS[0]
    shown = late if show == "overdue" else rows
    start = start_of(visit.query.get("cursor", ""), len(shown))
    approved = known.bundle.soa
    review_by = approved.review_by if approved is not None else None
    end = start + ROWS
    return Soa(
        plan=known.digest,
        why=known.why,
        show=show,
        approved=approved,
        approval_passed=review_by is not None and has_passed(review_by, at),
        total=len(rows),
        applicable=_counted(row.applicable for row in rows),
        statuses=_counted(row.status for row in rows),
        overdue=len(late),
        rows=tuple(_rows(shown[start:end], known, at)),
        before=str(max(0, start - ROWS)) if start else None,
        cursor=str(end) if end < len(shown) else None,
        log=known.figures is not None,
    )


def start_of(text: str, most: int) -> int:
    """Return the row at which a page begins, from the cursor that was asked for."""
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _counted(words: Iterable[str]) -> tuple[SoaCount, ...]:
    return tuple(SoaCount(what, count) for what, count in sorted(Counter(words).items()))


def _rows(rows: Iterable[Row], known: Around, at: Instant) -> Iterator[SoaRow]:
    file = known.register.soa if known.register is not None else None
    said = {one.control: one for one in (file.rows if file is not None else ())}
    ours = known.register.controls if known.register is not None else {}
    figures = {one.id: one for one in (known.figures.controls if known.figures else ())}
    own_of: defaultdict[str, list[str]] = defaultdict(list)
    for made in known.bundle.controls:
        for reference in made.annex_a:
            own_of[reference].append(made.id)
    for row in rows:
        annex = annex_a().get(row.control)
        own = ours.get(row.control)
        title = annex.title if annex is not None else own.title if own is not None else ""
        yield SoaRow(
            control=row.control,
            title=title,
            annex=annex is not None,
            own=tuple(own_of.get(row.control, ())),
            says=row_view(row, said.get(row.control), known.register, at),
            risks=row.risks,
            figure=figures.get(row.control),
        )
