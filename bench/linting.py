"""What a large workspace waits for: 5,000 controls on disk, the whole command and its floor."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from yaml.cyaml import CParser
from yaml.events import StreamEndEvent

from tests.worlds.many import write_many
from watchkeeper.plan.whole import lint_workspace


def linting(place: Path, part: int, figures: dict[str, Any]) -> None:
    """Measure, print; `figures` gains `lint`."""
    controls = 5_000 // part
    folder = write_many(place / "many", controls)
    kept = place / "bytecode"
    _command(folder, kept)  # what is installed has its bytecode beside it: this one writes it
    command = [_command(folder, kept) for _ in range(3)]
    began = time.process_time()
    linted = lint_workspace(folder)
    inside = time.process_time() - began
    found = figures["lint"] = {
        "controls": controls,
        "findings": len(linted.findings),
        "wallSeconds": statistics.median(wall for wall, _ in command),
        "cpuSeconds": statistics.median(cpu for _, cpu in command),
        "lintCpuSeconds": inside,
        "floorReadSeconds": _raw(folder),
        "floorStartSeconds": statistics.median(_start() for _ in range(3)),
        "load": os.getloadavg()[0],
    }
    print(f"plan lint over {controls} controls, a file each; the aim is 3 s")
    print(
        f"  the command {found['wallSeconds']:.2f} s, {found['cpuSeconds']:.2f} of CPU; without "
        f"its start {inside:.2f}   floor: files read by libyaml alone "
        f"{found['floorReadSeconds']:.2f}, a Python that imports pydantic "
        f"{found['floorStartSeconds']:.2f}; load {found['load']:.1f}",
        flush=True,
    )


def _command(folder: Path, kept: Path) -> tuple[float, float]:
    """Return the wall time of the command, and the CPU time that it took."""
    words = [sys.executable, "-m", "watchkeeper", "plan", "lint", str(folder)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    told = {**os.environ, "PYTHONPYCACHEPREFIX": str(kept.absolute())}
    told.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run(words, check=True, capture_output=True, env=told)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _raw(folder: Path) -> float:
    """Return the CPU time of reading every file, and of nothing but its events."""
    began = time.process_time()
    for path in sorted(folder.rglob("*.yaml")):
        events = CParser(path.read_text("utf-8"))
        while type(events.get_event()) is not StreamEndEvent:
            pass
    return time.process_time() - began


def _start() -> float:
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import pydantic, cedarpy, ruamel.yaml"], check=True)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
