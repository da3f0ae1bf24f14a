"""A permit that ran out, that is from the future, or from before the memory of which were used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.permits import NOW, Maker
from watchkeeper.permit import PermitInvalid, UsedFile

ARGS = {"amount": 10}


def _tried(maker: Maker, token: str, **more: object) -> str:
    try:
        maker.permits(**more).check(token, "tools/call", "pay", ARGS)
    except PermitInvalid as error:
        return error.reason
    return "taken"


@pytest.mark.parametrize(
    ("later", "reason"),
    [(0, "taken"), (64, "taken"), (65, "expired"), (3600, "expired"), (-5, "taken"), (-6, "early")],
)
def test_by_the_clock_of_the_server(tmp_path: Path, later: int, reason: str) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    maker.now = NOW + later
    assert _tried(maker, token) == reason


@pytest.mark.parametrize(("skew", "reason"), [(59, "taken"), (180, "expired"), (-180, "early")])
def test_clocks_apart_by_minutes(tmp_path: Path, skew: int, reason: str) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    maker.now = NOW + skew
    assert _tried(maker, token) == reason


def test_a_lost_store_does_not_forget_what_was_used(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    assert _tried(maker, token) == "taken"
    (tmp_path / "used").unlink()
    store = UsedFile(tmp_path / "used", clock=lambda: maker.now + 1)
    assert _tried(maker, token, store=store) == "before-store"


def test_nor_where_its_own_clock_is_behind(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    maker.now = NOW - 4  # the server's clock
    assert _tried(maker, token) == "taken"
    (tmp_path / "used").unlink()
    store = UsedFile(tmp_path / "used", clock=lambda: maker.now)
    assert _tried(maker, token, store=store) == "before-store"


def test_a_clock_set_back_does_not_bring_back_what_was_dropped(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    store = maker.store(most=3)
    token = maker.permit("pay", ARGS)
    assert _tried(maker, token, store=store) == "taken"
    maker.now = NOW + 600
    for _ in range(9):
        assert _tried(maker, maker.permit("pay", ARGS), store=store) == "taken"
        maker.now += 200
    assert token not in (tmp_path / "used").read_text()
    assert len((tmp_path / "used").read_text().splitlines()) < 8
    maker.now = NOW
    assert _tried(maker, token, store=store) == "used"
