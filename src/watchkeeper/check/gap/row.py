"""The gap table: what it holds, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchkeeper.check.gap.state import State
from watchkeeper.check.oversight.model import Reviewed
from watchkeeper.check.oversight.text import review_sentence
from watchkeeper.records.action import Boundary
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref

NOT_WORKING = frozenset({State.COULD_NOT_EVALUATE, State.UNDEFINED})


@dataclass(frozen=True, slots=True)
class PointCount:
    """How often a control fired at one kind of enforcement point, in records of one stage."""

    kind: str
    boundary: Boundary
    stage: Stage
    count: int


@dataclass(frozen=True, slots=True)
class GapRow:
    """One control in one system.

    `system` is empty for what is decided before an action's system is known, and for controls of
    the organisation as a whole. `stage` is that of the system, never above that of the home.
    `allowed`, `blocked` and `escalated` count decisions that the control decided or limited;
    `errors` those in which one of its policies raised; `could_not_evaluate` the actions it speaks
    of that were refused before policies could be asked; `observed` those that were let through by
    observing. `earlier` says how many of the first three were made while its policies were other
    than now: they are counted, and prove nothing of what stands now. `review` says what people did
    with what it escalated, as a fact: it makes the row neither better nor worse. `traffic` counts
    all decisions of the system, `covered` those on actions that the control's policies speak of.
    `last_ref` is the newest decision in which it fired.
    """

    control: str
    system: str
    state: State
    stage: Stage
    in_production: bool
    why: str
    statement: str = ""
    owner: str = ""
    applicable: str = "undetermined"
    annex_a: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()
    allowed: int = 0
    blocked: int = 0
    escalated: int = 0
    errors: int = 0
    could_not_evaluate: int = 0
    observed: int = 0
    earlier: int = 0
    traffic: int = 0
    covered: int = 0
    first_fired: Instant | None = None
    last_fired: Instant | None = None
    last_ref: Ref | None = None
    points: tuple[PointCount, ...] = ()
    review: Reviewed | None = None

    @property
    def reviewed(self) -> str:
        """What people did with what it escalated, in a sentence; empty where there was nothing."""
        return "" if self.review is None else review_sentence(self.review)

    @property
    def fired(self) -> int:
        """How often it decided or limited an outcome."""
        return self.allowed + self.blocked + self.escalated

    @property
    def wrong(self) -> bool:
        """Whether this row alone makes the check end with exit code 1.

        So it is where a control that should be enforced could not be evaluated, and where
        something fires or is named in a policy that stands in no control file.
        """
        return self.state in NOT_WORKING

    def json(self) -> dict[str, Any]:
        """Render as a JSON object; counts are there even where they are zero."""
        return {
            "control": self.control,
            "system": self.system,
            "state": self.state.value,
            "stage": self.stage.value,
            "enforcedInProduction": self.in_production,
            "why": self.why,
            "statement": self.statement,
            "owner": self.owner,
            "applicable": self.applicable,
            "annexA": list(self.annex_a),
            "risks": list(self.risks),
            "policies": list(self.policies),
            "builtIn": list(self.built_in),
            "allowed": self.allowed,
            "blocked": self.blocked,
            "escalated": self.escalated,
            "errors": self.errors,
            "couldNotEvaluate": self.could_not_evaluate,
            "observed": self.observed,
            "underEarlierPolicies": self.earlier,
            "traffic": self.traffic,
            "covered": self.covered,
            "firstFired": _time(self.first_fired),
            "lastFired": _time(self.last_fired),
            "lastRecord": to_json(self.last_ref),
            "points": [to_json(point) for point in self.points],
            "review": to_json(self.review) if self.review is not None else None,
        }


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A control of ISO/IEC 42001 Annex A in the statement of applicability.

    `own` names the controls of our own that are said to implement it; how each of them stands is
    in its rows. An Annex A control has no state of its own: no document makes it operate.
    """

    control: str
    applicable: str
    why: str
    status: str
    owner: str
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapTable:
    """Every control that the plan in force has, or that fired, system by system.

    `plan` is None where no plan was released, and `readable` False where its bundle is not there.
    `uncontrolled` counts decisions, by outcome, about which no control says anything; `left_out`
    refusals that were counted but not recorded; `unread_plans` earlier plans whose bundle is not
    there; `adopted` how often the home was taken up again after it was restored or copied, so that
    what was decided meanwhile elsewhere is not counted here; `planted` escalations that were made
    up are left out, `unrevealed` ones may be among what is counted.
    """

    origin: str
    stage: Stage | None
    plan: str | None
    released_at: Instant | None
    released_by: str
    readable: bool
    rows: tuple[GapRow, ...]
    annex: tuple[AnnexRow, ...]
    decisions: int
    uncontrolled: dict[str, int]
    left_out: int
    unread_plans: tuple[str, ...]
    adopted: int = 0
    planted: int = 0
    unrevealed: int = 0

    @property
    def wrong(self) -> tuple[GapRow, ...]:
        """The rows that make the check end with exit code 1."""
        return tuple(row for row in self.rows if row.wrong)

    @property
    def enforced_in_production(self) -> tuple[GapRow, ...]:
        """The only rows that count as enforced in production."""
        return tuple(row for row in self.rows if row.in_production)

    def by_state(self) -> dict[State, int]:
        """Count the rows by state; every state is there."""
        counts = dict.fromkeys(State, 0)
        for row in self.rows:
            counts[row.state] += 1
        return counts

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "origin": self.origin,
            "stage": self.stage.value if self.stage is not None else None,
            "plan": self.plan,
            "planReadable": self.readable,
            "releasedAt": _time(self.released_at),
            "releasedBy": self.released_by,
            "decisions": self.decisions,
            "states": {state.value: count for state, count in self.by_state().items()},
            "controls": [row.json() for row in self.rows],
            "annexA": [
                {
                    "control": row.control,
                    "applicable": row.applicable,
                    "why": row.why,
                    "status": row.status,
                    "owner": row.owner,
                    "own": list(row.own),
                }
                for row in self.annex
            ],
            "uncontrolled": self.uncontrolled,
            "refusalsLeftOut": self.left_out,
            "unreadPlans": list(self.unread_plans),
            "adoptedHomes": self.adopted,
            "planted": self.planted,
            "plantedNotRevealed": self.unrevealed,
        }


def _time(at: Instant | None) -> str | None:
    return None if at is None else str(at)
