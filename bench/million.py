"""A long home, made quickly: real records, sealed and framed straight into segments.

Every record is distinct and verifies: action ids, nonces, requests, keys and times of their own,
made from one decision and one effect that the kernel recorded.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.world import world
from watchkeeper import wiring
from watchkeeper.adapters.keys import load_key
from watchkeeper.adapters.posix.layout import SEGMENT_BYTES, Layout
from watchkeeper.ledger.canonical import render_json, sha256_hex
from watchkeeper.ledger.envelope import seal
from watchkeeper.ledger.frame import render_frame
from watchkeeper.loop.home import Home
from watchkeeper.loop.standing import request_from
from watchkeeper.ports import Signer
from watchkeeper.records.action import Status
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

_BATCH = 512
_BUNDLED = 1_000


def long_home(folder: Path, records: int, millis_apart: int = 500) -> Path:
    """Make a home of so many records (an even number more than its first ones)."""
    with world(folder) as made:
        allowed = made.decide()
        made.kernel.finish(allowed, Status.SUCCEEDED, allowed.at, {"refund_id": 1}).wait()
        first = made.home.log.size
        decision, effect = list(made.home.log.entries(first - 2))
    path = folder / "home"
    # The published log is made again from the segments at the next start.
    shutil.rmtree(path / "log")
    for place in (path / "log", path / "newest.checkpoint"):
        place.unlink(missing_ok=True)
    (path / "log").mkdir()
    _Writer(path, first, millis_apart).fill(decision, effect, records)
    return path


class _Writer:
    def __init__(self, path: Path, first: int, millis_apart: int) -> None:
        self._layout, self._index = Layout(path), first
        self._signer: Signer = load_key(self._layout.record_key)
        self._step = millis_apart * 1000
        self._number, self._length = 0, self._layout.segment(0).stat().st_size
        self._written = 0

    def fill(self, decision: Entry, effect: Entry, records: int) -> None:
        """Append pairs of a decision and its effect; their times go on from the first ones."""
        pairs = (records - self._index) // 2
        at = Instant(effect.record.predicate.at + self._step)
        batch: list[tuple[bytes, bytes]] = []
        for n in range(pairs):
            batch += self._pair(decision, effect, n, Instant(at + 2 * n * self._step))
            if len(batch) >= _BATCH or n == pairs - 1:
                self._append(batch)
                batch = []

    def _pair(
        self, decision: Entry, effect: Entry, n: int, at: Instant
    ) -> list[tuple[bytes, bytes]]:
        assert decision.payload is not None
        assert effect.payload is not None
        action_id, nonce = wiring.ids().action_id(), wiring.ids().random_bytes(16).hex()
        body: dict[str, Any] = dict(decision.payload.body)
        body["request"] = {**body["request"], "actionId": action_id, "nonce": nonce}
        request = request_from(body["request"])
        body["keys"] = [{**key, "id": sha256_hex(b"%d" % n)} for key in body["keys"]]
        said = replace(decision.record.predicate, at=at, action_id=action_id)
        ended = replace(
            effect.record.predicate,
            at=Instant(at + self._step),
            action_id=action_id,
            decision=Ref(0, self._index + 2 * n),
        )
        decided = replace(decision.record, predicate=said, digest=request.digest)
        effected = replace(effect.record, predicate=ended, digest=request.digest)
        return [
            (seal(decided, self._signer), render_json(body)),
            (seal(effected, self._signer), render_json(effect.payload.body)),
        ]

    def _append(self, batch: list[tuple[bytes, bytes]]) -> None:
        if self._length >= SEGMENT_BYTES:
            self._number, self._length = self._number + 1, 0
        start, parts = self._length, []
        first = self._index + self._written
        for index, (envelope, payload) in enumerate(batch, first):
            parts.append(render_frame(index, start, envelope, payload))
        with self._layout.segment(self._number).open("ab") as file:
            file.write(b"".join(parts))
            self._length = file.tell()
        self._written += len(batch)


def start(path: Path) -> dict[str, float]:
    """Open a home as `serve` does; return seconds of the wall and of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    log = wiring.open_log(path)
    try:
        home = Home(log, wiring.clock(), wiring.ids())
        taken = {
            "seconds": time.perf_counter() - began,
            "processorSeconds": time.process_time() - worked,
            "records": log.size,
            "keys": len(home.state.keys),
        }
        home.keep()
    finally:
        log.close()
    return taken


def bundle(path: Path, records: int) -> dict[str, float]:
    """Make a bundle of records out of the middle, as the command does; its size and seconds.

    `floor` is the start of the same command's interpreter, which asks for its help.
    """
    first, out = records // 2, path.parent / "some.wkb"
    command = [sys.executable, "-m", "watchkeeper", "log", "bundle"]
    wanted = [str(path), "--out", str(out), "--index", f"{first}-{first + _BUNDLED - 1}"]
    began = time.perf_counter()
    subprocess.run([*command, "--help"], check=True, stdout=subprocess.DEVNULL)
    floor = time.perf_counter() - began
    began = time.perf_counter()
    subprocess.run([*command, *wanted], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "floor": floor, "records": _BUNDLED, "bytes": out.stat().st_size}


def main() -> None:
    """Make a long home, start it by reading everything and by the snapshot, make a bundle."""
    parser = argparse.ArgumentParser(prog="bench.million", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--millis-apart", type=int, default=250)
    parser.add_argument("--in", dest="place", type=Path, default=None, help="where there is room")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.place) as folder:
        path = long_home(Path(folder), wanted.records, wanted.millis_apart)
        print("by reading everything ", start(path), flush=True)
        print("by the snapshot       ", start(path), flush=True)
        print("a bundle              ", bundle(path, wanted.records), flush=True)


if __name__ == "__main__":
    main()
