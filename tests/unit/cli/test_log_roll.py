"""`log roll`, `log snapshot`, and `log show` and `log verify` over several shards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.adapters.posix import read_home
from watchkeeper.loop.standing import Standing


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    allowed(bank.ask(pay(20))).ticket.wait()
    yield bank
    bank.log.close()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watchkeeper", "log", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_a_snapshot_beside_the_writer(bank: DiskBank) -> None:
    """Another process writes it, while this one has the home open; a start goes by it."""
    bank.log.publish_now()
    done = run("snapshot", str(bank.path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"records": bank.log.size}
    assert bank.log.kept_size == bank.log.size
    form = bank.home.kept_form()
    assert bank.log.snapshot() == (bank.log.size, form)
    reader = read_home(bank.path)
    assert reader.snapshot() == (bank.log.size, form)
    allowed(bank.ask(pay(20, note="b"))).ticket.wait()
    assert Standing(read_home(bank.path), bank.clock).kept_form() == bank.home.kept_form()
    bank.restart()
    assert bank.log.scrub is not None
    assert bank.log.scrub.done.wait(30)
    assert bank.home.failure() is None


def test_a_snapshot_of_what_is_no_home(tmp_path: Path) -> None:
    assert run("snapshot", str(tmp_path)).returncode == 2


def test_shards_are_shown_and_verified(bank: DiskBank) -> None:
    bank.roll()
    allowed(bank.ask(pay(20, note="b"))).ticket.wait()
    bank.log.close()
    shown = run("show", str(bank.path), "--json")
    places = [(line["shard"], line["index"]) for line in map(json.loads, shown.stdout.splitlines())]
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert len(run("show", str(bank.path), "--shard", "0").stdout.splitlines()) == 3
    assert "1/1" in run("show", str(bank.path), "--since-index", "1").stdout
    assert run("show", str(bank.path), "--shard", "7").returncode == 2
    verified = run("verify", str(bank.path), "--json")
    assert verified.returncode == 0, verified.stdout
    found = json.loads(verified.stdout)
    assert found["origin"] == "example.org/desk/1"
    alone = run("verify", str(bank.path / "shards/1"))
    assert alone.returncode == 0
    assert "shard 0 was not given" in alone.stdout
    both = run("verify", str(bank.path / "shards/1"), "--shard", str(bank.path / "log"))
    assert both.returncode == 0
    assert "was not given" not in both.stdout
