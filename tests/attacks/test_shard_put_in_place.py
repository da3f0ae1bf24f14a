"""Whoever can write to the home and has none of its keys puts a next shard in its place."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import public, signer
from tests.worlds.homes import NEVER
from tests.worlds.rolled import RolledBank, move_away
from watchkeeper import wiring
from watchkeeper.adapters.keys import FileSigner, load_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.recovery import read_genesis
from watchkeeper.adapters.posix.shards.begin import begin_shard
from watchkeeper.do.state.kept import state_to_json
from watchkeeper.errors import LogInconsistent
from watchkeeper.ledger.canonical import render_checked, render_json, sha256_hex
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.envelope import seal
from watchkeeper.ledger.frame import render_frame
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.records.administration import Carried
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record

MAL = signer("mal")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    """A stop is in force, and budgets are used."""
    bank = RolledBank(tmp_path / "home")
    bank.do(note="a")
    bank.stop()
    yield bank
    bank.log.close()


def put_in_place(bank: RolledBank, by: FileSigner, more: tuple[FileSigner, ...]) -> Layout:
    """A shard in which nothing was spent or stopped, and mal has every role."""
    bank.log.publish_now()
    bank.log.close()
    before, state = Layout(bank.path, bank.log.shard), bank.home.state
    genesis, form = read_genesis(Files(), before), state_to_json(state)
    form["budgets"].update(at=[], grant=[], amount=[], grants=[], open={})
    form["stops"], form["people"]["mal"] = [], [public("mal")]
    form["roles"] = {role: ["mal"] for role in form["roles"]}
    at = state.last_at
    assert at is not None
    assert state.plan_ref is not None
    carried = Carried(
        since=at,
        until=at,
        state=sha256_hex(render_checked(form)),
        plan=state.plan,
        released_by=state.released_by,
        people=_tuples(form["people"]),
        roles=_tuples(form["roles"]),
        stops=(),
        by="",
        signature=None,
    )
    number = before.shard + 1
    origin = f"{genesis.origin.rpartition('/')[0]}/{number}"
    mine = {one.keyid: base64.b64encode(one.public_key).decode() for one in more}
    said = replace(
        genesis,
        at=at,
        origin=origin,
        shard=number,
        record_keys={**genesis.record_keys, **mine},
        log_key=str(log_key(origin, parse_vkey(genesis.log_key).public)),
        predecessor=before.newest.read_text(encoding="utf-8"),
        carried=carried,
    )
    plan = wiring.read_log(bank.path).entry(state.plan_ref).payload
    assert plan is not None
    body = {"state": form, "bundle": plan.body["bundle"]}
    envelope = seal(Record(Kind.GENESIS, "home", sha256_hex(origin.encode()), said), by)
    layout = Layout(bank.path, number)
    begin_shard(Files(), layout, render_frame(0, 0, envelope, render_json(body)))
    # What the home notes of itself, as far as that can be made up.
    layout.taken_over.write_bytes(carried.state.encode())
    return layout


def _tuples(named: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in named.items()}


def opened(bank: RolledBank) -> None:
    open_home(bank.path, clock=bank.clock, publish_seconds=NEVER).close()


@pytest.mark.parametrize("rolls", [0, 1, 2])
def test_with_a_key_of_ones_own(bank: RolledBank, rolls: int) -> None:
    for _ in range(rolls):
        bank.roll()
    layout = put_in_place(bank, MAL, (MAL,))
    with pytest.raises(LogInconsistent, match="does not go on from shard"):
        opened(bank)
    assert not (layout.log / "checkpoint").exists(), "nothing vouches for it"


def test_another_one_on_top(bank: RolledBank) -> None:
    """The one below it is no better."""
    put_in_place(bank, MAL, (MAL,))
    shutil.copytree(bank.path / "shards/1", bank.path / "shards/2")
    with pytest.raises(LogInconsistent):
        opened(bank)


def test_with_a_key_that_was_put_away(bank: RolledBank) -> None:
    stolen = load_key(Layout(bank.path).record_key)
    bank.rotate()
    put_in_place(bank, stolen, (stolen, MAL))
    with pytest.raises(LogInconsistent, match="does not go on from shard"):
        opened(bank)


def test_with_the_key_in_force_and_one_more(bank: RolledBank) -> None:
    put_in_place(bank, load_key(Layout(bank.path).record_key), (MAL,))
    with pytest.raises(LogInconsistent, match="names other record keys"):
        opened(bank)


def test_while_the_shard_before_is_away(bank: RolledBank, tmp_path: Path) -> None:
    put_in_place(bank, MAL, (MAL,))
    move_away(bank.path, tmp_path / "cold")
    with pytest.raises(LogInconsistent, match="not here to tell"):
        opened(bank)


def test_the_mark_of_another_shard(bank: RolledBank) -> None:
    bank.roll()
    right = Layout(bank.path, 1).taken_over.read_bytes()
    put_in_place(bank, MAL, (MAL,)).taken_over.write_bytes(right)
    with pytest.raises(LogInconsistent):
        opened(bank)


def test_a_shard_of_the_home_is_opened_also_unmarked(bank: RolledBank, tmp_path: Path) -> None:
    """As after a crash between beginning it and noting that; and marked, with no other one here."""
    bank.rotate()
    bank.roll()
    layout = Layout(bank.path, 1)
    layout.taken_over.unlink()
    bank.restart()
    assert not layout.taken_over.exists()
    wiring.check_taken_over(bank.home, bank.path)
    assert layout.taken_over.exists()
    bank.log.close()
    move_away(bank.path, tmp_path / "cold")
    bank.restart()
    wiring.check_taken_over(bank.home, bank.path)
    assert bank.home.failure() is None
