"""I7: a document, a rule never evaluated, observed or in the agent's own process never counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.worlds import records as world
from watchkeeper.check.gap import gap_table
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Stage

Story = Callable[[world.Stream], object]
_PLAN = world.bundle()
_FAILED = Decision(Outcome.BLOCK, (Reason.COULD_NOT_EVALUATE,))


def _enforced(story: Story, plan: Bundle = _PLAN, stage: Stage = Stage.PRODUCTION) -> set[str]:
    stream = world.begun(stage)
    story(stream)
    table = gap_table(stream.entries, world.bundles(plan))
    return {row.control for row in table.rows if row.in_production}


def test_what_fired_in_production_counts() -> None:
    assert _enforced(lambda s: s.decide(world.PERMITTED)) == {"refund-authority"}


@pytest.mark.parametrize(
    "story",
    [
        world.Stream.tick,
        lambda s: s.decide(_FAILED),
        lambda s: s.decide(world.PERMITTED, point=world.GUARD),
        lambda s: s.decide(world.PERMITTED, stage=Stage.PILOT),
    ],
    ids=["never fired", "could not evaluate", "in the agent's own process", "in a pilot"],
)
def test_nothing_less_counts(story: Story) -> None:
    assert _enforced(story) == set()


def test_a_document_does_not_count() -> None:
    plan = world.without_policies(_PLAN)
    assert _enforced(lambda s: s.decide(world.PERMITTED), plan) == set()


def test_what_was_only_observed_does_not_count() -> None:
    until = "2027-01-01T00:00:00.000000Z"
    plan = replace(
        _PLAN, policies=tuple(replace(policy, observe_until=until) for policy in _PLAN.policies)
    )
    would = replace(world.FORBIDDEN)
    other = Decision(Outcome.ALLOW, (Reason.PERMITTED,))
    assert "no-bulk-export" not in _enforced(lambda s: s.decide(other, would=would), plan)


def test_what_fires_only_in_a_demonstration_does_not_count() -> None:
    plan = replace(
        _PLAN, systems=tuple(replace(s, stage=Stage.DEMONSTRATION) for s in _PLAN.systems)
    )
    story: Story = lambda s: s.decide(world.PERMITTED, stage=Stage.DEMONSTRATION)  # noqa: E731
    assert _enforced(story, plan) == set()
