"""A home that others saw with another history: what it still does, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.memory import CountedIds, FakeClock, MemoryLog
from watchkeeper.errors import HomeDoubtful
from watchkeeper.loop.home import Home
from watchkeeper.ports import Split, WitnessState
from watchkeeper.records.custody import Doubt, DoubtKind

GOOD = WitnessState("good", "http://good.example")
SPLIT = WitnessState("bad", "http://bad.example", split=Split("bad", 9, "bad saw a longer log"))
MOVED = Doubt(DoubtKind.MOVED, "a" * 64, "another machine or folder")


def home_with(*states: WitnessState, against: tuple[Doubt, ...] = ()) -> Any:
    log = MemoryLog()
    log.states, log.against = states, against
    home = Home(log, FakeClock(), CountedIds())
    home.ask_witnesses()
    return home


def test_nothing_speaks_against_it() -> None:
    home = home_with(GOOD)
    home.check_undoubted()
    assert home.failure() is None


def test_most_witnesses_hold_another_history() -> None:
    home = home_with(SPLIT, replace(SPLIT, name="worse"), GOOD)
    with pytest.raises(HomeDoubtful, match="another history"):
        home.check_undoubted()
    assert isinstance(home.failure(), HomeDoubtful)
    assert not home.heal()


@pytest.mark.parametrize(
    "states",
    [
        (SPLIT, GOOD),  # one against one
        (SPLIT, replace(GOOD, at=1_795_000_000)),
        (replace(SPLIT, at=1_795_000_000),),  # it cosigned before: what it says now comes later
    ],
)
def test_one_that_may_lie_does_not_stop_a_home(states: tuple[WitnessState, ...]) -> None:
    assert home_with(*states).failure() is None


def test_a_witness_that_comes_round_takes_its_word_back() -> None:
    home = home_with(SPLIT)
    assert home.failure() is not None
    home.log.states = (replace(SPLIT, split=None, at=1_795_000_000),)
    home.ask_witnesses()
    assert home.failure() is None


def test_a_doubt_that_was_adopted_is_none() -> None:
    home = home_with(against=(MOVED,))
    assert home.doubts == (MOVED,)
    home.state.adopted.add(MOVED.id)
    assert home.doubts == ()
    home.check_undoubted()
