"""The risk register as a matrix, and as a list (ISO/IEC 42001:2023, 6.1.2, 6.1.3, 8.2, 8.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.risks import RiskFile, RiskMethod, ScaleStep
from watchkeeper.records.day import has_passed
from watchkeeper.records.figures import Figures, SignalFigure
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class RiskLevel:
    """How large a risk is: likelihood times consequence, and what the method calls that.

    `accepted` tells that the method lets it stand without anybody's acceptance.
    """

    likelihood: int
    consequence: int
    product: int
    name: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One risk: before treatment, and as it is left; None where nobody has said.

    `accepted` tells that what is left of it is within the method's bound, or that somebody
    accepted it. `overdue` are things with a day that has passed. `showing` are the signals that
    the log shows now; `signals` says how many there are.
    """

    id: str
    title: str
    systems: tuple[str, ...]
    affects: tuple[str, ...]
    owner: str
    before: RiskLevel | None
    after: RiskLevel | None
    option: str
    controls: tuple[str, ...]
    accepted: bool
    accepted_by: str
    review_by: str
    overdue: tuple[str, ...]
    signals: int
    showing: tuple[SignalFigure, ...]


@dataclass(frozen=True, slots=True)
class ScaleMark:
    """One step of a scale."""

    value: int
    name: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Where a likelihood meets a consequence, and the risks that are there."""

    level: RiskLevel
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One likelihood, over all consequences."""

    step: ScaleMark
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class RisksView:
    """All risks: `before` and `after` are matrices, the largest likelihood first.

    `accept_up_to` is the product up to which a risk needs nobody's acceptance; None where the
    method says none. Without `log` nobody looked whether a signal shows.
    """

    consequences: tuple[ScaleMark, ...]
    before: tuple[MatrixRow, ...]
    after: tuple[MatrixRow, ...]
    accept_up_to: int | None
    rows: tuple[RiskRow, ...]
    log: bool


def risks_view(
    register: Register, _bundle: Bundle, at: Instant, figures: Figures | None = None
) -> RisksView:
    """Return the risk register, the largest that is left of any risk first."""
    methods = register.one("methods")
    method: RiskMethod = (methods.risk if methods is not None else None) or RiskMethod()
    signals = figures.signals if figures is not None else ()
    rows = [_row(risk, method, at, signals) for _, risk in sorted(register.of("risk").items())]
    levels = [level for row in rows for level in (row.before, row.after) if level is not None]
    steps = _steps(method.likelihood, [level.likelihood for level in levels])
    across = _steps(method.consequence, [level.consequence for level in levels])
    return RisksView(
        consequences=across,
        before=_matrix(steps, across, method, rows, lambda row: row.before),
        after=_matrix(steps, across, method, rows, lambda row: row.after),
        accept_up_to=method.accept_up_to,
        rows=tuple(sorted(rows, key=_size)),
        log=figures is not None,
    )


def level_of(method: RiskMethod, likelihood: int, consequence: int) -> RiskLevel:
    """Return what the method says of a likelihood and a consequence."""
    product = likelihood * consequence
    names = [one.name for one in sorted(method.levels, key=_at_least) if one.at_least <= product]
    accepted = method.accept_up_to is not None and product <= method.accept_up_to
    return RiskLevel(likelihood, consequence, product, names[-1] if names else "", accepted)


def _at_least(level: object) -> int:
    return int(getattr(level, "at_least", 0))


def _row(
    risk: RiskFile, method: RiskMethod, at: Instant, signals: tuple[SignalFigure, ...]
) -> RiskRow:
    before, after = None, None
    if risk.likelihood is not None and risk.consequence is not None:
        before = level_of(method, risk.likelihood, risk.consequence)
    left = risk.residual
    if left is not None:
        after = level_of(method, left.likelihood, left.consequence)
    treatment = risk.treatment
    accepted_by = (left.accepted_by or "") if left is not None else ""
    return RiskRow(
        id=risk.id,
        title=risk.title,
        systems=tuple(risk.systems),
        affects=tuple(risk.affects),
        owner=risk.owner or "",
        before=before,
        after=after,
        option=treatment.option if treatment is not None else "",
        controls=tuple(treatment.controls) if treatment is not None else (),
        accepted=after is not None and (after.accepted or bool(accepted_by)),
        accepted_by=accepted_by,
        review_by=risk.review_by or "",
        overdue=tuple(_overdue(risk, at)),
        signals=len(risk.signals),
        showing=tuple(one for one in signals if one.risk == risk.id),
    )


def _overdue(risk: RiskFile, at: Instant) -> Iterator[str]:
    if risk.review_by is not None and has_passed(risk.review_by, at):
        yield f"to be looked at again by {risk.review_by}"
    for action in risk.treatment.actions if risk.treatment is not None else ():
        if action.done is None and action.by is not None and has_passed(action.by, at):
            yield f"{action.what} (by {action.by})"


def _steps(scale: list[ScaleStep], used: list[int]) -> tuple[ScaleMark, ...]:
    """Return the steps of a scale, and those that are used without being on it."""
    names = {step.value: step.name for step in scale}
    return tuple(ScaleMark(value, names.get(value, "")) for value in sorted({*names, *used}))


def _matrix(
    steps: tuple[ScaleMark, ...],
    across: tuple[ScaleMark, ...],
    method: RiskMethod,
    rows: list[RiskRow],
    level: Callable[[RiskRow], RiskLevel | None],
) -> tuple[MatrixRow, ...]:
    there: dict[tuple[int, int], list[str]] = {}
    for row in rows:
        found = level(row)
        if found is not None:
            there.setdefault((found.likelihood, found.consequence), []).append(row.id)
    return tuple(
        MatrixRow(
            step,
            tuple(
                MatrixCell(
                    level_of(method, step.value, other.value),
                    tuple(there.get((step.value, other.value), ())),
                )
                for other in across
            ),
        )
        for step in reversed(steps)
    )


def _size(row: RiskRow) -> tuple[int, str]:
    found = row.after or row.before
    return (-found.product if found is not None else -1_000, row.id)
