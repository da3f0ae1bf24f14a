"""Deciding a recorded request again, from its payload and its plan alone (I4)."""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.check.replay import Again, ReplayAnswer, Unreplayable
from watchkeeper.do.decision.decide import decide
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.engine import ENGINE
from watchkeeper.do.decision.facts import facts_from_json
from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.standing import request_from
from watchkeeper.records.action import Decision, DecisionRecord
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.statement import Entry


def replayer(bundle_of: Callable[[str], Bundle | None]) -> Again:
    """Return the function that decides a recorded request again.

    `bundle_of` finds a released plan by its digest; each is loaded once.
    """
    enforcers: dict[str, Enforcer | None] = {}

    def enforcer_of(digest: str) -> Enforcer | None:
        if digest not in enforcers:
            bundle = bundle_of(digest)
            enforcers[digest] = None if bundle is None else Enforcer(bundle, digest, "")
        return enforcers[digest]

    def again(entry: Entry) -> Decision | Unreplayable:
        record: DecisionRecord = entry.record.predicate
        if entry.payload is None:
            return Unreplayable(ReplayAnswer.ERASED, "the payload is gone")
        if record.engine != ENGINE:
            return Unreplayable(ReplayAnswer.ENGINE_DIFFERS, record.engine.version)
        try:
            enforcer = enforcer_of(record.plan)
            if enforcer is None:
                return Unreplayable(ReplayAnswer.COULD_NOT, "its plan is not at hand")
            request = request_from(entry.payload.body["request"])
            facts = facts_from_json(entry.payload.body["facts"])
            return decide(enforcer, request, facts).part
        except (WatchkeeperError, KeyError, TypeError) as error:
            return Unreplayable(ReplayAnswer.COULD_NOT, str(error))

    return again
