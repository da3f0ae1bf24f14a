"""What of the management system counts when, and that old plans keep their bytes."""

from dataclasses import fields, replace

import pytest

from tests.worlds.bank import bank_bundle
from watchkeeper.ledger.plan_bundle import bundle_bytes, parse_bundle
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Approved
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
from watchkeeper.records.plan.management.state import (
    AimsState,
    ControlledDocument,
    Management,
    Topic,
    Watched,
)
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule

DUE = parse_instant("2026-12-01T00:00:00.000000Z")
BEFORE, AFTER = Instant(DUE - 1), Instant(DUE + 1)
NEW = {"management", "objectives", "releases", "soa"}


def management(*watched: Watched) -> Management:
    return Management("a" * 64, watched)


def counting(one: Watched, at: Instant = DUE, system: str = "desk") -> dict[str, tuple[str, ...]]:
    return dict(management(one).at(system, at).counting)


@pytest.mark.parametrize(("at", "stale"), [(BEFORE, False), (DUE, True), (AFTER, True)])
def test_a_day_counts_from_its_very_moment_on(at: Instant, stale: bool) -> None:
    one = Watched(Topic.IMPACT, "desk", ("desk",), until=DUE)
    assert counting(one, at) == ({"impact": ("date",)} if stale else {})


def test_an_assessment_says_why_it_is_stale_sorted_and_once() -> None:
    one = Watched(Topic.RISK, "desk", ("desk",), DUE, ("new-tool", "changed-model"))
    assert counting(one) == {"risk": ("changed-model", "date", "new-tool")}
    assert counting(one, BEFORE) == {"risk": ("changed-model", "new-tool")}


def test_what_names_no_system_concerns_every_one() -> None:
    everywhere = Watched(Topic.MANAGEMENT_REVIEW, "review", until=DUE)
    here = Watched(Topic.FINDING, "late-refunds", ("desk",), until=DUE)
    state = management(everywhere, here).at("other", DUE)
    assert state == AimsState({"management-review": ("review",)})


def test_competence_names_roles_and_never_the_need() -> None:
    one = Watched(Topic.COMPETENCE, "ai-basics", until=DUE, roles=("governance", "operate"))
    assert counting(one) == {"competence": ("governance", "operate")}


def test_a_suspended_certificate_is_counted_apart_from_one_that_ran_out() -> None:
    suspended = Watched(Topic.CERTIFICATE, "ours", since=("suspended",))
    lapsed = Watched(Topic.CERTIFICATE, "theirs", until=DUE)
    state = management(suspended, lapsed).at("desk", DUE)
    assert state.counting == {"certificate": ("ours", "theirs"), "suspended": ("ours",)}


def test_what_later_records_add_counts_with_the_plan() -> None:
    more = Watched(Topic.RELEASE_REVIEW, "b" * 64, until=DUE)
    assert management().at("desk", DUE, (more,)).counting == {"release-review": ("b" * 64,)}


def test_a_plan_without_any_of_this_keeps_its_bytes() -> None:
    body = bundle_bytes(bank_bundle())
    assert not [name for name in NEW if f'"{name}":' in body.decode()]
    assert {field.name for field in fields(Bundle)} >= NEW


def test_a_plan_with_all_of_this_comes_back_as_it_was() -> None:
    measure = Measure(Counted.ESCALATIONS, {"system": ("desk",)})
    in_time = replace(measure, share=Share(ShareOf.DECIDED_WITHIN, seconds=1800))
    slow = replace(measure, quantile=Quantile("0.95", QuantileOf.DECIDED_AFTER))
    watched = Watched(Topic.IMPACT, "desk", ("desk",), DUE, ("new-tool",), ("governance",))
    bundle = replace(
        bank_bundle(),
        management=Management(
            "a" * 64,
            (watched,),
            (ControlledDocument("ai-policy", "2", "b" * 64, "ana", "2026-11-01", "2027-11-01"),),
        ),
        objectives=tuple(
            Objective("soon", "…", "ana", one, Target("0.95"), 2_592_000) for one in (in_time, slow)
        ),
        releases=ReleaseRule((NeededApproval("governance", 2, "weaker"),), "release", "operate", 1),
        soa=Approved("3", "ana", "ana", "2026-11-01", "2027-11-01"),
    )
    assert parse_bundle(bundle_bytes(bundle)) == bundle
