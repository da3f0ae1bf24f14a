"""Each rule of conduct, broken once with the real record key; and the whole story, which holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.homes import Person, Story
from watchkeeper.records.action import Outcome, ResolvedBy, Status
from watchkeeper.records.administration import ScopeKind, StopScope
from watchkeeper.records.people import Answer
from watchkeeper.verify import Status as StepStatus
from watchkeeper.verify import Verification, verify_log
from watchkeeper.verify.report import TITLES


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    yield story
    story.log.close()


def verified(story: Story) -> Verification:
    story.log.publish_now()
    return verify_log(story.path / "log", workers=1)


def failed(story: Story) -> dict[int, str]:
    return {f.step: f.message for f in verified(story).findings}


def test_a_day_that_holds(story: Story) -> None:
    story.day()
    found = verified(story)
    assert found.findings == ()
    assert found.ok
    assert found.counts["verdict"] == 2
    assert found.counts["decision.allow"] == 5
    assert found.unknown == 0
    steps = {step.number: step for step in found.steps}
    assert sorted(steps) == list(TITLES)
    assert steps[9].detail.startswith("1 released")
    assert steps[14].status is StepStatus.NOT_CHECKED
    assert "UNWITNESSED" in steps[14].detail
    assert not found.pinned
    assert "pin it" in steps[1].detail


def test_unknown_effects_are_counted_not_failed(story: Story) -> None:
    story.decide()
    found = verified(story)
    assert (found.ok, found.unknown) == (True, 1)


def effect_without_allow(story: Story) -> None:
    story.effect(*story.decide(Outcome.BLOCK))


def second_effect(story: Story) -> None:
    allowed = story.decide()
    story.effect(*allowed)
    story.effect(*allowed)


def effect_of_other_arguments(story: Story) -> None:
    ref, decided, _ = story.decide()
    story.effect(ref, decided, "0" * 64)


def effect_of_other_action(story: Story) -> None:
    story.effect(*story.decide(), action_id="another")


def second_allow(story: Story) -> None:
    ref, decided, digest = story.decide()
    story.effect(ref, decided, digest)
    story.decide(action_id=decided.action_id)


def settled_without_signature(story: Story) -> None:
    story.effect(*story.decide(), resolved_by=ResolvedBy("person", "anna"))


def settled_otherwise_than_signed(story: Story) -> None:
    ref, decided, digest = story.decide()
    said = story.command(story.anna, "resolve", {"actionId": decided.action_id, "status": "failed"})
    by = ResolvedBy("person", "anna", said)
    story.effect(ref, decided, digest, resolved_by=by, status=Status.SUCCEEDED)


def after_no_stop(story: Story) -> None:
    other = story.act()
    story.effect(*story.decide(), after_stop=other)


def after_a_stop_of_something_else(story: Story) -> None:
    allowed = story.decide()
    story.effect(*allowed, after_stop=story.stop(StopScope(ScopeKind.AGENT, "another-agent")))


def after_a_stop_before_it(story: Story) -> None:
    stop = story.stop()
    story.resume()
    story.effect(*story.decide(), after_stop=stop)


def after_a_stop_to_come(story: Story) -> None:
    ref, decided, digest = story.decide()
    story.effect(ref, decided, digest, after_stop=replace(ref, index=ref.index + 2))
    story.stop()


def no_verdict(story: Story) -> None:
    story.approved(*story.escalate(), ())


def one_verdict_of_two(story: Story) -> None:
    asked = story.escalate(approvals=2)
    story.approved(*asked, (story.verdict(*asked),))


def one_person_twice(story: Story) -> None:
    asked = story.escalate(approvals=2)
    story.approved(*asked, (story.verdict(*asked), story.verdict(*asked)))


def verdict_used_twice(story: Story) -> None:
    asked = story.escalate()
    verdict = story.verdict(*asked)
    story.effect(*story.approved(*asked, (verdict,)))
    again = story.escalate()
    story.approved(*again, (verdict,))


def refused_and_yet_released(story: Story) -> None:
    asked = story.escalate()
    story.approved(*asked, (story.verdict(*asked, answer=Answer.REFUSE),))


def verdict_without_role(story: Story) -> None:
    asked = story.escalate()
    story.approved(*asked, (story.verdict(*asked, story.carl),))


def verdict_by_a_stranger(story: Story) -> None:
    asked = story.escalate()
    story.approved(*asked, (story.verdict(*asked, Person("dora")),))


def verdict_forged(story: Story) -> None:
    asked = story.escalate()
    story.approved(*asked, (story.verdict(*asked, signed_by=Person("anna")),))


def verdict_too_late(story: Story) -> None:
    asked = story.escalate(seconds=0)
    story.approved(*asked, (story.verdict(*asked),))


def verdict_on_something_else_shown(story: Story) -> None:
    asked = story.escalate()
    story.approved(*asked, (story.verdict(*asked, body={"shown": "0" * 64}),))


@pytest.mark.parametrize(
    "name", ["handle", "request", "tool", "pin", "agent", "plan", "expires", "role"]
)
def test_a_verdict_is_bound_to(story: Story, name: str) -> None:
    asked = story.escalate()
    story.approved(*asked, (story.verdict(*asked, body={name: "other"}),))
    assert f"another {name}" in "".join(f.message for f in verified(story).findings)


def released_for_another_request(story: Story) -> None:
    ref, decided, digest = story.escalate()
    verdict = story.verdict(ref, decided, digest)
    story.approved(ref, decided, "0" * 64, (verdict,))


def allowed_while_waiting(story: Story) -> None:
    _, decided, digest = story.escalate()
    story.decide(action_id=decided.action_id, digest=digest)


def released_after_void(story: Story) -> None:
    asked = story.escalate()
    verdict = story.verdict(*asked)
    story.void(*asked)
    story.approved(*asked, (verdict,))


def plainly_allowed_after_void(story: Story) -> None:
    asked = story.escalate()
    story.void(*asked)
    story.decide(action_id=asked[1].action_id)


def plainly_allowed_after_refusal(story: Story) -> None:
    asked = story.escalate()
    story.verdict(*asked, answer=Answer.REFUSE)
    story.decide(action_id=asked[1].action_id)


def allowed_under_a_stop(story: Story) -> None:
    story.stop()
    story.decide()


def allowed_under_a_stop_of_its_tool(story: Story) -> None:
    story.stop(StopScope(ScopeKind.TOOL, "desk/refund"))
    story.decide()


def decided_by_another_plan(story: Story) -> None:
    story.decide(plan="0" * 64)


def released_by_somebody_else(story: Story) -> None:
    story.release(story.anna)


def release_forged(story: Story) -> None:
    story.release(Person("carl"))


def release_that_does_not_follow(story: Story) -> None:
    story.plan = "0" * 64
    story.release()


def stopped_by_a_stranger(story: Story) -> None:
    story.stop(by=Person("dora"))


def resumed_what_was_not_stopped(story: Story) -> None:
    story.resume()


def token_for_another_agent(story: Story) -> None:
    story.token(agent="another")


def release_with_other_people(story: Story) -> None:
    story.release(people={"anna": (Person("mallory").public,)})


def release_with_other_roles(story: Story) -> None:
    story.release(roles={"release": ("carl",), "refunds-lead": ("carl",)})


def resumed_without_the_role(story: Story) -> None:
    story.plan_roles = {"release": ("carl",), "operate": ("carl",), "refunds-lead": ("anna",)}
    story.release()
    story.stop()
    story.resume(by=story.anna)


def token_without_the_role(story: Story) -> None:
    story.plan_roles = {"release": ("carl",), "operate": ("carl",), "refunds-lead": ("anna",)}
    story.release()
    story.token(by=story.bert)


def nobody_has_to_approve(story: Story) -> None:
    story.approved(*story.escalate(approvals=0), ())


def released_after_it_expired(story: Story) -> None:
    asked = story.escalate(seconds=5)
    verdict = story.verdict(*asked)
    story.clock.now = story.clock.now.plus(10)
    story.approved(*asked, (verdict,))


def refused_by_one_and_approved_by_another(story: Story) -> None:
    asked = story.escalate()
    story.verdict(*asked, story.bert, answer=Answer.REFUSE)
    story.approved(*asked, (story.verdict(*asked),))


@pytest.mark.parametrize(
    ("break_it", "step"),
    [
        (release_with_other_people, 12),
        (release_with_other_roles, 12),
        (resumed_without_the_role, 8),
        (token_without_the_role, 8),
        (nobody_has_to_approve, 9),
        (released_after_it_expired, 9),
        (refused_by_one_and_approved_by_another, 9),
        (effect_without_allow, 11),
        (second_effect, 11),
        (effect_of_other_arguments, 11),
        (effect_of_other_action, 11),
        (second_allow, 11),
        (settled_without_signature, 11),
        (after_no_stop, 11),
        (after_a_stop_of_something_else, 11),
        (after_a_stop_before_it, 11),
        (after_a_stop_to_come, 11),
        (settled_otherwise_than_signed, 11),
        (no_verdict, 9),
        (one_verdict_of_two, 9),
        (one_person_twice, 9),
        (verdict_used_twice, 9),
        (refused_and_yet_released, 9),
        (verdict_without_role, 9),
        (verdict_by_a_stranger, 9),
        (verdict_forged, 9),
        (verdict_too_late, 9),
        (verdict_on_something_else_shown, 9),
        (released_for_another_request, 9),
        (allowed_while_waiting, 9),
        (released_after_void, 9),
        (plainly_allowed_after_void, 9),
        (plainly_allowed_after_refusal, 9),
        (allowed_under_a_stop, 10),
        (allowed_under_a_stop_of_its_tool, 10),
        (decided_by_another_plan, 10),
        (released_by_somebody_else, 7),
        (release_forged, 7),
        (release_that_does_not_follow, 7),
        (stopped_by_a_stranger, 8),
        (resumed_what_was_not_stopped, 8),
        (token_for_another_agent, 8),
    ],
)
def test_found(story: Story, break_it: Callable[[Story], None], step: int) -> None:
    break_it(story)
    assert set(failed(story)) == {step}


def test_a_stop_on_something_else_stops_nothing(story: Story) -> None:
    story.stop(StopScope(ScopeKind.AGENT, "another-agent"))
    story.act()
    assert verified(story).ok


@pytest.mark.parametrize(
    "scope",
    [
        StopScope(ScopeKind.ALL),
        StopScope(ScopeKind.AGENT, "refund-agent"),
        StopScope(ScopeKind.SYSTEM, "refunds"),
        StopScope(ScopeKind.TOOL, "desk/refund"),
    ],
)
def test_an_effect_after_a_stop_that_came_while_it_was_open(story: Story, scope: StopScope) -> None:
    allowed = story.decide()
    story.effect(*allowed, after_stop=story.stop(scope))
    assert verified(story).findings == ()


def test_a_command_is_used_once(story: Story) -> None:
    ref = story.stop()
    said = story.log.entry(ref).record
    story.resume()
    object.__setattr__(said.predicate, "at", story.log.last_at)
    story.log.append(said).wait()
    assert "used before" in failed(story)[8]


def test_keys_that_were_pinned(story: Story) -> None:
    story.log.publish_now()
    log = story.path / "log"
    vkey = (log / "log.vkey").read_text()
    key = story.log._sealing.custody.signer.public_key
    found = verify_log(log, vkey=vkey, record_keys=[key])
    assert found.ok
    assert found.pinned
    other = verify_log(log, vkey=vkey, record_keys=[story.anna.signer.public_key])
    assert {f.step for f in other.findings} == {1, 4}


def test_several_processes_find_the_same(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchkeeper.verify.log import parallel

    for _ in range(200):
        story.act()
    story.effect(*story.decide(Outcome.BLOCK))
    story.log.publish_now()
    monkeypatch.setattr(parallel, "POOL_FROM", 1)
    seen: list[tuple[int, int]] = []
    several = verify_log(
        story.path / "log", workers=2, progress=lambda done, total: seen.append((done, total))
    )
    assert several == verify_log(story.path / "log", workers=1)
    assert seen[-1] == (story.log.size, story.log.size)
