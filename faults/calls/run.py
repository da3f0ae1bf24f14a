"""One run: a gateway, one fault, a story; then a restart without faults, and the judgement."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faults.calls.gateway import Gateway, Start, state_of
from faults.calls.house import House
from faults.calls.inject import Injection, Watching, by_strace
from faults.calls.judge import Finding, Trouble, after_restart, at_the_end
from faults.calls.points import Counts, Fault, Point, count_calls
from faults.calls.story import Story, health

_SETTLE_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one point; it counts only if the fault `fired`."""

    fired: bool
    found: tuple[Finding, ...]
    seconds: float


class Runs:
    """Runs in a folder of their own, one after the other, each on a copy of the house's home."""

    def __init__(self, house: House, folder: Path, sabotage: Path | None = None) -> None:
        self._house, self._folder = house, folder
        self._sabotage, self._count = sabotage, 0
        self.home = folder / "home"

    def watch(self, *, served: bool = False) -> tuple[Counts, tuple[Finding, ...]]:
        """Run without a fault; return the calls that touched the home, and the judgement."""
        gateway = Gateway(self._fresh(served))
        trace = self._folder / "watched.trace"
        strace = Watching(gateway.pid, trace)
        found = self._whole(gateway, lambda: None)
        strace.stop()
        with trace.open(encoding="utf-8", errors="replace") as lines:
            return count_calls(lines, str(self.home)), found

    def try_point(self, point: Point) -> Tried:
        """Run with the fault of one point."""
        began = time.monotonic()
        if by_strace(point):
            fired, found = self._by_strace(point)
        else:
            fired, found = self._by_cutting(point)
        return Tried(fired, found, time.monotonic() - began)

    def _by_strace(self, point: Point) -> tuple[bool, tuple[Finding, ...]]:
        gateway = Gateway(self._fresh(point.served))
        out = self._folder / "injected.trace"
        injection = Injection(gateway.pid, out, self.home, point)
        # A disk that is full stays so until somebody makes room; then it is full no more.
        heal = injection.stop if point.fault is Fault.ENOSPC else (lambda: None)
        found = self._whole(gateway, heal, injection.stop)
        return injection.fired(), found

    def _by_cutting(self, point: Point) -> tuple[bool, tuple[Finding, ...]]:
        report = self._folder / "cut"
        report.unlink(missing_ok=True)
        start = self._fresh(served=False, cut=(point, report))
        found = self._whole(Gateway(start), lambda: None)
        return report.exists(), found

    def _fresh(self, served: bool, cut: tuple[Point, Path] | None = None) -> Start:  # noqa: FBT001
        for left in (self.home, state_of(self.home)):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(self._house.template, self.home)
        # A copy is recognised as one, by where it stands and by what is kept away from it: this
        # one begins anew.
        (self.home / "place").unlink(missing_ok=True)
        messages = self._folder / "gateway.err"
        messages.unlink(missing_ok=True)
        return Start(self.home, messages, served, self._sabotage, cut)

    def _whole(
        self, gateway: Gateway, heal: Callable[[], None], after: Callable[[], None] = lambda: None
    ) -> tuple[Finding, ...]:
        """Tell the story to a gateway that may break, then open the home again and judge."""
        self._count += 1
        begin = f"{self._folder.name}-{self._count}-"
        url = gateway.go()
        story = Story(self._house, self.home, begin, gateway, url or "", heal)
        if url is not None:
            asyncio.run(story.tell())
        heal()
        gateway.end()
        after()
        story.keep()
        return tuple(self._restarted(story))

    def _restarted(self, story: Story) -> list[Finding]:
        start = Start(self.home, self._folder / "gateway.err", sabotage=self._sabotage)
        gateway = Gateway(start)
        url = gateway.go()
        if url is None:
            gateway.end()
            said = start.messages.read_text("utf-8", "replace").strip()[-300:]
            return [(Trouble.LOST, f"the gateway does not start again: {said}")]
        story.gateway, story.url, story.heal = gateway, url, lambda: None
        try:
            listed = story.command("ana", "unknown", {})
            unknown = None if listed is None else [one["actionId"] for one in listed]
            found = after_restart(story, unknown)
            found += _settle(story, unknown or [])
            asyncio.run(story.again())
        finally:
            code = gateway.end()
        return found + at_the_end(story, code)


def _settle(story: Story, unknown: list[str]) -> list[Finding]:
    """Settle each unknown effect by the read that the tool file declares."""
    until = time.monotonic() + _SETTLE_SECONDS
    for action in unknown:
        while story.command("ana", "resolve", {"actionId": action, "status": "read"}) is None:
            if time.monotonic() > until:
                return [(Trouble.LOST, f"{action} can not be settled: {health(story.url)}")]
            time.sleep(0.2)
    return []
