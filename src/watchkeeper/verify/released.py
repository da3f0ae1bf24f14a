"""Step 12: what was released is what was published, and can be read."""

from __future__ import annotations

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.plan_bundle import parse_bundle
from watchkeeper.records.administration import Carried, PlanReleaseRecord
from watchkeeper.records.plan.numbers import odd_numbers
from watchkeeper.verify.people import same_authority


def plan_problem(raw: bytes, release: PlanReleaseRecord | Carried) -> str | None:
    """Return why published bytes are not the plan that a release names, or None.

    A plan that can not be read is found here, once: whatever else looks into it leaves it out.
    """
    if sha256_hex(raw) != release.plan:
        return "the published plan is not the released one"
    try:
        odd = next(odd_numbers(parse_bundle(raw)), None)
    except RecordInvalid as error:
        return f"the published plan can not be read: {error.message}"
    if odd is not None:
        return f"the published plan has {cut(odd)} where a number must stand"
    if not same_authority(raw, release):
        return "the release names other people, roles or applications than its plan"
    return None
