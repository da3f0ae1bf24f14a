"""What counts of the management system: the plan, the runtime and the verifier find the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.do.decision.test_management import MOMENTS, SYSTEMS, WATCHED
from watchkeeper.do.decision.management import Timelines
from watchkeeper.ledger.aims import aims_text
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import Management, Watched
from watchkeeper.verify.management.plans import counting, things_of


@given(st.lists(WATCHED), MOMENTS)
def test_the_verifier_finds_what_was_decided_by(plan: list[Watched], at: Instant) -> None:
    management = Management("0" * 64, tuple(plan))
    raw = canonical_arguments({"management": to_json(management)})
    things = things_of(lambda _: raw, sha256_hex(raw))
    assert isinstance(things, tuple)
    for system in (*SYSTEMS, ""):
        mine = [one for one in things if not one.systems or system in one.systems]
        found = aims_text(counting(pair for one in mine for pair in one.at(at)))
        assert found == aims_text(management.at(system, at).counting)
        assert found == aims_text(Timelines(management).at(system, at).counting)


@given(st.lists(WATCHED), MOMENTS, MOMENTS)
def test_between_two_changes_nothing_changes(
    plan: list[Watched], one: Instant, other: Instant
) -> None:
    management = Management("0" * 64, tuple(plan))
    early, late = sorted((one, other))
    if not any(early < moment <= late for watched in plan for moment in watched.moments):
        assert management.at("desk", early) == management.at("desk", late)
