"""Objectives in short, and records of escalations that people answer at chosen times."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.worlds import records as world
from watchkeeper.check.objectives import Measured, Measurement, measure
from watchkeeper.records.action import EffectRecord, Escalation, Reason, Status
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord, Observed
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.objectives import (
    Counted,
    Measure,
    Objective,
    Quantile,
    QuantileOf,
    Share,
    ShareOf,
    Target,
)
from watchkeeper.records.reference import Ref

DAY, HOUR, MINUTE = 86_400, 3_600, 60
IN_TIME = Share(ShareOf.DECIDED_WITHIN, seconds=30 * MINUTE)


def objective(
    of: Counted = Counted.ESCALATIONS,
    share: Share | None = IN_TIME,
    *,
    quantile: tuple[str, QuantileOf] | None = None,
    at_least: str | None = None,
    at_most: str | None = None,
    where: dict[str, tuple[str, ...]] | None = None,
    **more: Any,
) -> Objective:
    """An objective: by default, 95 % of escalations decided within 30 minutes, over 30 days."""
    if at_least is None and at_most is None:
        at_least = "0.95"
    given: dict[str, Any] = {
        "id": "in-time",
        "says": "escalations are decided in time",
        "owner": "ben",
        "window_seconds": 30 * DAY,
        "least": 1,
    }
    asked = None if quantile is None else Quantile(*quantile)
    measure_ = Measure(of, where or {}, None if asked else share, asked)
    return Objective(measure=measure_, target=Target(at_least, at_most), **given | more)


def count(of: Counted, **more: Any) -> Objective:
    """How many there are."""
    return objective(of, None, **more)


def plan(*objectives: Objective, **more: Any) -> Bundle:
    """The plan of the small world, with objectives."""
    return replace(world.bundle(**more), objectives=objectives)


def measured(stream: world.Stream, *objectives: Objective, **more: Any) -> Measurement:
    """Measure as of the stream's time, or `at`."""
    at = more.pop("at", stream.at)
    bundle = plan(*objectives, **more)
    return measure(stream.entries, bundle, world.bundles(bundle), at)


def one(stream: world.Stream, asked: Objective, **more: Any) -> Measured:
    """Measure one objective."""
    (row,) = measured(stream, asked, **more).rows
    return row


def escalate(stream: world.Stream, approvals: int = 1, **more: Any) -> Ref:
    """Escalate an action, to be answered within four hours."""
    roles = more.pop("roles", ("refund-lead",) * approvals)
    asked = Escalation("h", roles, approvals, stream.at.plus(4 * HOUR), "", words=30)
    return stream.decide(world.REVIEWED, escalation=asked, **more)


def answer(
    stream: world.Stream, asked: Ref, after: float, said: Answer = Answer.APPROVE, **more: Any
) -> Ref:
    """Answer an escalation so long after it was made, if that is still to come."""
    made = stream.entries[asked.index].record.predicate
    stream.at = max(stream.at, made.at.plus(after))
    given: dict[str, Any] = {
        "at": stream.at,
        "action_id": made.action_id,
        "decision": asked,
        "answer": said,
        "reviewer": "ben",
        "role": "refund-lead",
        "shown": "",
        "millis_taken": 20_000,
        "signature": world.SIGNED,
        "timed": "home",
    }
    return stream.add(Kind.VERDICT, VerdictRecord(**given | more))


def release(stream: world.Stream, asked: Ref, **more: Any) -> Ref:
    """Release what was approved."""
    made = stream.entries[asked.index].record.predicate
    return stream.decide(world.PERMITTED, made.action_id, escalated_by=asked, **more)


def end(stream: world.Stream, allowed: Ref, seconds: float = 1, **more: Any) -> Ref:
    """End an action that took so long."""
    made = stream.entries[allowed.index].record.predicate
    began = stream.at
    stream.tick(seconds)
    said = EffectRecord(
        stream.at,
        made.action_id,
        allowed,
        more.pop("status", Status.SUCCEEDED),
        began,
        stream.at,
        **more,
    )
    return stream.add(Kind.EFFECT, said)


def void(stream: world.Stream, asked: Ref, after: float, why: Reason = Reason.EXPIRED) -> Ref:
    """Let an escalation end by itself, so long after it was made."""
    made = stream.entries[asked.index].record.predicate
    stream.at = max(stream.at, Instant(made.at.plus(after) - 1_000_000))
    return stream.void(asked, why)


def commit(stream: world.Stream, commitment: str = "c1") -> Ref:
    """Commit to something that will be planted."""
    said = DrillRecord(stream.tick(), "d1", (commitment,), "ana", world.SIGNED)
    return stream.add(Kind.DRILL, said)


def reveal(
    stream: world.Stream, drill: Ref, asked: Ref | None, observed: Observed, commitment: str = "c1"
) -> Ref:
    """Say what a commitment was."""
    said = DrillRevealedRecord(
        at=stream.tick(),
        id="d1",
        drill=drill,
        commitment=commitment,
        salt="",
        request="",
        expected=Answer.REFUSE,
        wrong="",
        observed=observed,
        action_id=None if asked is None else "planted",
        decision=asked,
    )
    return stream.add(Kind.DRILL_REVEALED, said)
