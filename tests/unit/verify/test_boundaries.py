"""A decision may not say that a server demands permits to which its plan sends none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.homes import Story
from watchkeeper.records.action import Boundary, Outcome, Point
from watchkeeper.verify import Verification, verify_log

VERIFIED = Point("mcp-gateway", Boundary.PERMIT_VERIFIED)
RULE = {"audience": "desk", "lifetimeSeconds": 60}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    yield story
    story.log.close()


def _decided(story: Story, servers: object, outcome: Outcome = Outcome.ALLOW) -> Verification:
    story.release(bundle={**story.bundle(), "servers": servers})
    ref, decided, digest = story.decide(outcome, point=VERIFIED)
    if outcome is Outcome.ALLOW:
        story.effect(ref, decided, digest)
    story.log.publish_now()
    return verify_log(story.path / "log", workers=1)


def test_with_a_rule_in_the_plan_it_holds(story: Story) -> None:
    assert _decided(story, [{"id": "desk", "permit": RULE}]).findings == ()


@pytest.mark.parametrize("outcome", [Outcome.ALLOW, Outcome.BLOCK])
@pytest.mark.parametrize(
    "servers", [[], [{"id": "desk"}], [{"id": "desk"}, {"id": "till", "permit": RULE}]]
)
def test_without_one_it_is_found(story: Story, servers: object, outcome: Outcome) -> None:
    [finding] = _decided(story, servers, outcome).findings
    assert finding.step == 10
    assert finding.message == "says that its server demands permits, which its plan does not"
