"""Whether decisions say that more enforces them than their plan lets be: permits of the server."""

from __future__ import annotations

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.erasures import PlanOf

_CLAIMED = "permit-verified"


class Boundaries:
    """Which servers each plan sends permits to; a plan that is not at hand tells nothing."""

    def __init__(self, plan_of: PlanOf) -> None:
        self._plan_of = plan_of
        self._read: dict[str, frozenset[str] | None] = {}

    def problem(self, decided: Decided) -> str | None:
        """Return what is wrong with what a decision says of its boundary, or None."""
        if decided.boundary != _CLAIMED:
            return None
        if decided.plan not in self._read:
            self._read[decided.plan] = self._servers(decided.plan)
        servers = self._read[decided.plan]
        if servers is None or decided.tool.partition("/")[0] in servers:
            return None
        return "says that its server demands permits, which its plan does not"

    def _servers(self, plan: str) -> frozenset[str] | None:
        raw = self._plan_of(plan)
        if raw is None or sha256_hex(raw) != plan:
            return None
        try:
            servers = parse_json_unverified(raw)["servers"]
            return frozenset(server["id"] for server in servers if "permit" in server)
        except (RecordInvalid, KeyError, TypeError):
            return None  # what is wrong with the plan itself, step 12 says
