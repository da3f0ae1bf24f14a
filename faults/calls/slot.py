"""A process that does runs, one after the other, told by lines of JSON which."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import sys
from pathlib import Path
from typing import Any

_IMPORTED = (
    "uvicorn.lifespan.off",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvloop",
    "watchkeeper.adapters.posix",
    "watchkeeper.enforcement.gateway.serve",
)
sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "refund-desk"))


def main() -> int:
    """For each line watch, or try a point, and say what came of it."""
    parser = argparse.ArgumentParser(prog="faults.calls.slot", description=__doc__)
    parser.add_argument("--house", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sabotage", type=Path)
    wanted = parser.parse_args()
    from faults.calls.house import House
    from faults.calls.run import Runs

    import_everything()
    wanted.folder.mkdir()
    runs = Runs(House(wanted.house), wanted.folder, wanted.sabotage)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        say(_answer(runs, json.loads(line)))
    return 0


def _answer(runs: Any, asked: dict[str, Any]) -> dict[str, Any]:
    from faults.calls.points import Point

    if "watch" in asked:
        counts, found = runs.watch(served=asked["watch"])
        calls = [[call, file, count] for (call, file), count in counts.items()]
        return {"calls": calls, "found": found}
    tried = runs.try_point(Point.from_json(asked))
    return {"fired": tried.fired, "found": tried.found, "seconds": tried.seconds}


def import_everything() -> None:
    """Import what a gateway imports, so that a fork begins with it."""
    for name in _IMPORTED:
        importlib.import_module(name)


def say(what: Any) -> None:
    """Print one line of JSON."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    sys.exit(main())
