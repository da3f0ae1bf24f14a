"""atheris at one door, in a process of its own: what it imports is instrumented first."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["watchkeeper"]):
    from fuzz.doors import DOORS, refused_or_held

_LONGEST = 70_000


def main() -> None:
    """Knock at DOOR for SECONDS, from the seeds in CORPUS; ends the process."""
    door, seconds, corpus = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    options = [
        *(f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=20"),
        *("-rss_limit_mb=2048", "-verbosity=0", "-print_final_stats=1"),
        f"-artifact_prefix={corpus}/{door}-",
    ]
    knock = DOORS[door]
    atheris.Setup(["fuzz", *options, str(corpus / door)], lambda raw: refused_or_held(knock, raw))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
