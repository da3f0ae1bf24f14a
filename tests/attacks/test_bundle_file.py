"""What is named as a bundle is no file at all, or one that can not be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.bundles import write
from tests.worlds.homes import Story
from watchkeeper.cli import log as command
from watchkeeper.errors import BundleInvalid
from watchkeeper.verify import verify_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("file")
    story = Story(place / "home")
    story.reopen()
    story.day()
    story.log.close()
    return write(story.path, place / "a.wkb")


def exit_of(path: Path) -> tuple[int, str]:
    done = CliRunner().invoke(command.app, ["verify", str(path)])
    return done.exit_code, done.stderr


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BundleInvalid):
        verify_bundle(tmp_path / "pipe")
    code, said = exit_of(tmp_path / "pipe")
    assert code == 2
    assert "not a file" in said


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device(device: str) -> None:
    code, said = exit_of(Path(device))
    assert code == 2
    assert "not a file" in said


def test_links(bundle: Path, tmp_path: Path) -> None:
    """A link to a bundle is a bundle; one to a pipe, to nothing or to itself is not."""
    (tmp_path / "link").symlink_to(bundle)
    assert exit_of(tmp_path / "link")[0] == 0
    os.mkfifo(tmp_path / "pipe")
    for name, target in (("a", "pipe"), ("b", "nothing"), ("c", "c")):
        (tmp_path / name).symlink_to(tmp_path / target)
        assert exit_of(tmp_path / name)[0] == 2


def test_nothing_and_a_folder(tmp_path: Path) -> None:
    assert exit_of(tmp_path / "nothing")[0] == 2
    assert exit_of(tmp_path)[0] == 2
    with pytest.raises(BundleInvalid):
        verify_bundle(tmp_path)


def test_an_empty_file_and_other_files(bundle: Path, tmp_path: Path) -> None:
    for raw in (
        b"",
        b"hello\n",
        b"PK\x03\x04",
        bundle.read_bytes()[: len(bundle.read_bytes()) // 2],
    ):
        (tmp_path / "file").write_bytes(raw)
        code, said = exit_of(tmp_path / "file")
        assert code == 2
        assert said.startswith("watchkeeper: ")


def test_a_file_that_may_not_be_read(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "a.wkb").write_bytes(bundle.read_bytes())
    assert exit_of(tmp_path / "a.wkb")[0] == 0  # whatever it imports may lie where nobody reads
    (tmp_path / "a.wkb").chmod(0)
    me = os.geteuid()
    if me == 0:  # root may read everything: be nobody for a moment
        os.seteuid(65_534)
    try:
        code, said = exit_of(tmp_path / "a.wkb")
    finally:
        os.seteuid(me)
    assert code == 2
    assert "permission denied" in said
