"""Where the vectors made by others are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def vectors(*parts: str) -> Path:
    """Return a folder of vectors; the test is skipped where it is not there."""
    base = Path(os.environ.get("CONFORMANCE_DATA", ROOT.parent / "shared"))
    path = base.joinpath("vectors", *parts)
    if not path.exists():
        pytest.skip(f"no conformance vectors at {path}: set CONFORMANCE_DATA")
    return path
