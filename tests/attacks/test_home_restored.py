"""An older copy of a home is put back in place: what it forgot must not be allowed again."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.guarded import Shop
from tests.worlds.restored import adopt, at, copied, doubts, entries, open_till, restored
from watchkeeper import wiring
from watchkeeper.cli.app import app
from watchkeeper.errors import ActionBlocked, HomeDoubtful, NoteInvalid
from watchkeeper.verify import Status, verify_log


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_till(tmp_path)


def kept(home: Path) -> Path:
    """Where the newest checkpoint of a home is kept, away from it."""
    from watchkeeper import settings
    from watchkeeper.adapters.posix.custody import Watch
    from watchkeeper.ledger.note import parse_vkey

    key = parse_vkey((home / "log/log.vkey").read_text())
    path = Watch(state=settings.state_folder()).path(key)
    assert path is not None
    return path


def spent_and_restored(shop: Shop, tmp_path: Path) -> Shop:
    """Spend the day's budget, then put back the copy of the morning."""
    shop.call(to="a", amount=400.0)
    shop.guard.close()
    backup = copied(shop.home, tmp_path / "backup")
    later = at(shop, shop.home)
    for _ in range(6):
        later.call(to="b", amount=430.0)
    with pytest.raises(ActionBlocked):
        later.call(to="b", amount=430.0)
    later.guard.close()
    restored(shop.home, backup)
    return at(shop, shop.home)


def test_the_budget_is_not_won_back(shop: Shop, tmp_path: Path) -> None:
    again = spent_and_restored(shop, tmp_path)
    size = len(entries(shop.home))
    with pytest.raises(HomeDoubtful, match="longer once") as refused:
        again.call(to="b", amount=430.0)
    assert "log adopt" in refused.value.advice
    assert len(entries(shop.home)) == size


def test_reading_goes_on_and_says_what_is_missing(shop: Shop, tmp_path: Path) -> None:
    again = spent_and_restored(shop, tmp_path)
    found = doubts(again)
    assert [doubt["kind"] for doubt in found["doubts"]] == ["ahead"]
    assert found["doubts"][0]["size"] > found["size"]
    assert again.command("ana", "pending", {}) == []
    with pytest.raises(HomeDoubtful):
        again.command("ana", "token", {"agent": "clerk", "name": "t", "digest": "a" * 64})
    assert wiring.read_log(shop.home).size == found["size"]


def test_it_goes_on_refusing_until_it_is_adopted(shop: Shop, tmp_path: Path) -> None:
    again = spent_and_restored(shop, tmp_path)
    for _ in range(3):
        with pytest.raises(HomeDoubtful):
            at(shop, shop.home).call(to="b", amount=1.0)
    answer = adopt(again)
    assert answer["missing"]
    later = at(shop, shop.home)
    assert later.call(to="b", amount=1.0) == "paid 1 to b"
    later.guard.close()
    assert at(shop, shop.home).call(to="b", amount=2.0) == "paid 2 to b"


def test_adopting_explains_and_never_heals(shop: Shop, tmp_path: Path) -> None:
    again = spent_and_restored(shop, tmp_path)
    before = kept(shop.home).read_bytes()
    first, end = adopt(again)["missing"]
    for _ in range(20):
        again = at(shop, shop.home)
        again.call(to="b", amount=1.0)
        again.guard.close()
    steps = {step.number: step for step in verify_log(shop.home).steps}
    assert f"records {first} to {end - 1} were seen elsewhere" in steps[19].detail
    assert steps[19].status is Status.CHECKED
    answered = CliRunner().invoke(app, ["check", "gap", str(shop.home)])
    assert "restored or copied, and adopted 1 times" in answered.stdout
    found = verify_log(shop.home, older=[before])
    assert {finding.step for finding in found.findings} == {5}
    aside = kept(shop.home).with_name("before-adoption.newest.checkpoint")
    assert aside.read_bytes() == before


def test_a_checkpoint_that_a_person_names_finds_it_too(shop: Shop, tmp_path: Path) -> None:
    shop.call(to="a", amount=4.0)
    shop.guard.close()
    elsewhere = tmp_path / "usb" / "desk.checkpoint"
    wiring.open_log(shop.home, kept=elsewhere).close()
    backup = copied(shop.home, tmp_path / "backup")
    kept(shop.home).unlink()  # the machine was lost: only the stick is left
    later = at(shop, shop.home)
    later.call(to="a", amount=4.0)
    later.guard.close()
    restored(shop.home, backup)
    with pytest.raises(HomeDoubtful, match=r"desk\.checkpoint"):
        at(shop, shop.home).call(to="a", amount=4.0)


def test_what_is_kept_of_another_log_is_named(shop: Shop, tmp_path: Path) -> None:
    other = open_till(tmp_path / "other")
    other.guard.close()
    foreign = tmp_path / "foreign"
    foreign.write_bytes((other.home / "log/checkpoint").read_bytes())
    with pytest.raises(NoteInvalid, match="no checkpoint of this log"):
        wiring.open_log(shop.home, kept=foreign)


def test_another_history_of_the_same_length_is_found(shop: Shop, tmp_path: Path) -> None:
    shop.guard.close()
    backup = copied(shop.home, tmp_path / "backup")
    first = at(shop, shop.home)
    first.call(to="a", amount=4.0)
    first.guard.close()
    seen = kept(shop.home).read_bytes()
    restored(shop.home, backup)
    kept(shop.home).unlink()
    second = at(shop, shop.home)
    for _ in range(2):
        second.call(to="c", amount=5.0)
    second.guard.close()
    kept(shop.home).write_bytes(seen)
    found = doubts(at(shop, shop.home))
    assert [doubt["kind"] for doubt in found["doubts"]] == ["forked"]
    with pytest.raises(HomeDoubtful, match="another history"):
        at(shop, shop.home).call(to="c", amount=5.0)
