"""A home is copied to another folder or machine and served there."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worlds.gateway import _RUN, World, make_world, open_till
from tests.worlds.guarded import Shop
from tests.worlds.restored import adopt, at, copied, doubts
from tests.worlds.restored import open_till as open_shop
from watchkeeper.errors import ActionBlocked, HomeDoubtful


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = open_shop(tmp_path)
    shop.call(to="a", amount=400.0)
    shop.guard.close()
    return shop


def _serve(home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RUN, "serve", str(home), "--port", "0", "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_copy_in_another_folder_allows_nothing(shop: Shop, tmp_path: Path) -> None:
    clone = at(shop, copied(shop.home, tmp_path / "clone"))
    with pytest.raises(HomeDoubtful, match="stood elsewhere"):
        clone.call(to="a", amount=1.0)
    assert at(shop, shop.home).call(to="a", amount=1.0) == "paid 1 to a"


def test_the_same_folder_on_another_machine_allows_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHKEEPER_MACHINE", "another")
    with pytest.raises(HomeDoubtful, match="stood elsewhere"):
        at(shop, shop.home).call(to="a", amount=1.0)
    monkeypatch.delenv("WATCHKEEPER_MACHINE")
    assert at(shop, shop.home).call(to="a", amount=1.0) == "paid 1 to a"


def test_a_folder_that_was_only_renamed_goes_on(shop: Shop, tmp_path: Path) -> None:
    moved = shop.home.rename(tmp_path / "renamed")
    assert at(shop, moved).call(to="a", amount=1.0) == "paid 1 to a"


def test_a_move_is_adopted_and_nothing_is_missing(shop: Shop, tmp_path: Path) -> None:
    clone = at(shop, copied(shop.home, tmp_path / "clone"))
    assert [doubt["kind"] for doubt in doubts(clone)["doubts"]] == ["moved"]
    answer = adopt(clone, why="moved to the new disk")
    assert answer["missing"] is None
    assert not answer["forked"]
    assert at(shop, clone.home).call(to="a", amount=1.0) == "paid 1 to a"


def test_a_copy_of_an_adopted_copy_is_found_again(shop: Shop, tmp_path: Path) -> None:
    clone = at(shop, copied(shop.home, tmp_path / "clone"))
    adopt(clone)
    with pytest.raises(HomeDoubtful):
        at(shop, copied(clone.home, tmp_path / "third")).call(to="a", amount=1.0)


def test_the_first_home_finds_that_its_copy_went_on(shop: Shop, tmp_path: Path) -> None:
    """Both keep their checkpoints in one place: whoever comes second sees the other's."""
    clone = at(shop, copied(shop.home, tmp_path / "clone"))
    adopt(clone)
    clone = at(shop, clone.home)
    clone.call(to="b", amount=1.0)
    clone.guard.close()
    with pytest.raises(HomeDoubtful, match="longer once"):
        at(shop, shop.home).call(to="a", amount=1.0)


def test_a_crash_in_the_middle_of_adopting_is_finished_by_the_next_start(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchkeeper.adapters.posix.custody.watch import Watcher

    clone = at(shop, copied(shop.home, tmp_path / "clone"))
    with monkeypatch.context() as patch:
        patch.setattr(Watcher, "settle", lambda _: None)
        adopt(clone)
    assert at(shop, clone.home).call(to="a", amount=1.0) == "paid 1 to a"


def test_two_that_run_at_once_are_found_within_a_second(shop: Shop, tmp_path: Path) -> None:
    """The clone was adopted, so it runs; the first finds another checkpoint than it kept."""
    first = at(shop, shop.home)
    first.call(to="a", amount=1.0)
    clone = at(shop, copied(shop.home, tmp_path / "clone"))
    (clone.home / "gateway.sock").unlink(missing_ok=True)
    adopt(clone)
    clone = at(shop, clone.home)
    for _ in range(3):
        clone.call(to="b", amount=1.0)
    clone.guard.close()
    with pytest.raises(ActionBlocked) as refused:
        _go_on(first)
    assert refused.value.reason == "log-unavailable"
    first.guard.close()


def _go_on(shop: Shop) -> None:
    for _ in range(40):
        shop.call(to="a", amount=0.01)
        time.sleep(0.1)


class TestGateways:
    """The same before a gateway: it does not start, and says what to do."""

    def test_a_clone_does_not_start_while_the_first_serves(self, tmp_path: Path) -> None:
        with open_till(tmp_path / "world") as world:
            assert world.call("look", to="x").done
            clone = copied_beside(world, tmp_path)
            ended = _serve(clone)
            assert ended.returncode == 2
            assert "this home was restored or copied" in ended.stderr
            assert "log adopt" in ended.stderr
            assert "Traceback" not in ended.stderr
            assert ended.stdout == ""
            assert world.call("look", to="x").done

    def test_a_clone_of_a_home_at_rest_does_not_start(self, tmp_path: Path) -> None:
        world = make_world(tmp_path / "world")
        ended = _serve(copied(world.home, tmp_path / "clone"))
        assert ended.returncode == 2
        assert "stood elsewhere" in ended.stderr


def copied_beside(world: World, tmp_path: Path) -> Path:
    import shutil

    clone = tmp_path / "clone"
    shutil.copytree(world.home, clone, ignore=shutil.ignore_patterns("*.sock"))
    return clone
