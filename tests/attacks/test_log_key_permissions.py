"""Somebody else may read a private key: the home does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.homes import Story
from watchkeeper.adapters.keys import create_person_key, load_person_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import KeyUnsafe


@pytest.mark.parametrize("name", ["record.key", "log.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_that_others_may_use(tmp_path: Path, name: str, mode: int) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    key = story.path / "keys" / name
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(mode)
    with pytest.raises(KeyUnsafe, match=f"mode {mode:03o}"):
        open_home(story.path, clock=story.clock)
    key.chmod(0o600)
    open_home(story.path, clock=story.clock).close()


@pytest.mark.parametrize("name", ["keys", "segments"])
def test_a_private_folder_that_others_may_enter(tmp_path: Path, name: str) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    (story.path / name).chmod(0o755)
    with pytest.raises(KeyUnsafe, match="mode 755"):
        open_home(story.path, clock=story.clock)


def test_a_missing_or_foreign_key(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    key = story.path / "keys/record.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(KeyUnsafe):
        open_home(story.path, clock=story.clock)
    key.write_bytes(b"not a key")
    key.chmod(0o600)
    with pytest.raises(KeyUnsafe):
        open_home(story.path, clock=story.clock)
    other = Story(tmp_path / "other")
    other.log.close()
    key.write_bytes((other.path / "keys/record.key").read_bytes())
    with pytest.raises(KeyUnsafe, match="in force"):
        open_home(story.path, clock=story.clock)
    key.write_bytes(kept)
    open_home(story.path, clock=story.clock).close()


def test_a_person_key_needs_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "anna.key"
    public = create_person_key(path, "correct horse")
    assert b"ENCRYPTED" in path.read_bytes()
    assert load_person_key(path, "correct horse").public_key == public
    with pytest.raises(KeyUnsafe) as caught:
        load_person_key(path, "wrong secret")
    assert "wrong secret" not in str(caught.value)
    path.chmod(0o644)
    with pytest.raises(KeyUnsafe):
        load_person_key(path, "correct horse")
