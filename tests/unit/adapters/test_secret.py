"""The secret of a home: its owner's alone, and never made up anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.homes import Story
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.secret import create_secret, load_secret
from watchkeeper.errors import KeyUnsafe

SECRET = bytes(range(32))


def test_it_is_read_as_it_was_written_by_its_owner_alone(tmp_path: Path) -> None:
    create_secret(tmp_path / "s", SECRET)
    assert load_secret(tmp_path / "s") == SECRET
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyUnsafe):
        create_secret(tmp_path / "s", SECRET)


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 33])
def test_what_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "s").write_text(text)
    (tmp_path / "s").chmod(0o600)
    with pytest.raises(KeyUnsafe, match="not the secret"):
        load_secret(tmp_path / "s")


def test_one_that_others_may_read_is_refused(tmp_path: Path) -> None:
    create_secret(tmp_path / "s", SECRET)
    (tmp_path / "s").chmod(0o640)
    with pytest.raises(KeyUnsafe, match="others"):
        load_secret(tmp_path / "s")


def test_a_home_that_lost_its_secret_does_not_open(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    (tmp_path / "home" / "keys" / "recall.secret").unlink()
    with pytest.raises(KeyUnsafe, match="can not read the secret"):
        open_home(tmp_path / "home", clock=story.clock)
