"""What released plans say of retention, and of which arguments name a person."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.standing import bundle_of
from watchkeeper.ports import Records
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Retention
from watchkeeper.records.statement import Entry

_NONE = Retention()
_HOLD_A_PLAN = frozenset({Kind.PLAN_RELEASE, Kind.GENESIS})


class Plans:
    """The plans that were in force, by their digest; `today` is the one that is in force now.

    A plan may have been released in an older shard than the one that is looked through: it is
    looked up where the decision stands, in `records`.
    """

    def __init__(self, today: Bundle, records: Records) -> None:
        self._today, self._records = retentions(today), records
        self._looked: set[int] = set()
        self._retentions: dict[str, Mapping[str, Retention]] = {}
        self._subjects: dict[str, Mapping[tuple[str, str], tuple[str, ...]]] = {}

    def knows(self, plan: str) -> bool:
        """Tell whether a plan was taken up."""
        return plan in self._retentions

    def look_in(self, shard: int) -> None:
        """Take up every plan that was in force in a shard, once.

        Raises:
            LedgerError: the shard is not here, or a record of it can not be read.
        """
        if shard not in self._looked:
            self._looked.add(shard)
            for entry in self._records.entries(shard=shard):
                self.take(entry)

    def take(self, release: Entry) -> None:
        """Take up a release or a shard's first record; a plan that can not be read says nothing."""
        if release.record.kind not in _HOLD_A_PLAN:
            return
        said = release.record.predicate
        if isinstance(said, GenesisRecord):
            said = said.carried
        if said is None or said.plan is None:
            return
        plan: str = said.plan
        try:
            bundle = bundle_of(release)
        except WatchkeeperError:
            return
        self._retentions[plan] = retentions(bundle)
        self._subjects[plan] = {
            (server.id, tool.name): tool.subject
            for server in bundle.servers
            for tool in server.tools
        }

    def subject_arguments(self, plan: str, server: str, tool: str) -> tuple[str, ...] | None:
        """Return the arguments that name a person; None for a tool that the plan does not know."""
        return self._subjects.get(plan, {}).get((server, tool))

    def held_until(
        self, plan: str, system: str | None, at: Instant, *, for_subject: bool
    ) -> Instant | None:
        """Return until when a payload has to stay, by the plan that decided and by today's.

        Where the system is not known, by the longest that today's plan keeps any.
        """
        until = at
        then = [self._retentions.get(plan, {}).get(system or "", _NONE)]
        if system is None:
            then = list(self._today.values())
        for says in (*then, self._today.get(system or "", _NONE)):
            if not (for_subject and says.subject_before_least):
                until = max(until, at.plus(says.least_seconds))
        return until if until > at else None

    def due_before(self, system: str, now: Instant, *, automatic: bool) -> Instant | None:
        """Return before when a payload of a system is due by today's plan; None if none ever is."""
        says = self._today.get(system, _NONE)
        if says.most_seconds is None or (automatic and not says.automatic):
            return None
        return now.plus(-says.most_seconds)


def retentions(bundle: Bundle) -> dict[str, Retention]:
    """Return what a plan says of its systems' payloads, where it says something."""
    return {system.id: system.retention for system in bundle.systems if system.retention}
