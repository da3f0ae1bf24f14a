"""What the plans of a log say about how long payloads stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.records.codec import from_json
from watchkeeper.records.plan.systems import Retention

PlanOf = Callable[[str], bytes | None]
"""Finds the bytes of a released plan by its digest."""


class Retentions:
    """What each plan says of each system's payloads; `unread` are the plans not at hand."""

    def __init__(self, plan_of: PlanOf) -> None:
        self.unread: set[str] = set()
        self._plan_of = plan_of
        self._read: dict[str, Mapping[str, Retention] | None] = {}

    def of(self, plan: str, system: str) -> Retention | None:
        """Return what a plan says of a system's payloads; None if the plan is not at hand."""
        if plan not in self._read:
            self._read[plan] = _retentions(self._plan_of(plan), plan)
            if self._read[plan] is None:
                self.unread.add(plan)
        says = self._read[plan]
        return None if says is None else says.get(system, Retention())


def _retentions(raw: bytes | None, plan: str) -> Mapping[str, Retention] | None:
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        systems = parse_json_unverified(raw).get("systems", [])
        return {
            system["id"]: from_json(Retention, system["retention"])
            for system in systems
            if system.get("retention")
        }
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return None
