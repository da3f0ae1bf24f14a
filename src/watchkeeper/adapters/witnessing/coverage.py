"""How far checkpoints reach, for those who wait to be covered by one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from functools import partial

from watchkeeper.errors import NotCovered, WatchkeeperError
from watchkeeper.records.plan.tools import Level

Callback = Callable[[WatchkeeperError | None], None]


class Coverage:
    """Tells each waiter once: covered, or never to be. Any thread may call it.

    `deliver` runs completions, `wake` asks for a new checkpoint now.
    """

    def __init__(
        self, deliver: Callable[[Callable[[], None]], None], wake: Callable[[], None]
    ) -> None:
        self._deliver, self._wake = deliver, wake
        self._mutex = threading.Lock()
        self._numbers = itertools.count()
        self._reached = {Level.PUBLISHED: 0, Level.WITNESSED: 0}
        self._problem: NotCovered | None = NotCovered(
            "this process speaks to no witness", "the gateway and the guard do"
        )
        self._waiting: dict[int, tuple[Level, int, Callback]] = {}

    @property
    def problem(self) -> NotCovered | None:
        """Why nothing can be witnessed now, or None."""
        return self._problem

    def reached(self, level: Level) -> int:
        """Return how many records are covered at a level."""
        return self._reached[level]

    def waits(self) -> bool:
        """Tell whether somebody waits for witnesses."""
        with self._mutex:
            return any(level is Level.WITNESSED for level, _, _ in self._waiting.values())

    def when(self, index: int, level: Level, callback: Callback) -> Callable[[], None]:
        """Call back once a record is covered, or can not be; returns how to take that back."""
        with self._mutex:
            answer = self._answer(index, level)
            if answer is None:
                number = next(self._numbers)
                self._waiting[number] = (level, index, callback)
        if answer is not None:
            self._deliver(partial(callback, answer[0]))
            return lambda: None
        self._wake()
        return partial(self._forget, number)

    def reach(self, level: Level, size: int) -> None:
        """Note that a checkpoint of a level covers the first `size` records."""
        with self._mutex:
            self._reached[level] = max(self._reached[level], size)
        self._settle()

    def set_problem(self, problem: NotCovered | None) -> None:
        """Note why nothing can be witnessed, or that it can."""
        with self._mutex:
            self._problem = problem
        self._settle()

    def _answer(self, index: int, level: Level) -> tuple[NotCovered | None] | None:
        """Return what to say to a waiter now, or None if it has to wait."""
        if level is Level.DURABLE:
            return (None,)
        if level is Level.WITNESSED and self._problem is not None:
            return (self._problem,)
        return (None,) if index < self._reached[level] else None

    def _settle(self) -> None:
        done: list[Callable[[], None]] = []
        with self._mutex:
            for number, (level, index, callback) in list(self._waiting.items()):
                answer = self._answer(index, level)
                if answer is not None:
                    del self._waiting[number]
                    done.append(partial(callback, answer[0]))
        for act in done:
            self._deliver(act)

    def _forget(self, number: int) -> None:
        with self._mutex:
            self._waiting.pop(number, None)
