"""The walk-through of `docs/concepts/verify-by-hand.md`, word for word, on a real refund."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds import needs
from tests.worlds.bundles import forge, members_of, open_desk, write
from tests.worlds.guarded import Shop

PAGE = Path(__file__).parents[2] / "docs/concepts/verify-by-hand.md"
Members = dict[str, bytes]


def blocks(language: str) -> str:
    """Return everything that the page says in one language, in order."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    return "\n".join(found)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_desk(tmp_path_factory.mktemp("by-hand"))


@pytest.fixture
def place(shop: Shop, tmp_path: Path) -> Path:
    """A folder with what somebody was given."""
    write(shop.home, tmp_path / "refund.wkb", decision="10", disclose=("arg.to",))
    shutil.copy(shop.home / "log/log.vkey", tmp_path / "pinned.vkey")
    (tmp_path / "scratch").mkdir()
    return tmp_path


def in_shell(place: Path) -> subprocess.CompletedProcess[str]:
    for tool in ("unzip", "openssl", "sha256sum", "sh"):
        needs.program(tool)
    script = blocks("sh").replace("/tmp/by-hand", str(place / "scratch/by-hand"))
    return subprocess.run(
        ["sh"], input=script, capture_output=True, text=True, timeout=100, check=False, cwd=place
    )


def in_python(place: Path) -> subprocess.CompletedProcess[str]:
    (place / "by_hand.py").write_text(blocks("python"))
    return subprocess.run(
        [sys.executable, "by_hand.py"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=place,
    )


def test_the_approval_holds_with_what_is_on_a_plain_machine(place: Path) -> None:
    ran = in_shell(place)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == 'the approval holds: "customer-7"'
    assert ran.stdout.count("Signature Verified Successfully") == 8


def test_and_with_libraries(place: Path) -> None:
    ran = in_python(place)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("is signed, and in the log") == 6


def envelope(index: int) -> str:
    return f"records/{index:012d}.envelope.json"


def proof(index: int) -> str:
    return f"records/{index:012d}.tlog-proof"


def another_checkpoint(members: Members) -> None:
    members["checkpoint"] = members["checkpoint"].replace(b"\n14\n", b"\n15\n")


def a_record_changed(members: Members) -> None:
    members[envelope(9)] = members[envelope(9)].replace(b'"sig":"', b'"sig":"A')


def two_records_swapped(members: Members) -> None:
    members[envelope(8)], members[envelope(10)] = members[envelope(10)], members[envelope(8)]


def a_proof_of_another(members: Members) -> None:
    members[proof(9)] = members[proof(8)].replace(b"index 8\n", b"index 9\n")


@pytest.mark.parametrize(
    "change", [another_checkpoint, a_record_changed, two_records_swapped, a_proof_of_another]
)
@pytest.mark.parametrize("run", [in_shell, in_python])
def test_what_was_tampered_with_is_found(
    place: Path,
    change: Callable[[Members], None],
    run: Callable[[Path], subprocess.CompletedProcess[str]],
) -> None:
    members = members_of(place / "refund.wkb")
    change(members)
    forge(place / "refund.wkb", members)
    assert run(place).returncode != 0


def test_another_receiver_is_found(place: Path) -> None:
    members = members_of(place / "refund.wkb")
    member = "disclosed/000000000010.arg.to.json"
    members[member] = members[member].replace(b"customer-7", b"customer-8")
    forge(place / "refund.wkb", members)
    ran = in_shell(place)
    assert ran.returncode != 0
    assert "approval holds" not in ran.stdout


def test_a_file_that_the_manifest_does_not_name_as_it_is(place: Path) -> None:
    members = members_of(place / "refund.wkb")
    said = json.loads(members["manifest.json"])
    said["files"]["records.pem"] = "0" * 64
    honest = (place / "refund.wkb").read_bytes()
    raw = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
    (place / "refund.wkb").write_bytes(honest.replace(members["manifest.json"], raw))
    assert in_shell(place).returncode != 0


def test_another_log_than_the_pinned_one(place: Path) -> None:
    (place / "pinned.vkey").write_text("another/0+00000000+AAAA\n")
    assert in_shell(place).returncode != 0
    assert in_python(place).returncode != 0
