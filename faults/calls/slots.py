"""The processes that do the runs, and what goes to them: each takes the next that waits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults.calls.points import Counts, Point

_ANSWER_SECONDS = 240.0
_SOURCE = Path(__file__).with_name("short.c")
Answer = dict[str, Any]


class Slot:
    """One process that does runs."""

    def __init__(self, name: str, house: Path, library: Path, sabotage: Path | None) -> None:
        words = [sys.executable, "-m", "faults.calls.slot", "--house", str(house)]
        words += ["--folder", str(house / name)]
        words += ["--sabotage", str(sabotage)] if sabotage else []
        self._messages = house / f"{name}.err"
        with self._messages.open("ab") as messages:
            self._child = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                text=True,
                env={**os.environ, "LD_PRELOAD": str(library)},
            )

    def ask(self, what: Any) -> Answer:
        """Have one run done and return what came of it.

        Raises:
            RuntimeError: the process is gone, or said nothing for minutes.
        """
        watchdog = threading.Timer(_ANSWER_SECONDS, self._child.kill)
        watchdog.start()
        try:
            if self._child.stdin is None or self._child.stdout is None:
                raise RuntimeError("a process without its lines")
            self._child.stdin.write(json.dumps(what) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        except OSError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            raise RuntimeError(f"a run broke off at {what}: {self._said()}")
        answer: Answer = json.loads(line)
        return answer

    def watch(self, *, served: bool = False) -> Counts:
        """Run without a fault and return the calls that touched the home.

        Raises:
            RuntimeError: the promises do not hold even then.
        """
        answer = self.ask({"watch": served})
        if answer["found"]:
            raise RuntimeError(f"without any fault: {answer['found']}")
        return {(call, file): count for call, file, count in answer["calls"]}

    def end(self) -> None:
        """Let it go."""
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            self._child.wait(30)
        except subprocess.TimeoutExpired:
            self._child.kill()
        if self._child.stdout is not None:
            self._child.stdout.close()

    def _said(self) -> str:
        return self._messages.read_text("utf-8", "replace")[-2000:]


@contextmanager
def open_slots(house: Path, count: int, sabotage: Path | None) -> Iterator[list[Slot]]:
    """Start that many processes; they end with the block."""
    library = house / "short.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl"],  # noqa: S607
        check=True,
    )
    slots = [Slot(f"s{n}", house, library, sabotage) for n in range(count)]
    try:
        yield slots
    finally:
        for slot in slots:
            slot.end()


def try_all(
    slots: Sequence[Slot],
    points: Iterator[Point],
    wanted: int,
    told: Callable[[Point, Answer], None],
) -> list[str]:
    """Try points until `wanted` of them fired; a point that did not fire is tried once more.

    `told` gets each answer, one at a time. Returns what broke, which is no finding but a failure
    of the harness.
    """
    broken: list[str] = []
    lock = threading.Lock()
    count = 0

    def work(slot: Slot) -> None:
        nonlocal count
        while not broken:
            with lock:
                point = next(points, None) if count < wanted else None
                if point is None:
                    return
                count += 1
            try:
                answer = slot.ask(point.json())
                if not answer["fired"] and not answer["found"]:
                    answer = slot.ask(point.json())
            except RuntimeError as error:
                broken.append(str(error))
                return
            with lock:
                if not answer["fired"]:
                    count -= 1
                told(point, answer)

    before = -1
    while before < count < wanted and not broken:
        # Once more where the last ones did not fire, after everybody had stopped.
        before = count
        workers = [threading.Thread(target=work, args=(slot,)) for slot in slots]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    return broken
