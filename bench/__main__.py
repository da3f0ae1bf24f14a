"""`make bench`: prints every figure beside its floor of the same run, and writes them as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import measures
from bench.linting import linting
from bench.oversight.told import people
from bench.publishing import publishing
from bench.relay import relay
from bench.token import token_sign


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench-out"))
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--people", action="store_true", help="only what people wait for")
    parser.add_argument("--lint", action="store_true", help="only a workspace of 5,000 controls")
    parser.add_argument("--records", type=int, default=100_000, help="size of the long home")
    wanted = parser.parse_args()
    part = 10 if wanted.quick else 1
    wanted.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wanted.out) as place:
        # Homes keep their newest checkpoint in the user's state folder: not these.
        os.environ["XDG_STATE_HOME"] = f"{Path(place).absolute()}/state"
        figures: dict[str, Any] = {}
        if wanted.people:
            people(Path(place), part, figures)
        elif wanted.lint:
            linting(Path(place), part, figures)
        else:
            figures = _measure(Path(place), part, wanted.records // part)
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    (wanted.out / "bench.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"written to {wanted.out / 'bench.json'}")
    return 0


def _measure(place: Path, part: int, records: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    _title("one caller: decide, sign, sync (p50 and p99 in microseconds)")
    figures["oneCaller"] = []
    for policies in (50, 500, 5_000):
        found = measures.one_caller(place, 2_000 // part, policies)
        figures["oneCaller"].append(found)
        print(
            f"  {policies:5} policies  p50 {found['p50us']:6.0f}  p99 {found['p99us']:6.0f}   "
            f"floor: sync {found['floorSyncP50us']:.0f} + sign {found['floorSignP50us']:.0f} "
            f"+ sliced Cedar {found['floorCedarP50us']:.0f}; "
            f"bound {found['boundP50us']:.0f}, {found['ratio']:.2f} of it"
        )
    _title("many tasks in one process, each record durable")
    figures["tasks"] = []
    for tasks in (8, 64):
        found = measures.many_tasks(place, tasks, 10_000 // part)
        figures["tasks"].append(found)
        print(
            f"  {tasks:3} tasks  {found['perSecond']:6.0f} /s   "
            f"p50 {found['p50us'] / 1000:.1f} ms  p99 {found['p99us'] / 1000:.1f} ms"
        )
    _title("group commit: records that are signed and synced together")
    found = figures["groupCommit"] = measures.group_commit(place, 200 // part)
    print(
        f"  {found['together']} at a time: {found['perSecond']:.0f} records/s; the same signed and "
        f"written by hand {found['floorPerSecond']:.0f} /s ({found['ratio']:.2f} times as long)"
    )
    _title("publishing a checkpoint a second (64 tasks; on and off in turn)")
    found = figures["checkpoints"] = publishing(place, *((2, 2.0) if part > 1 else (6, 4.0)))
    print(
        f"  on {found['onPerSecond']:.0f} /s, off {found['offPerSecond']:.0f} /s: "
        f"{found['costShare']:+.1%} of throughput; {found['checkpoints']} checkpoints of "
        f"{found['recordsEach']:.0f} records, each {found['cpuMillisEach']:.1f} ms of CPU "
        f"({found['cpuShare']:.1%} of one core) and {found['wallMillisEach']:.1f} ms in all, "
        f"where its syncs alone take {found['floorSyncsMillis']:.1f}; aim: under 2 %"
    )
    _title("relay over HTTP (a reading tool, two durable records a call; milliseconds)")
    with tempfile.TemporaryDirectory(dir=place) as folder:
        found = figures["relay"] = relay(Path(folder), 1_000 // part)
    print(
        f"  direct p50 {found['directP50ms']:.2f} p99 {found['directP99ms']:.2f}   "
        f"through the gateway p50 {found['gatewayP50ms']:.2f} p99 {found['gatewayP99ms']:.2f}   "
        f"added {found['addedP50ms']:.2f}, of which deciding "
        f"{found['recorded']['decisionP50us'] / 1000:.2f}"
    )
    people(place, part, figures)
    linting(place, part, figures)
    _title("a signature in a PKCS #11 token (SoftHSM), for which each record would wait")
    token = figures["token"] = token_sign(place, 1_000 // part)
    print(
        "  SoftHSM is not installed"
        if token is None
        else f"  p50 {token['tokenP50us']:.0f} us, p99 {token['tokenP99us']:.0f}; with a key in "
        f"memory p50 {token['memoryP50us']:.0f} us, p99 {token['memoryP99us']:.0f}"
    )
    _title(f"a home of {records} records")
    found = figures["history"] = measures.history(place, records)
    print(
        f"  verify {found['verifyPerSecondOneProcess']:.0f} /s in one process, "
        f"{found['verifyPerSecondAllCores']:.0f} /s on all cores; raw Ed25519 "
        f"{found['rawVerifyPerSecondPerCore']:.0f} /s a core "
        f"({found['verifyShareOfRawOneProcess']:.2f} of it); "
        f"a home with its payloads {found['verifyHomePerSecondOneProcess']:.0f} /s"
    )
    print(
        f"  bundle of {found['bundled']} records {found['bundleSeconds']:.2f} s "
        f"({found['bundleBytes'] >> 10} KiB); reading them alone {found['bundleReadSeconds']:.3f} s"
    )
    print(
        f"  opened in {found['openSeconds']:.1f} s; memory "
        f"{found['residentMiBBefore']:.0f} MiB before, {found['residentMiBAfter']:.0f} after"
    )
    return figures


def _title(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
