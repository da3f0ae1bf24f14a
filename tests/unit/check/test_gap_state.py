from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from watchkeeper.check.gap import Standing, State, state_of
from watchkeeper.check.gap.words import why
from watchkeeper.records.plan.systems import Stage

_FIRED = Standing(fired_outside=3, fired_inside=1, failed=2, observed=4, traffic=9)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.ENFORCED),
        ({"fired_outside": 0}, State.IN_PROCESS_ONLY),
        ({"fired_outside": 0, "fired_inside": 0}, State.COULD_NOT_EVALUATE),
        ({"fired_outside": 0, "fired_inside": 0, "failed": 0}, State.OBSERVED_ONLY),
        ({"enforceable": False}, State.DOCUMENT_ONLY),
        ({"applies": False}, State.NOT_APPLICABLE),
        ({"defined": False}, State.RETIRED),
        ({"defined": False, "defined_then": False}, State.UNDEFINED),
        ({"defined": False, "named": True}, State.UNDEFINED),
        ({"readable": False}, State.COULD_NOT_EVALUATE),
    ],
)
def test_what_stands_first_wins(changes: dict[str, Any], state: State) -> None:
    assert state_of(dataclasses.replace(_FIRED, **changes)) is state


@pytest.mark.parametrize(
    ("traffic", "state"), [(5, State.SILENT_WITH_TRAFFIC), (0, State.SILENT_NO_TRAFFIC)]
)
def test_silence_depends_on_traffic(traffic: int, state: State) -> None:
    assert state_of(Standing(traffic=traffic)) is state


@pytest.mark.parametrize("state", State)
def test_every_state_explains_itself(state: State) -> None:
    said = why(state, Stage.PRODUCTION, Standing(), earlier=0, in_production=False)
    assert said
    assert said[0].islower()


def test_the_sentence_says_what_the_counts_hide() -> None:
    said = why(State.ENFORCED, Stage.PILOT, _FIRED, earlier=7, in_production=False)
    assert "stage pilot, not production" in said
    assert "7 of these under other policies than now" in said
    assert "2 times it could not be evaluated" in said
