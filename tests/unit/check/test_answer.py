from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from tests.worlds import records as world
from watchkeeper.check.answer import Answer, Step, Verified, answer, render_answer
from watchkeeper.ledger.canonical import canonical
from watchkeeper.records.administration import ScopeKind
from watchkeeper.records.people import Answer as Said
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control
from watchkeeper.records.plan.systems import Stage


def told(plan: Bundle | None = None, **more: Any) -> Answer:
    stream = world.begun(more.pop("stage", Stage.PRODUCTION))
    stream.effect(stream.decide(world.PERMITTED))
    stream.decide(world.PERMITTED, action_id="left-open")
    pending = stream.decide(world.REVIEWED)
    stream.verdict(pending, Said.APPROVE)
    stream.decide(world.BEYOND)
    stream.stop(ScopeKind.TOOL, "shop/message")
    verified = more.pop("verified", Verified(8, 8))
    return answer(stream.entries, world.bundles(plan or world.bundle()), verified)


def test_systems_controls_and_evidence_stand_at_the_top() -> None:
    said = told().json()
    assert list(said)[:3] == ["systems", "controls", "evidence"]


def test_first_question_names_systems_in_and_out_with_reason_and_stage() -> None:
    inside, outside = told().json()["systems"]
    assert (inside["id"], inside["inScope"], inside["stage"]) == ("desk", True, "production")
    assert (inside["reason"], inside["ownerName"]) == ("it moves money", "Ana Ruiz")
    assert inside["agents"] == ["refund-agent"]
    assert inside["decisions"] == {"total": 4, "allow": 2, "block": 1, "escalate": 1}
    assert (outside["id"], outside["inScope"], outside["reason"]) == (
        "hiring",
        False,
        "no agent acts",
    )


def test_second_question_names_state_stage_and_owner_of_each_control() -> None:
    said = told().json()
    found = {row["control"]: row for row in said["controls"]}
    assert found["refund-authority"]["state"] == "enforced"
    assert found["refund-authority"]["ownerName"] == "Ana Ruiz"
    assert found["staff-training"]["state"] == "document-only"
    assert said["enforcedInProduction"] == ["human-review", "refund-authority"]


def test_third_question_counts_what_was_verified_and_what_is_unknown() -> None:
    evidence = told().json()["evidence"]
    assert evidence["verification"]["verified"] == 8
    assert evidence["verification"]["sound"] is True
    assert evidence["effects"]["unknown"] == 1
    assert [one["actionId"] for one in evidence["unknownEffects"]] == ["left-open"]
    assert evidence["stopsInForce"] == [{"kind": "tool", "name": "shop/message"}]
    assert evidence["warning"].startswith("UNWITNESSED")


def test_who_is_accountable() -> None:
    said = told().json()["accountable"]
    assert said["grantors"] == [
        {
            "id": "ana",
            "name": "Ana Ruiz",
            "what": "4 decisions under authority granted",
            "count": 4,
        }
    ]
    assert said["releaseApprovers"][0]["what"] == "1 plan released"
    assert said["reviewers"][0]["name"] == "Ben Okafor"
    assert said["reviewers"][0]["what"] == "as refund-lead: 1 approved, 0 refused"
    assert said["controlOwners"][0]["count"] == 6


def test_i3_a_writing_tool_whose_retry_is_not_recognised_is_named() -> None:
    found = told()
    assert found.unrecognised_retries == ("shop/message",)
    assert "a retry of shop/message is not recognised" in render_answer(found)


@pytest.mark.parametrize("stage", [Stage.DEMONSTRATION, Stage.PILOT])
def test_a_stage_before_production_is_said_and_counts_for_nothing(stage: Stage) -> None:
    found = told(world.bundle(stage=stage), stage=stage)
    assert found.json()["enforcedInProduction"] == []
    assert f"stage {stage.value}: nothing counts" in render_answer(found)


def test_what_was_not_verified_is_said_so() -> None:
    found = told(verified=None)
    assert found.json()["evidence"]["verification"] is None
    assert "NOT VERIFIED" in render_answer(found)


@pytest.mark.parametrize(
    "verified",
    [
        Verified(8, 7, findings=("record 5: the signature does not verify",)),
        Verified(8, 7, steps=(Step(1, "signatures", "failed", "record 5"),)),
    ],
)
def test_a_failed_verification_is_not_sound(verified: Verified) -> None:
    found = told(verified=verified)
    assert not found.sound
    text = render_answer(found)
    assert re.search(r"VERIFICATION FAILED: \d findings? .*in 8 records", text)
    assert "verified: " not in text


def test_a_witness_takes_the_warning_away() -> None:
    found = told(verified=Verified(8, 8, witnessed=True, pinned=True))
    assert found.json()["evidence"]["warning"] is None
    text = render_answer(found)
    assert "UNWITNESSED" not in text
    assert "keys pinned from outside" in text


def test_what_is_not_enforced_is_said_in_sentences() -> None:
    plan = world.bundle(
        policies=(
            *world.bundle().policies,
            world.policy("new", "refund-authority", observe_until="2026-12-24T00:00:00Z"),
        ),
        systems=(*world.bundle().systems, world.system("sales")),
        gaps=("impact assessment of `desk` is a year old",),
    )
    text = " ".join(render_answer(told(plan)).split())
    assert "staff-training: document-only" in text
    assert "sales: in scope, and no action of it was ever decided" in text
    assert "only observed: new until 2026-12-24T00:00:00Z" in text
    assert "gap named at release: impact assessment of `desk` is a year old" in text


def test_it_says_that_it_certifies_nobody() -> None:
    found = told()
    assert "certifies nobody" in found.json()["statement"]
    assert "certifies nobody" in render_answer(found)


def test_an_owner_that_is_a_role_or_nobody_is_named_as_such() -> None:
    plan = world.bundle(controls=(Control("a", "", "refund-lead"), Control("b", "", "")))
    names = {row["control"]: row["ownerName"] for row in told(plan).json()["controls"]}
    assert names["a"] == "refund-lead (Ben Okafor)"
    assert names["b"] == "nobody"


def test_an_empty_log_has_answers_too() -> None:
    found = answer([], world.bundles(), None)
    assert found.json()["systems"] == []
    assert "no plan was released: nothing is enforced" in render_answer(found)


def test_a_plan_that_is_not_there_is_said() -> None:
    found = answer(world.begun().entries, world.bundles(), None)
    assert not found.table.readable
    assert "what it enforces is not known" in render_answer(found)


def test_the_json_holds_no_floats_and_only_ascii_keys() -> None:
    assert canonical(told().json())


def test_the_text_is_free_of_control_characters() -> None:
    plan = dataclasses.replace(world.bundle(), organisation="Evil\x1b]0;title\x07", scope="a\nb")
    text = render_answer(told(plan))
    assert all(letter == "\n" or letter.isprintable() for letter in text)


def test_a_system_says_its_own_stage_and_what_it_counts_as() -> None:
    found = told(world.bundle(stage=Stage.PILOT))
    assert [(one.stage, one.counts_as) for one in found.in_scope] == [("production", "pilot")]
    text = render_answer(found)
    assert "stage production, counts as pilot" in text
    assert "2 more enforced, at a stage before production" in text
