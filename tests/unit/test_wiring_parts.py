"""A part of the wiring is imported when one of its names is asked for, and no other with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from watchkeeper import wiring

LOADED = """
import sys
from watchkeeper import wiring
wiring.clock()
print(*sorted(name for name in sys.modules if name.startswith("watchkeeper.")), sep="\\n")
"""


def test_every_name_is_there() -> None:
    for name in wiring.__all__:
        assert getattr(wiring, name).__module__.startswith("watchkeeper.wiring.")
    assert sorted(wiring._PART_OF) == wiring.__all__


def test_a_name_that_is_none() -> None:
    with pytest.raises(AttributeError, match="tiger"):
        getattr(wiring, "tiger")  # noqa: B009 - the checker of types would name it here
    with pytest.raises(ImportError):
        exec("from watchkeeper.wiring import tiger")


def test_who_asks_for_the_clock_loads_no_log() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=100
    )
    parts = [name for name in ran.stdout.split() if name.startswith("watchkeeper.wiring.")]
    assert parts == ["watchkeeper.wiring.machine"]
    assert not [name for name in ran.stdout.split() if name.startswith("watchkeeper.ledger")]
