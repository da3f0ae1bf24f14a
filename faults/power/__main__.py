"""`python -m faults.power`: every state that a loss of power may leave, opened again."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from faults.power.recover import chosen, recover_all, work


def main() -> int:
    """Work, lay out, recover, report; returns 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(prog="faults.power", description=__doc__)
    parser.add_argument("--rounds", type=int, default=24, help="how much work is done")
    parser.add_argument("--states", type=int, help="how many states; without it, all")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="power-") as place:
        os.environ["XDG_STATE_HOME"] = place
        day = work(Path(place) / "house", wanted.rounds)
        states = chosen(day, seed=wanted.seed, count=wanted.states)
        troubles = []
        for number, trouble in enumerate(recover_all(day, states, Path(place) / "states"), 1):
            if trouble is not None:
                troubles.append(trouble)
                print(f"TROUBLE after {trouble}", flush=True)
            if number % 250 == 0:
                print(f"  {number} of {len(states)}", file=sys.stderr, flush=True)
    operations = len(day.journal.operations)
    print(f"{operations} operations, {len(states)} states recovered, {len(troubles)} troubles")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
