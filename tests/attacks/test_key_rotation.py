"""Somebody with the keys, or without them, changes the record key as they may not."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from tests.worlds.custody import revoke, rotate, rotation
from tests.worlds.homes import NEVER, Story
from watchkeeper.adapters.keys import load_key
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.publication import Publication, catch_up
from watchkeeper.errors import LogInconsistent, RecordInvalid
from watchkeeper.ledger.envelope import read_record_unverified, seal
from watchkeeper.ledger.frame import frames_of, render_frame
from watchkeeper.ledger.key_history import KeyHistory, may_rotate_keys
from watchkeeper.ledger.key_list import parse_key_list
from watchkeeper.ports import Signer
from watchkeeper.records.custody import OldKey
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    story.act()
    return story


def steps(story: Story) -> set[int]:
    story.log.publish_now()
    return found(story)


def found(story: Story) -> set[int]:
    return {finding.step for finding in verify_log(story.path / "log").findings}


def signed_again(story: Story, index: int, key: Signer, why: str) -> None:
    """Sign one record with another key: the home does not open; who has the log key publishes."""
    story.log.close()
    segment = story.path / "segments/00000000.seg"
    out = b""
    for frame in frames_of(segment.read_bytes()):
        envelope = frame.envelope
        if frame.index == index:
            envelope = seal(read_record_unverified(envelope), key)
        out += render_frame(frame.index, len(out), envelope, frame.payload)
    segment.write_bytes(out)
    (story.path / "newest.checkpoint").unlink()
    shutil.rmtree(story.path / "log")
    (story.path / "log").mkdir()
    with pytest.raises(LogInconsistent, match=why):
        open_home(story.path, clock=story.clock, publish_seconds=NEVER)
    layout, origin = Layout(story.path), story.log.origin
    publication = Publication(Files(), layout, origin, load_key(layout.log_key), writing=True)
    catch_up(publication, frames_of(out))
    publication.publish_keys(story.log.key_terms())
    publication.commit()


def test_the_old_key_signs_once_more(story: Story) -> None:
    """Whoever stole it can add nothing after the rotation."""
    rotate(story)
    story.act()
    old = load_key(story.path / "keys/retired/record.key")
    signed_again(story, 6, old, "which counts from 0 to before 5")
    assert found(story) == {4}


def test_the_new_key_signs_what_came_before_it(story: Story) -> None:
    new = rotate(story)
    story.act()
    signed_again(story, 3, new, "not known")
    assert found(story) == {4}


def test_a_rotation_that_the_new_key_signs_itself(story: Story) -> None:
    signed_again(story, 4, rotate(story), "not known")
    assert 4 in found(story)


def test_somebody_without_the_role_rotates(story: Story) -> None:
    story.plan_roles = {**story.plan_roles, "operate": ("anna",)}
    story.release()
    rotate(story, by=story.bert)
    assert steps(story) == {16}


def test_somebody_without_the_role_revokes(story: Story) -> None:
    old = story.log.key_terms()[0]
    story.plan_roles = {**story.plan_roles, "operate": ("anna",)}
    story.release()
    rotate(story)
    revoke(story, old.keyid, 6, by=story.bert)
    assert steps(story) == {16}


def test_a_rotation_that_another_person_signed(story: Story) -> None:
    rotate(story, signature=story.command(story.bert, "rotate-key", {}))
    assert steps(story) == {16}


def test_a_rotation_that_was_signed_for_another_key(story: Story) -> None:
    body = {
        "replaces": story.log.key_terms()[0].keyid,
        "newKey": base64.b64encode(bytes(32)).decode(),
        "old": "retired",
        "reason": None,
    }
    rotate(story, signature=story.command(story.anna, "rotate-key", body))
    assert steps(story) == {16}


def test_an_old_key_that_was_to_be_destroyed_is_said_to_be_retired(story: Story) -> None:
    signer = story.log.next_key(None)
    said = rotation(story, signer, old=OldKey.DESTROYED)
    rotate(story, signature=said.signature, old=OldKey.RETIRED)
    assert 16 in steps(story)


def test_the_same_command_rotates_twice(story: Story) -> None:
    signer = story.log.next_key(None)
    said = rotation(story, signer)
    story.say(Kind.KEY_ROTATION, "key", "a" * 64, said)
    rotate(story, signature=said.signature)
    assert steps(story) == {16}


@pytest.mark.parametrize(
    "changes",
    [
        {"proof": None},
        {"proof": base64.b64encode(bytes(64)).decode()},
        {"new_key": base64.b64encode(bytes(31)).decode()},
        {"new_key": "###"},
        {"replaces": "0" * 64},
        {"replaces": None},
        {"revoked": "0" * 64},
        {"new_key": None, "revoked": None},
    ],
)
def test_a_key_that_nobody_proves_to_hold(story: Story, changes: dict[str, object]) -> None:
    """Somebody else's public key can not be made to sign this log."""
    signer = story.log.next_key(None)
    body = rotation(story, signer)
    size = story.log.size
    replaces = changes.get("replaces", body.replaces)
    fields = {name: getattr(body, name) for name in body.__slots__}
    said = type(body)(**{**fields, "replaces": replaces, **changes})
    with pytest.raises(RecordInvalid):
        story.say(Kind.KEY_ROTATION, "key", "a" * 64, said)
    assert story.log.size == size


def test_a_proof_from_another_log_is_none(story: Story, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    signer = other.log.next_key(None)
    said = rotation(other, signer)
    history = KeyHistory("acme.example/else/0", {t.keyid: t.public for t in other.log.key_terms()})
    with pytest.raises(RecordInvalid, match="does not prove"):
        history.take(1, said)
    other.log.close()


def test_a_rotation_is_never_overlooked(story: Story) -> None:
    """The quick look at an envelope finds it wherever the record's length puts it."""
    for reason in ("", "a", "ab", "abc", "abcd"):
        signer = story.log.next_key(None)
        said = rotation(story, signer, why=reason)
        for at in (0, 7, 12, 100):
            record = type(said)(**{
                **{name: getattr(said, name) for name in said.__slots__},
                "by": "x" * at,
            })  # fmt: skip
            from watchkeeper.records.statement import Record

            assert may_rotate_keys(seal(Record(Kind.KEY_ROTATION, "key", "a" * 64, record), signer))
    for index in range(story.log.size):
        assert not may_rotate_keys(story.log.envelope(index))


def test_a_truth_with_a_false_rotation_does_not_open(story: Story) -> None:
    """A rotation whose signature was broken on the disk is no reason to believe another key."""
    rotate(story)
    signed_again(story, 4, story.anna.signer, "not known")
    assert 4 in found(story)


def test_a_published_list_of_keys_with_a_key_under_another_id(story: Story) -> None:
    from watchkeeper.errors import KeyUnsafe

    story.log.publish_now()
    text = (story.path / "log/records.pem").read_text()
    with pytest.raises(KeyUnsafe, match="not the Ed25519 key"):
        parse_key_list("0" * 64 + text[64:])
