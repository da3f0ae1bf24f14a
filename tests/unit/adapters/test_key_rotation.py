"""The record key changes: on the disk, in what is published, through failures and crashes."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from tests.worlds.custody import let_go, opened, queue_rotation, revoke, rotate
from tests.worlds.homes import FaultyFiles, Story
from watchkeeper.adapters.keys import create_key, load_key
from watchkeeper.errors import KeyUnsafe, LedgerError, LogUnavailable, RecordInvalid
from watchkeeper.ledger.envelope import parse_envelope_unverified
from watchkeeper.ledger.key_list import parse_key_list
from watchkeeper.records.custody import OldKey
from watchkeeper.verify import Verification, verify_log


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    story.act()
    return story


def verified(story: Story) -> Verification:
    story.log.publish_now()
    return verify_log(story.path)


def step(found: Verification, number: int) -> str:
    return next(s.detail for s in found.steps if s.number == number)


def signers(story: Story) -> list[str]:
    """The id of the key that signed each record."""
    return [
        parse_envelope_unverified(story.log.envelope(i)).keyid
        for i in range(story.log.durable_size)
    ]


def test_from_the_next_record_on_only_the_new_key_signs(story: Story) -> None:
    old = story.log.key_terms()[0].keyid
    new = rotate(story).keyid
    story.act()
    assert signers(story) == [old] * 5 + [new] * 2
    found = verified(story)
    assert found.ok, found.findings
    assert f"{old[:16]} from 0 to before 5; {new[:16]} from 5" in step(found, 16)


def test_what_is_published_says_where_each_key_counts(story: Story) -> None:
    rotate(story)
    story.reopen()
    named = parse_key_list((story.path / "log/records.pem").read_text())
    assert [(term.first, term.end) for term in named] == [(0, 5), (5, None)]
    assert named == story.log.key_terms()


def test_the_old_key_is_kept_aside(story: Story) -> None:
    old = load_key(story.path / "keys/record.key")
    new = rotate(story)
    story.log.close()
    assert load_key(story.path / "keys/retired/record.key").keyid == old.keyid
    assert not (story.path / "keys/record.key").exists()
    assert (story.path / "keys/record.uri").read_text() == f"file:record-{new.keyid[:16]}.key\n"
    opened(story)
    story.act()
    assert signers(story)[-1] == new.keyid


def test_the_old_key_is_destroyed_where_the_person_says_so(story: Story) -> None:
    rotate(story, old=OldKey.DESTROYED)
    story.log.close()
    assert not (story.path / "keys/record.key").exists()
    assert not (story.path / "keys/retired").exists()
    opened(story)
    assert verified(story).ok


def test_a_key_that_lives_elsewhere_takes_over(story: Story, tmp_path: Path) -> None:
    elsewhere = tmp_path / "stick.key"
    key = create_key(elsewhere)
    rotate(story, f"file:{elsewhere}")
    story.reopen()
    story.act()
    assert signers(story)[-1] == key.keyid
    assert elsewhere.is_file()


def test_keys_change_again_and_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchkeeper.verify.log import parallel

    for _ in range(3):
        rotate(story)
        for _ in range(140):
            story.act()
    monkeypatch.setattr(parallel, "POOL_FROM", 1)
    story.log.publish_now()
    alone, several = (verify_log(story.path / "log", workers=n) for n in (1, 2))
    assert alone == several
    assert alone.ok
    assert "4 record keys" in step(alone, 16)
    assert len(list((story.path / "keys/retired").iterdir())) == 3


def test_pinning_the_first_key_is_enough_and_the_others_are_named(story: Story) -> None:
    first = story.log.key_terms()[0].public
    new = rotate(story)
    story.act()
    story.log.publish_now()
    vkey = (story.path / "log/log.vkey").read_text()
    found = verify_log(story.path / "log", vkey=vkey, record_keys=[first])
    assert found.ok
    assert "by the chain alone" in step(found, 16)
    both = verify_log(story.path / "log", vkey=vkey, record_keys=[first, new.public_key])
    assert "by the chain alone" not in step(both, 16)
    assert not verify_log(story.path / "log", vkey=vkey, record_keys=[new.public_key]).ok


def test_a_key_that_was_not_prepared_here_does_not_take_over(story: Story, tmp_path: Path) -> None:
    size = story.log.size
    with pytest.raises(RecordInvalid, match="not prepared"):
        queue_rotation(story, create_key(tmp_path / "foreign.key"))
    assert story.log.size == size


def test_the_same_key_can_not_take_over_again(story: Story) -> None:
    rotate(story)
    old = story.path / "keys/retired/record.key"
    signer = story.log.next_key(f"file:{old}")
    with pytest.raises(RecordInvalid, match="used before"):
        queue_rotation(story, signer)


def test_a_rotation_that_is_not_written_leaves_the_old_key(tmp_path: Path) -> None:
    files = FaultyFiles()
    story = Story(tmp_path / "home", files=files)
    story.release()
    old = story.log.key_terms()[0].keyid
    signer = story.log.next_key(None)
    files.break_("fdatasync")
    with pytest.raises(LogUnavailable):
        queue_rotation(story, signer).wait(30)
    files.mend()
    assert story.log.heal()
    story.act()
    assert signers(story) == [old] * story.log.size
    queue_rotation(story, signer).wait(30)  # the key that was prepared may still take over
    story.act()
    assert signers(story)[-1] == signer.keyid
    assert verified(story).ok


OPERATIONS = ("open", "write", "fsync", "fdatasync", "rename", "unlink", "mkdir")


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("old", list(OldKey))
def test_a_disk_that_fails_or_a_crash_at_any_operation_leaves_a_home_that_starts(
    tmp_path: Path, name: str, old: OldKey
) -> None:
    """Each operation of a change fails, and all after it; then the process is gone."""
    for after in range(20):
        files = FaultyFiles()
        story = Story(tmp_path / f"{after}", files=files)
        story.release()
        files.calls.clear()
        files.break_(name, after=after, times=1000)
        with contextlib.suppress(LedgerError):
            rotate(story, old=old)
        let_go(story.log)
        reached = files.calls[name] > after
        files.mend()
        opened(story)
        story.act()
        found = verified(story)
        assert found.ok, (name, after, found.findings)
        terms = story.log.key_terms()
        assert signers(story)[-1] == terms[-1].keyid
        in_use = [p.name for p in (story.path / "keys").glob("record*.key")]
        assert f"record{'-' + terms[-1].keyid[:16] if terms[1:] else ''}.key" in in_use
        story.log.close()
        if not reached:
            return
    pytest.fail(f"{name} was never left alone")


def test_a_home_without_the_key_in_force_does_not_start(story: Story) -> None:
    rotate(story)
    story.log.close()
    (story.path / "keys/record.uri").unlink()
    (story.path / "keys/retired/record.key").rename(story.path / "keys/record.key")
    with pytest.raises(KeyUnsafe, match="not the one in force"):
        opened(story)


class TestRevoked:
    """A key that leaked does not count from an index on."""

    def test_what_it_signed_from_there_on_is_not_to_be_relied_on(self, story: Story) -> None:
        leaked = story.log.key_terms()[0].keyid
        rotate(story)
        revoke(story, leaked, 3)
        found = verified(story)
        assert not found.ok
        assert {(f.step, f.index) for f in found.findings} == {(16, 3), (16, 4)}
        assert all("not to be relied on" in f.message for f in found.findings)
        assert "revoked from 3" in (story.path / "log/records.pem").read_text()

    def test_a_kept_checkpoint_is_named_and_saves_nothing(self, story: Story) -> None:
        story.log.publish_now()
        kept = (story.path / "log/checkpoint").read_bytes()
        leaked = story.log.key_terms()[0].keyid
        rotate(story)
        revoke(story, leaked, 3)
        story.log.publish_now()
        found = verify_log(story.path, older=[kept])
        said = {f.index: f.message for f in found.findings}
        assert "it was there when a checkpoint was kept" in said[3]
        assert "kept" not in said[4]
        assert {f.step for f in found.findings} == {16}

    def test_from_its_end_on_nothing_is_suspect(self, story: Story) -> None:
        leaked = story.log.key_terms()[0]
        rotate(story)
        revoke(story, leaked.keyid, story.log.key_terms()[0].end or 0)
        assert verified(story).ok

    def test_it_can_be_put_earlier_and_never_later(self, story: Story) -> None:
        leaked = story.log.key_terms()[0].keyid
        rotate(story)
        revoke(story, leaked, 3)
        with pytest.raises(RecordInvalid, match="between 0 and 3"):
            revoke(story, leaked, 4)
        revoke(story, leaked, 1)
        found = verified(story)
        assert {f.index for f in found.findings} == {1, 2, 3, 4}

    @pytest.mark.parametrize("since", [-1, 9])
    def test_only_where_it_counted(self, story: Story, since: int) -> None:
        leaked = story.log.key_terms()[0].keyid
        rotate(story)
        with pytest.raises(RecordInvalid, match="between"):
            revoke(story, leaked, since)

    def test_the_key_in_force_is_rotated_first(self, story: Story) -> None:
        with pytest.raises(RecordInvalid, match="rotate it first"):
            revoke(story, story.log.key_terms()[0].keyid, 0)

    def test_a_key_that_is_none_of_the_log(self, story: Story) -> None:
        with pytest.raises(RecordInvalid, match="no record key"):
            revoke(story, "f" * 64, 0)

    def test_it_is_known_after_a_restart(self, story: Story) -> None:
        leaked = story.log.key_terms()[0].keyid
        rotate(story)
        revoke(story, leaked, 3)
        story.reopen()
        assert story.log.key_terms()[0].revoked_from == 3
        assert re.search(
            r"revoked from 3 by record 5\n", (story.path / "log/records.pem").read_text()
        )
