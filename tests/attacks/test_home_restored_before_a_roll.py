"""A copy from before the newest shard was begun is put back in place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.test_home_restored import kept
from tests.worlds.guarded import Shop
from tests.worlds.restored import adopt, at, copied, doubts, open_till, restored
from watchkeeper.errors import HomeDoubtful
from watchkeeper.verify import verify_log


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_till(tmp_path)


def rolled(shop: Shop, **body: bool) -> Shop:
    """Go on in the next shard, and spend there."""
    later = at(shop, shop.home)
    assert later.command("ana", "roll", body)["shard"] == 1
    assert later.call(to="b", amount=430.0) == "paid 430 to b"
    later.guard.close()
    return later


@pytest.mark.parametrize("body", [{}, {"newLogKey": True}], ids=["same key", "new log key"])
def test_it_is_recognised_by_the_checkpoint_that_is_kept(
    shop: Shop, tmp_path: Path, body: dict[str, bool]
) -> None:
    shop.call(to="a", amount=400.0)
    shop.guard.close()
    backup = copied(shop.home, tmp_path / "backup")
    rolled(shop, **body)
    again = at(shop, shop.home)
    assert again.call(to="c", amount=1.0) == "paid 1 to c", "no doubt about the home itself"
    again.guard.close()
    restored(shop.home, backup)
    again = at(shop, shop.home)
    with pytest.raises(HomeDoubtful, match="longer once"):
        again.call(to="b", amount=430.0)
    if not body:
        assert "of shard 1" in doubts(again)["doubts"][0]["seen"]
    adopt(again)
    assert at(shop, shop.home).call(to="b", amount=2.0) == "paid 2 to b"
    assert verify_log(shop.home, workers=1).findings == ()


def test_an_older_shard_that_was_moved_away_is_no_doubt(shop: Shop, tmp_path: Path) -> None:
    shop.call(to="a", amount=400.0)
    shop.guard.close()
    before = kept(shop.home).read_bytes()
    rolled(shop)
    for part in ("segments", "log"):
        shutil.move(shop.home / part, tmp_path / part)
    (shop.home / "newest.checkpoint").unlink()
    kept(shop.home / "shards/1").write_bytes(before)
    assert at(shop, shop.home).call(to="c", amount=3.0) == "paid 3 to c"
