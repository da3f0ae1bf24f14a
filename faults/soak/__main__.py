"""`make soak`: many callers, kills and restarts, and a reckoning; exits 1 if anything was lost."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.floors import quantile
from faults.calls.house import House, open_house
from faults.soak.callers import Callers, Tally
from faults.soak.guarded import Guarded
from watchkeeper import wiring
from watchkeeper.records.action import Outcome, Status
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log


def main() -> int:
    """Soak, reckon, report."""
    parser = argparse.ArgumentParser(prog="faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--every", type=float, default=20.0, help="seconds between kills")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        os.environ["XDG_STATE_HOME"] = place
        with open_house(Path(place) / "house", wide=True) as house:
            guarded = Guarded(house)
            tally, seconds, code = asyncio.run(_soak(guarded, wanted))
            report = _reckoned(house, guarded, tally, seconds)
    report["gatewayEndedWith"] = code
    print(json.dumps(report, indent=2))
    lost, double = report["lost"], report["double"]
    unrecorded, unknown = report["unrecorded"], report["unknown"]
    print(f"{report['refunds']} refunds, {guarded.kills} kills, {lost} lost, {double} double, "
          f"{unrecorded} unrecorded, {unknown} unknown")  # fmt: skip
    failed = lost or double or unrecorded or unknown or code or not report["verified"]
    return 1 if failed or not guarded.kills else 0


async def _soak(guarded: Guarded, wanted: argparse.Namespace) -> tuple[Tally, float, int]:
    await guarded.start()
    callers = Callers(guarded.url, guarded.house.token)
    began = time.monotonic()
    working = asyncio.create_task(callers.run(wanted.callers))
    looking = asyncio.create_task(_look(guarded))
    until = began + wanted.minutes * 60
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(wanted.every, left))
        if time.monotonic() < until:
            await guarded.kill()
            await guarded.settle()
        print(f"  {len(callers.tally.done)} refunds, {guarded.kills} kills", file=sys.stderr)
    callers.stop.set()
    await working
    seconds = time.monotonic() - began
    await guarded.settle()
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    return callers.tally, seconds, await guarded.end()


async def _look(guarded: Guarded) -> None:
    while True:
        guarded.look()
        await asyncio.sleep(1.0)


def _reckoned(house: House, guarded: Guarded, tally: Tally, seconds: float) -> dict[str, Any]:
    """Hold what the callers were told and what the desk did against the log."""
    rows = Counter(request for request, _, _ in house.refunds("soak-"))
    allowed, effects, settled = _log(guarded.home)
    done = {request for request, status in effects.items() if status is Status.SUCCEEDED}
    found = verify_log(guarded.home, vkey=house.vkey, older=sorted(guarded.kept))
    surely = tally.done - tally.doubted
    waits = sorted(tally.waits)
    memory = guarded.memory or [0.0]
    return {
        "seconds": round(seconds, 1),
        "refunds": len(tally.done),
        "perSecond": round(len(tally.done) / seconds, 1),
        "p50ms": round(quantile(waits, 0.5), 1) if waits else None,
        "p99ms": round(quantile(waits, 0.99), 1) if waits else None,
        "records": found.size,
        "kills": guarded.kills,
        "startSeconds": [round(start, 1) for start in guarded.starts],
        "memoryMiB": {"first": round(memory[0]), "middle": round(memory[len(memory) // 2]),
                      "last": round(memory[-1]), "most": round(max(memory))},
        "settled": guarded.settled,
        "refused": tally.refused,
        "lost": len(tally.done - done) + len(surely & settled) + len(done - set(rows)),
        "double": sum(count > 1 for count in rows.values())
        + sum(count > 1 for count in allowed.values()),
        "unrecorded": len(set(rows) - set(allowed)),
        "unknown": len(set(allowed) - set(effects)),
        "verified": found.ok,
    }  # fmt: skip


def _log(home: Path) -> tuple[Counter[str], dict[str, Status], set[str]]:
    """Return how often each refund was allowed, how it ended, and which were settled later."""
    allowed: Counter[str] = Counter()
    effects: dict[str, Status] = {}
    settled: set[str] = set()
    names: dict[str, str] = {}
    for entry in wiring.read_entries(home):
        said = entry.record.predicate
        if entry.record.kind is Kind.DECISION and said.decision.outcome is Outcome.ALLOW:
            body = entry.payload.body if entry.payload else {}
            names[said.action_id] = str(body["request"]["arguments"]["request_id"])
            allowed[names[said.action_id]] += 1
        elif entry.record.kind is Kind.EFFECT:
            effects[names[said.action_id]] = said.status
            if said.resolved_by is not None:
                settled.add(names[said.action_id])
    return allowed, effects, settled


if __name__ == "__main__":
    sys.exit(main())
