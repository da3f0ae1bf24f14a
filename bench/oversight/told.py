"""The figures of what people wait for, measured and printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.oversight.inbox import inbox
from bench.oversight.live import live
from bench.oversight.verdicts import verdicts


def people(place: Path, part: int, figures: dict[str, Any]) -> None:
    """Measure, print, and put into `figures`; a `part` of the work."""
    print("the inbox with a thousand waiting, over HTTP (milliseconds)", flush=True)
    found = figures["inbox"] = inbox(place, 50 // part + 5)
    print(
        f"  {found['waiting']} of {found['agents']} agents: page p50 {found['pageP50ms']:.0f} "
        f"p99 {found['pageP99ms']:.0f}, first {found['firstMs']:.0f}; JSON p50 "
        f"{found['jsonP50ms']:.0f}; one of them p50 {found['oneP50ms']:.0f}; "
        f"floor: the page with nothing waiting {found['floorEmptyP50ms']:.0f}; aim: under 200",
        flush=True,
    )
    print("from the signature to the answer of the call that waited (milliseconds)", flush=True)
    found = figures["verdict"] = verdicts(place, 50 // part + 5)
    print(
        f"  p50 {found['releasedP50ms']:.1f} p99 {found['releasedP99ms']:.1f}   floor: a call that "
        f"needs nobody {found['floorCallP50ms']:.1f}, the tool alone "
        f"{found['floorToolP50ms']:.1f}, a sync {found['floorSyncP50ms']:.1f}; "
        "aim: within 50",
        flush=True,
    )
    print("the live view, under 64 tasks (decisions a second; in turn)", flush=True)
    found = figures["live"] = live(place, *((3, 2.0) if part > 1 else (8, 4.0)))
    print(
        f"  without {found['offPerSecond']:.0f} /s at {found['offCpuMicros']:.0f} us of processor "
        f"time each; with it, nobody looking {found['nobodyPerSecond']:.0f} "
        f"({found['nobodyCostShare']:+.1%}; of processor time {found['nobodyCpuShare']:+.1%}); "
        f"{found['viewers']} looking {found['watchedPerSecond']:.0f} "
        f"({found['watchedCostShare']:+.1%}; {found['watchedCpuShare']:+.1%}); aim: under 5 %",
        flush=True,
    )
