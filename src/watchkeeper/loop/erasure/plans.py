"""What released plans say of retention, and of which arguments name a person."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.standing import bundle_of
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.bundle import Bundle, Retention
from watchkeeper.records.instant import Instant
from watchkeeper.records.statement import Entry

_NONE = Retention()


class Plans:
    """The plans that were in force, by their digest; `today` is the one that is in force now."""

    def __init__(self, today: Bundle) -> None:
        self._today = retentions(today)
        self._retentions: dict[str, Mapping[str, Retention]] = {}
        self._subjects: dict[str, Mapping[tuple[str, str], tuple[str, ...]]] = {}

    def take(self, release: Entry) -> None:
        """Take up a release or a shard's first record; a plan that can not be read says nothing."""
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
        self, plan: str, system: str, at: Instant, *, for_subject: bool
    ) -> Instant | None:
        """Return until when a payload has to stay, by the plan that decided and by today's."""
        until = at
        then = self._retentions.get(plan, {}).get(system, _NONE)
        for says in (then, self._today.get(system, _NONE)):
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
