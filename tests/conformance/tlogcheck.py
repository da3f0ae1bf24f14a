"""The checker made with Go's sumdb: compiled once, run as a program."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.worlds import needs

SOURCES = "/usr/share/gocode"
MAIN = Path(__file__).parent / "go" / "main.go"


def build(folder: Path) -> str:
    """Compile it from Debian's sources of the package, without any network."""
    go = needs.program("go")
    needs.file(f"{SOURCES}/src/golang.org/x/mod/sumdb/tlog/tlog.go")
    built = folder / "tlogcheck"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GO111MODULE": "off",
        "GOPATH": SOURCES,
        "GOCACHE": os.environ.get("GOCACHE", str(folder / "cache")),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    command = [go, "build", "-o", str(built), str(MAIN)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(built)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
