"""Where it can not be kept that a permit was used, nothing is done."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.permits import Maker
from watchkeeper.permit import PermitInvalid, UsedFile

UNTIL = 4_000_000_000
ARGS = {"amount": 10}
_FULL = """
import resource, signal, sys
from pathlib import Path
from watchkeeper.permit import PermitInvalid, UsedFile
path = Path(sys.argv[1])
store = UsedFile(path)
assert store.take("before", 4_000_000_000)
size = path.stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        store.take("id-1", 4_000_000_000)
    except PermitInvalid as error:
        print(error.reason)
assert path.stat().st_size == size
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.take("id-1", 4_000_000_000), store.take("id-1", 4_000_000_000))
"""


def test_a_full_disk(tmp_path: Path) -> None:
    # A limit on the size of files writes half a line, and then nothing, as a full disk does.
    assert resource.RLIMIT_FSIZE is not None
    words = [sys.executable, "-c", _FULL, str(tmp_path / "used")]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == ["unkept", "unkept", "True", "False"]


def test_a_torn_last_line_is_of_a_permit_that_nobody_was_told_of(tmp_path: Path) -> None:
    path = tmp_path / "used"
    assert UsedFile(path).take("id-1", UNTIL)
    whole = path.read_bytes()
    path.write_bytes(whole + b"40000")
    store = UsedFile(path)
    assert not store.take("id-1", UNTIL)
    assert store.take("id-2", UNTIL)
    assert path.read_bytes().startswith(whole)
    assert path.read_bytes().endswith(b" id-2\n")


@pytest.mark.parametrize("text", ["something else\n", "watchkeeper-permits-1 1 0\nrubbish\n"])
def test_a_file_that_is_something_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "used"
    path.write_text(text)
    with pytest.raises(PermitInvalid) as error:
        UsedFile(path)
    assert error.value.reason == "unkept"
    assert path.read_text() == text


def test_a_file_that_was_cut_short_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "used"
    store = UsedFile(path)
    assert store.take("id-1", UNTIL)
    os.truncate(path, 10)
    with pytest.raises(PermitInvalid, match="shorter"):
        store.take("id-1", UNTIL)


def test_a_file_that_was_put_back_from_before(tmp_path: Path) -> None:
    # A copy from before the use knows nothing of it; whoever runs still does, and says no.
    path = tmp_path / "used"
    store = UsedFile(path)
    before = path.read_bytes()
    assert store.take("id-1", UNTIL)
    copy = tmp_path / "copy"
    copy.write_bytes(before)
    copy.replace(path)
    assert not store.take("id-1", UNTIL)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(PermitInvalid) as error:
        UsedFile(tmp_path / "gone" / "used")
    assert error.value.reason == "unkept"


def test_ids_that_would_be_two_lines(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS, id="x\n4000000000 y")
    with pytest.raises(PermitInvalid):
        maker.permits().check(token, "tools/call", "pay", ARGS)
    assert maker.store().take("y", UNTIL)
