"""The path to an audit on a day: each step with its day, whether it is done, and what is late."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.plan.views.ready.done import Done, Known, done_of
from watchkeeper.plan.views.ready.steps import Step, steps
from watchkeeper.records.day import day_of
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle

RECKONING = (
    "Weeks are our reckoning, no rule of the standard; `readiness:` of aims.yaml sets others."
)


class Progress(enum.StrEnum):
    """Where a step is."""

    DONE = "done"
    RUNNING = "running"
    OPEN = "open"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class ReadyStep:
    """A step: due by a day, done on a day (empty if not), where it is, and why it is not done.

    `begin_by` is the last day on which what has to run for weeks can begin; else empty.
    """

    id: str
    clause: str
    what: str
    due: str
    done: str
    progress: Progress
    why: str = ""
    begin_by: str = ""

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "id": self.id,
            "clause": self.clause,
            "what": self.what,
            "due": self.due,
            "beginBy": self.begin_by or None,
            "done": self.done or None,
            "progress": self.progress.value,
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True)
class ReadyView:
    """The whole path to an audit on a day, as of a moment; `log` says whether one was looked at."""

    audit: str
    at: Instant
    steps: tuple[ReadyStep, ...]
    log: bool

    @property
    def late(self) -> tuple[ReadyStep, ...]:
        """The steps that are late."""
        return tuple(step for step in self.steps if step.progress is Progress.LATE)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "audit": self.audit,
            "at": str(self.at),
            "log": self.log,
            "steps": [step.json() for step in self.steps],
            "late": [step.id for step in self.late],
            "note": RECKONING,
        }


def ready_view(
    register: Register,
    bundle: Bundle | None,
    at: Instant,
    audit: str,
    figures: Figures | None = None,
) -> ReadyView:
    """Work out the path to stage 2 on the day `audit` (`YYYY-MM-DD`), as of a moment."""
    known = Known(register, clauses_view(register, bundle, at, figures), figures)
    done, today = done_of(known), day_of(at)
    found: dict[str, ReadyStep] = {}
    for step in steps():
        weeks = register.aims.readiness.get(step.id, step.weeks)
        due = _weeks_before(audit, weeks)
        found[step.id] = _step(step, done[step.id], found, (due, today))
    in_order = sorted(found.values(), key=lambda one: one.due)
    return ReadyView(audit, at, tuple(in_order), figures is not None)


def ready_text(view: ReadyView) -> str:
    """Render the path for a terminal."""
    lines = [f"The path to an audit on {view.audit}, as of {day_of(view.at)}", ""]
    for step in view.steps:
        done = f"done on {step.done}" if step.progress is Progress.DONE else step.progress.value
        lines.append(f"{step.due}  {done:<20}{step.clause:<7}{step.what}")
        lines += [f"{'':12}{step.why}"] if step.why else []
        lines += [f"{'':12}it has to begin by {step.begin_by}"] if step.begin_by else []
    late = ", ".join(step.id for step in view.late)
    lines += ["", f"Late: {late}" if late else "Nothing is late", RECKONING]
    if not view.log:
        lines.append(
            "No log at hand: whether it runs was taken from approvals; `--home` names one."
        )
    return "\n".join(lines)


def _step(step: Step, done: Done, before: dict[str, ReadyStep], days: tuple[str, str]) -> ReadyStep:
    due, today = days
    until = _weeks_before(done.on, -step.lasts) if done.on else ""
    why = done.why or _too_early(step, done.on, before)
    if until and not why and until <= today:
        return ReadyStep(step.id, step.clause, step.what, due, until, Progress.DONE)
    if until and not why:
        late = until > due or today > due
        begun, said = Progress.OPEN, f"it is dated {done.on}, which is still to come"
        if step.lasts:
            begun, said = Progress.RUNNING, f"it runs since {done.on}, until {until}"
        progress = Progress.LATE if late else begun
        return ReadyStep(step.id, step.clause, step.what, due, "", progress, said)
    begin_by = _weeks_before(due, step.lasts) if step.lasts else ""
    progress = Progress.LATE if today > (begin_by or due) else Progress.OPEN
    return ReadyStep(step.id, step.clause, step.what, due, "", progress, why, begin_by)


def _too_early(step: Step, on: str, before: dict[str, ReadyStep]) -> str:
    """Say which step it should have followed; twelve weeks run from what they follow on."""
    for name in step.after if not step.lasts else ():
        other = before[name]
        if not other.done:
            return f"it was done on {on}, before `{name}`" if on else ""
        if on and on < other.done:
            return f"it was done on {on}, before `{name}` on {other.done}"
    return ""


def _weeks_before(day: str, weeks: int) -> str:
    try:
        return (date.fromisoformat(day) - timedelta(weeks=weeks)).isoformat()
    except OverflowError:
        return date.min.isoformat() if weeks > 0 else date.max.isoformat()
