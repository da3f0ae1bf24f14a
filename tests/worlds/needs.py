"""What a test needs that a machine may lack: named where it is missing, never skipped in silence.

Where `WATCHKEEPER_NO_SKIP` is set, as on the machine that builds, a missing part is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

_TRESTLE = Path(__file__).parents[2] / ".venv-trestle" / "bin"


def program(name: str) -> str:
    """Return the path of a program: beside the interpreter, in a venv of its own, on the PATH."""
    beside = [str(Path(sys.executable).parent), str(_TRESTLE)]
    found = shutil.which(name, path=os.pathsep.join([*beside, os.environ.get("PATH", "")]))
    return found if found is not None else _missing(name)


def file(path: str) -> Path:
    """Return a path that must be there."""
    return Path(path) if Path(path).exists() else _missing(path)


def module(name: str) -> None:
    """Go on only where a Python module can be imported."""
    if importlib.util.find_spec(name) is None:
        _missing(name)


def _missing(what: str) -> NoReturn:
    if os.environ.get("WATCHKEEPER_NO_SKIP"):
        pytest.fail(f"needs {what}, which must be there on this machine")
    pytest.skip(f"needs {what}")
