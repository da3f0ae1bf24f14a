"""An environment with the verifier alone: its wheel, `cryptography`, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from importlib.metadata import distribution, requires
from pathlib import Path

VERIFIER = Path(__file__).parents[2] / "verifier"


@dataclass(frozen=True, slots=True)
class Alone:
    """A fresh environment at `place`."""

    place: Path

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run its Python; nothing of the machine's own environment reaches it."""
        return subprocess.run(
            [str(self.place / "bin/python"), "-I", *map(str, words)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            cwd=self.place,
            env={"PATH": os.environ["PATH"]},
        )


def build_wheel(out: Path) -> Path:
    """Run `make verifier` with the environment at hand, as it is."""
    place = Path(sys.executable).parent
    ran = subprocess.run(
        ["make", "--old-file=.venv/.run-stamp", "verifier", f"BIN={place}", f"DIST={out}"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=VERIFIER.parent,
    )
    assert ran.returncode == 0, ran.stderr
    [wheel] = out.glob("watchkeeper_verify-*.whl")
    return wheel


def make_alone(place: Path) -> Alone:
    """Make the environment; a wheel is installed by unpacking it (PEP 427)."""
    venv.create(place, with_pip=False, symlinks=True)
    [packages] = place.glob("lib/python3*/site-packages")
    with zipfile.ZipFile(build_wheel(place / "wheels")) as wheel:
        wheel.extractall(packages)
    for name in ("cryptography", *_needs("cryptography")):
        _link(name, packages)
    return Alone(place)


def _needs(name: str) -> list[str]:
    """Return what a distribution needs, and what that needs, as far as it is installed."""
    found = []
    for line in requires(name) or ():
        if "extra ==" not in line:
            needed = line.split(";")[0].strip().split(" ")[0]
            needed = needed.split(">")[0].split("=")[0].split("<")[0].split("!")[0].split("[")[0]
            found += [needed, *_needs(needed)]
    return found


def _link(name: str, packages: Path) -> None:
    made = distribution(name)
    tops = {Path(str(file)).parts[0] for file in made.files or ()}
    for top in tops - {"..", "__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(made.locate_file(top))).resolve())
