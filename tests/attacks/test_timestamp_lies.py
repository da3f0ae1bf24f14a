"""An authority, or the way to it, answers with something else than a time stamp of ours."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_log_rewritten import rewritten
from tests.servers.authority import Authority
from tests.worlds import needs
from tests.worlds.homes import NEVER, Story
from watchkeeper import wiring
from watchkeeper.adapters import timestamps
from watchkeeper.adapters.posix import open_home
from watchkeeper.errors import LedgerError, SettingsInvalid, TimestampInvalid, TimestampRefused
from watchkeeper.records.instant import Instant
from watchkeeper.verify import Verification, verify_log
from watchkeeper.verify.timestamps import check_timestamp, parse_certificates

HOUR = 3_600_000_000
CHECKPOINT = "acme.example/0\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    needs.module("rfc3161_client")
    made = Authority(tmp_path / "tsa", needs.program("openssl"))
    made.make()
    return made


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.clock.now = Instant(time.time_ns() // 1000 - HOUR)
    story.reopen()
    story.release()
    story.act()
    story.clock.now = Instant(time.time_ns() // 1000)
    story.act()
    story.log.publish_now()
    yield story
    story.log.close()


def stamp(story: Story, authority: Authority) -> Path:
    story.log.publish_now()
    with authority.served() as url:
        return wiring.timestamp(story.path, url, parse_certificates(authority.root.read_bytes()))[0]


def findings(story: Story, authority: Authority) -> list[str]:
    story.log.publish_now()
    roots = parse_certificates(authority.root.read_bytes())
    found: Verification = verify_log(story.path / "log", workers=1, tsa_roots=roots)
    return [finding.message for finding in found.findings if finding.step == 17]


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ("garbage", TimestampInvalid, "not a time stamp response"),
        ("huge", TimestampRefused, "answers with over"),
        ("html", TimestampRefused, "something else: `text/html`"),
        ("redirect", TimestampRefused, "answers 302"),
        ("reject", TimestampInvalid, "grants nothing"),
        ("other", TimestampInvalid, "does not verify"),
    ],
)
def test_nothing_else_is_kept(
    story: Story, authority: Authority, how: str, error: type[LedgerError], says: str
) -> None:
    authority.how = how
    with pytest.raises(error, match=says):
        stamp(story, authority)
    assert not (story.path / "log/timestamps").exists()


def test_an_answer_to_another_request_has_another_nonce(story: Story, authority: Authority) -> None:
    stamp(story, authority)
    authority.how = "replay"
    with pytest.raises(TimestampInvalid, match="Nonce"):
        stamp(story, authority)


def test_an_authority_that_hangs_is_left(story: Story, authority: Authority) -> None:
    authority.how = "hang"
    query = timestamps.make_query(b"text")
    with authority.served() as url, pytest.raises(TimestampRefused, match="can not be reached"):
        timestamps.ask(url, query, seconds=0.2)


def test_an_authority_that_drips_is_left(authority: Authority) -> None:
    clock = iter(range(0, 10_000, 100))
    with authority.served() as url, pytest.raises(TimestampRefused, match="too long"):
        timestamps.ask(url, timestamps.make_query(b"text"), ticks=lambda: float(next(clock)))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://here/", "http://[", "nonsense"])
def test_not_an_address(url: str) -> None:
    with pytest.raises((SettingsInvalid, TimestampRefused)):
        timestamps.ask(url, timestamps.make_query(b"text"))


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"days": (-20, -10)}, "expired"),
        ({"days": (10, 20)}, "not yet valid"),
        ({"stamping": False}, "certificate purpose"),
    ],
)
def test_a_certificate_that_may_not_stamp(tmp_path: Path, made: Any, says: str) -> None:
    authority = Authority(tmp_path / "bad", needs.program("openssl"))
    authority.make(**made)
    roots = parse_certificates(authority.root.read_bytes())
    note = CHECKPOINT + "\n— acme.example/0 " + "A" * 96 + "\n"
    forged = authority.forge(CHECKPOINT.encode())
    with pytest.raises(TimestampInvalid, match=says):
        check_timestamp(forged, note.encode(), roots)


def test_the_forger_is_believed_with_the_right_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "good", needs.program("openssl"))
    authority.make()
    roots = parse_certificates(authority.root.read_bytes())
    note = CHECKPOINT + "\n— acme.example/0 " + "A" * 96 + "\n"
    found = check_timestamp(authority.forge(CHECKPOINT.encode()), note.encode(), roots)
    assert found.checkpoint.size == 7


def test_another_root_is_not_trusted(story: Story, authority: Authority, tmp_path: Path) -> None:
    stamp(story, authority)
    stranger = Authority(tmp_path / "stranger", authority.openssl)
    stranger.make()
    assert "does not verify" in findings(story, stranger)[0]


@pytest.mark.parametrize("chain", [False, True])
def test_a_byte_changed_anywhere_is_refused_or_changes_nothing(
    authority: Authority, chain: bool
) -> None:
    """With the chain, a root that nobody looks at may change; what is said never does."""
    authority.chain = chain
    authority.make()
    roots = parse_certificates(authority.root.read_bytes())
    note = (CHECKPOINT + "\n— acme.example/0 " + "A" * 96 + "\n").encode()
    good = authority.stamp_of(CHECKPOINT.encode())
    said, passed = check_timestamp(good, note, roots), 0
    for at in range(len(good)):
        bad = good[:at] + bytes([good[at] ^ (0x01 << at % 8)]) + good[at + 1 :]
        try:
            found = check_timestamp(bad, note, roots)
        except TimestampInvalid:
            continue
        passed += 1
        assert (found.checkpoint, found.at) == (said.checkpoint, said.at)
    assert chain or passed < len(good) // 10


def test_history_rewritten_with_the_real_keys(story: Story, authority: Authority) -> None:
    """Whoever holds the keys can sign another log of the same size, but not stamp it before."""
    size = story.log.size
    stamp(story, authority)
    story.log.close()
    rewritten(story.path, 3)
    (story.path / "newest.checkpoint").unlink()
    for part in ("checkpoint", "tile"):
        moved = story.path / "log" / part
        moved.rename(story.path / f"old-{part}")
    story.log = open_home(story.path, clock=story.clock, publish_seconds=NEVER)
    said = findings(story, authority)
    assert said == [f"the first {size} records are not those that were time stamped"]


def test_records_dated_after_a_stamp_that_covers_them(story: Story, authority: Authority) -> None:
    story.clock.now = Instant(story.clock.now + HOUR)
    story.act()
    stamp(story, authority)
    said = findings(story, authority)
    assert len(said) == 2
    assert all("after a time stamp that covers it" in message for message in said)


def test_records_slipped_in_with_an_old_date(story: Story, authority: Authority) -> None:
    """A clock set back: the records say an hour ago, the stamp before them says now."""
    past = Story(story.path.parent / "past")
    past.clock.now = Instant(time.time_ns() // 1000 - HOUR)
    past.reopen()
    past.release()
    past.act()
    stamp(past, authority)
    assert findings(past, authority) == []
    past.act()
    said = findings(past, authority)
    past.log.close()
    assert len(said) == 2
    assert all("long before a time stamp that does not cover it" in message for message in said)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("7-20260101T000000Z", "named, but missing"),
        ("../../keys/log", "not the name of a time stamp"),
        ("07-20260101T000000Z", "not the name of a time stamp"),
        ("\x00", "not the name of a time stamp"),
    ],
)
def test_an_index_that_a_stranger_wrote(
    story: Story, authority: Authority, line: str, says: str
) -> None:
    path = stamp(story, authority).parent / "index"
    path.write_text(f"{line}\n")
    assert says in findings(story, authority)[0]


def test_a_stamp_under_another_name(story: Story, authority: Authority) -> None:
    path = stamp(story, authority)
    name = "1-20200101T000000Z"
    path.rename(path.with_name(f"{name}.tsr"))
    path.with_suffix(".checkpoint").rename(path.with_name(f"{name}.checkpoint"))
    (path.parent / "index").write_text(f"{name}\n")
    assert "its name is not that of what it says" in findings(story, authority)[0]


def test_a_log_that_was_longer(story: Story, authority: Authority, tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(story.path / "log", before)
    story.act()
    path = stamp(story, authority)
    shutil.copytree(path.parent, before / "timestamps")
    roots = parse_certificates(authority.root.read_bytes())
    found = verify_log(before, workers=1, tsa_roots=roots)
    assert "the log was longer" in found.findings[0].message
