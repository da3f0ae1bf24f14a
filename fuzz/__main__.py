"""`make fuzz`: atheris at every door, one after the other, each from its seeds.

    python -m fuzz --seconds 60 --corpus fuzz-out
    python -m fuzz --door note --seconds 600

What breaks a door is kept in the corpus folder as `DOOR-crash-…`; exits 1 then.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from fuzz.doors import DOORS

_EXECUTED = re.compile(r"stat::number_of_executed_units:\s+(\d+)")


def main() -> int:
    """Fuzz the doors that are asked for; returns 1 if one broke."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each door")
    parser.add_argument("--corpus", type=Path, default=Path("fuzz-out"))
    parser.add_argument("--door", action="append", choices=sorted(DOORS))
    wanted = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("fuzz: needs atheris", file=sys.stderr)
        return 2
    doors = wanted.door or sorted(DOORS)
    subprocess.run([sys.executable, "-m", "fuzz.seeds", str(wanted.corpus)], check=True)
    broken = [door for door in doors if not _fuzz(door, wanted.seconds, wanted.corpus)]
    print(f"{len(doors)} doors, {wanted.seconds} s each, {len(broken)} broken")
    return 1 if broken else 0


def _fuzz(door: str, seconds: int, corpus: Path) -> bool:
    words = [sys.executable, "-m", "fuzz.inside", door, str(seconds), str(corpus)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    executed = _EXECUTED.search(said)
    held = ran.returncode == 0 and executed is not None
    print(f"{door:<12}{executed[1] if executed else 0:>10} inputs", flush=True)
    if not held:
        print("\n".join(said.splitlines()[-60:]))
    return held


if __name__ == "__main__":
    sys.exit(main())
