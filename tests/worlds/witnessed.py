"""A home in this process that is witnessed, and waiting for what becomes of that."""

from __future__ import annotations

import threading
import time

from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.posix import PosixLog, open_home
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ports import WitnessState
from watchkeeper.records.plan.tools import Level
from watchkeeper.records.reference import Ref


def witnessed(story: Story, raw: bytes) -> PosixLog:
    """Open the story's home again, with a policy."""
    story.log.close()
    (story.path / "witness.policy").write_bytes(raw)
    story.log = open_home(story.path, clock=story.clock, publish_seconds=NEVER, witnessing=True)
    return story.log


def covered(log: PosixLog, ref: Ref, level: Level, seconds: float) -> list[WatchkeeperError | None]:
    told: list[WatchkeeperError | None] = []
    done = threading.Event()

    def callback(error: WatchkeeperError | None) -> None:
        told.append(error)
        done.set()

    forget = log.when_covered(ref, level, callback)
    done.wait(seconds)
    forget()
    return told


def states(log: PosixLog) -> dict[str, WitnessState]:
    return {state.name: state for state in log.witnesses()}


def failing(log: PosixLog, names: set[str], seconds: float = 60) -> dict[str, WitnessState]:
    """Wait until every one of these witnesses has failed once."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = states(log)
        if all(found[name].failure for name in names):
            return found
        time.sleep(0.05)
    raise AssertionError(states(log))
