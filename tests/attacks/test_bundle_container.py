"""A bundle's file in any spelling but its own: bombs, gaps, lies about sizes, cut or longer."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds.bundles import members_of, write
from tests.worlds.homes import Story
from tests.worlds.zips import zipped
from watchkeeper.errors import BundleInvalid
from watchkeeper.verify.bundle.file import BundleFile


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("container")
    story = Story(place / "home")
    story.reopen()
    story.day()
    story.log.close()
    return write(story.path, place / "a.wkb", decision="9")


def opened(raw: bytes) -> BundleFile:
    return BundleFile(io.BytesIO(raw))


def refused(raw: bytes) -> str:
    with pytest.raises(BundleInvalid) as error:
        opened(raw)
    return error.value.message


def test_untouched(bundle: Path) -> None:
    assert opened(bundle.read_bytes()).count == 7


def test_the_one_spelling_is_what_a_writer_made_by_others_writes_too(bundle: Path) -> None:
    assert zipped(members_of(bundle).items()) == bundle.read_bytes()


# One in four places is enough for each run: `make check-slow` comes by all of them.
QUARTERS = [0, *(pytest.param(nth, marks=pytest.mark.slow) for nth in (1, 2, 3))]


@pytest.mark.parametrize("first", QUARTERS)
def test_cut_at_every_length(bundle: Path, first: int) -> None:
    raw = bundle.read_bytes()
    for length in range(first, len(raw), 4):
        refused(raw[:length])


@pytest.mark.parametrize("first", QUARTERS)
def test_every_byte(bundle: Path, first: int) -> None:
    raw = bundle.read_bytes()
    for place in range(first, len(raw), 4):
        refused(raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :])


@pytest.mark.parametrize("more", [b"\x00", b"PK", b"PK\x05\x06" + bytes(18), b"\n" * 70_000])
def test_bytes_before_or_behind(bundle: Path, more: bytes) -> None:
    raw = bundle.read_bytes()
    refused(raw + more)
    refused(more + raw)


def test_two_bundles_in_one_file(bundle: Path) -> None:
    raw = bundle.read_bytes()
    refused(raw + raw)


def test_bytes_between_members(bundle: Path) -> None:
    raw = bundle.read_bytes()
    place = raw.index(b"PK\x03\x04", 4)
    refused(raw[:place] + b"hidden" + raw[place:])


def compressed(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_DEFLATED


def commented(info: zipfile.ZipInfo) -> None:
    info.comment = b"hello"


def extra(info: zipfile.ZipInfo) -> None:
    info.extra = struct.pack("<HH4s", 0x5455, 4, b"time")


def dated(info: zipfile.ZipInfo) -> None:
    info.date_time = (2026, 11, 23, 8, 0, 0)


def executable(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o100755 << 16


def a_link(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o120777 << 16


def from_dos(info: zipfile.ZipInfo) -> None:
    info.create_system = 0


def newer(info: zipfile.ZipInfo) -> None:
    info.extract_version = 45


@pytest.mark.parametrize(
    "change", [compressed, commented, extra, dated, executable, a_link, from_dos, newer]
)
def test_another_spelling(bundle: Path, change: Callable[[zipfile.ZipInfo], None]) -> None:
    refused(zipped(members_of(bundle).items(), change))


def test_a_bomb_is_not_blown_up(bundle: Path) -> None:
    members = {**members_of(bundle), "policy": bytes(50_000_000)}
    raw = zipped(members.items(), compressed)
    assert len(raw) < 100_000
    refused(raw)


def test_a_comment_at_the_end(bundle: Path) -> None:
    out = io.BytesIO(bundle.read_bytes())
    with zipfile.ZipFile(out, "a") as file:
        file.comment = b"hello"
    refused(out.getvalue())


@pytest.mark.parametrize(
    "name",
    [
        "../checkpoint",
        "/checkpoint",
        "records/../checkpoint",
        "records/",
        "records",
        "C:\\checkpoint",
        "records/000000000001.envelope.json/",
        "records/1.envelope.json",
        "plans/..json",
        "timestamps/..tsr",
        "timestamps/a/b.tsr",
        "disclosed/000000000001.a/../b.json",
        "CHECKPOINT",
        "checkpoint ",
        "notes.txt",
        "a" * 300,
        "späte",
    ],
)
def test_a_name_that_no_bundle_has(bundle: Path, name: str) -> None:
    members = [*members_of(bundle).items(), (name, b"x")]
    for order in (members, [members[0], members[-1], *members[1:-1]]):
        refused(zipped(order))


def test_a_member_twice(bundle: Path) -> None:
    members = list(members_of(bundle).items())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused(zipped([*members, members[-1]]))
        refused(zipped([*members, members[1]]))


def test_members_in_another_order(bundle: Path) -> None:
    members = list(members_of(bundle).items())
    refused(zipped([*members[1:], members[0]]))
    refused(zipped([members[0], members[2], members[1], *members[3:]]))


def test_one_more_or_one_less_than_the_manifest_names(bundle: Path) -> None:
    members = members_of(bundle)
    refused(zipped({**members, "policy": b"x"}.items()))
    for name in members:
        refused(zipped((n, raw) for n, raw in members.items() if n != name))


def test_a_size_that_lies(bundle: Path) -> None:
    """The header of a member claims more or less than there is, or far too much."""
    raw = bundle.read_bytes()
    for size in (0, 1, 10_000, 0xFFFFFFFE, 0xFFFFFFFF):
        lie = struct.pack("<2L", size, size)
        refused(raw[:18] + lie + raw[26:])


def test_large_sizes_that_are_not_needed(bundle: Path) -> None:
    """A size in the field for large files, where it fits without."""
    raw = bundle.read_bytes()
    (size, name) = struct.unpack_from("<LxxxxH", raw, 18)
    large = struct.pack("<HHQQ", 1, 16, size, size)
    head = raw[:18] + b"\xff" * 8 + struct.pack("<HH", name, 20)
    refused(head + raw[30 : 30 + name] + large + raw[30 + name :])


def test_a_size_beyond_all_bounds(bundle: Path) -> None:
    raw = bundle.read_bytes()
    (name,) = struct.unpack_from("<H", raw, 26)
    large = struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63)
    head = raw[:4] + b"\x2d\x00" + raw[6:18] + b"\xff" * 8 + struct.pack("<HH", name, 20)
    assert "cut off" in refused(head + raw[30 : 30 + name] + large + raw[30 + name :])


def test_a_directory_that_names_other_places(bundle: Path) -> None:
    """The directory points a reader that trusts it at bytes of the attacker's choice."""
    raw = bytearray(bundle.read_bytes())
    place = raw.index(b"PK\x01\x02")
    raw[place + 42 : place + 46] = struct.pack("<L", 100)
    refused(bytes(raw))


@pytest.mark.parametrize("raw", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\x00" * 1000, b"{}"])
def test_what_is_no_bundle(raw: bytes) -> None:
    refused(raw)
