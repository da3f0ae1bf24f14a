"""Our log and its proofs, checked by golang.org/x/mod/sumdb; what was tampered with, refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conformance.conftest import Published
from tests.conformance.tlogcheck import run


def flip(path: Path, at: int, bit: int = 1) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= bit
    path.write_bytes(raw)


@pytest.fixture
def copy(published: Published, tmp_path: Path) -> Path:
    shutil.copytree(published.path, tmp_path / "log")
    return tmp_path / "log"


def test_the_whole_log_and_an_older_checkpoint(tlogcheck: str, published: Published) -> None:
    done = run(tlogcheck, "log", published.path, published.vkey, published.older)
    assert done.returncode == 0, done.stderr
    assert f"log of {published.size} entries holds" in done.stdout
    assert "is a prefix of this log" in done.stdout


def test_every_record_with_its_proof(tlogcheck: str, published: Published, tmp_path: Path) -> None:
    for index in range(published.size):
        proof, entry = published.hand_out(index, tmp_path)
        done = run(tlogcheck, "proof", published.vkey, proof, entry)
        assert done.stdout.startswith(f"entry {index} of {published.size} holds"), done.stderr


def test_a_byte_changed_in_any_file_is_refused(
    tlogcheck: str, published: Published, copy: Path
) -> None:
    files = [copy / "checkpoint", *(path for path in (copy / "tile").rglob("*") if path.is_file())]
    newest = [path for path in files if str(published.size) in path.name or path.name[0] == "c"]
    assert len(newest) == 3
    for path in newest:
        kept = path.read_bytes()
        for at in (0, len(kept) // 2, len(kept) - 20):
            flip(path, at)
            done = run(tlogcheck, "log", copy, published.vkey)
            assert done.returncode == 1, (path, at)
            path.write_bytes(kept)
    assert run(tlogcheck, "log", copy, published.vkey).returncode == 0


def test_another_key_and_another_history_are_refused(
    tlogcheck: str, published: Published, copy: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    older.write_bytes(published.of_another_size(published.older.read_bytes()))
    assert run(tlogcheck, "log", copy, published.vkey, older).returncode == 1
    name, keyid, blob = published.vkey.read_text().split("+", 2)
    other = tmp_path / "other.vkey"
    other.write_text(f"{name}x+{keyid}+{blob}")
    assert run(tlogcheck, "log", copy, other).returncode == 1


def test_a_proof_of_another_record_is_refused(
    tlogcheck: str, published: Published, tmp_path: Path
) -> None:
    proof, entry = published.hand_out(3, tmp_path)
    _, other = published.hand_out(4, tmp_path)
    assert run(tlogcheck, "proof", published.vkey, proof, other).returncode == 1
    flip(entry, 100)
    assert run(tlogcheck, "proof", published.vkey, proof, entry).returncode == 1
    flip(entry, 100)
    for at in range(24, proof.stat().st_size, 37):
        flip(proof, at)
        assert run(tlogcheck, "proof", published.vkey, proof, entry).returncode == 1, at
        flip(proof, at)
    assert run(tlogcheck, "proof", published.vkey, proof, entry).returncode == 0
