"""What happens to a home's keys: rotated, revoked, and a home that is opened after a crash."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from tests.worlds.homes import NEVER, Person, Story
from watchkeeper.adapters.posix import PosixLog, open_home
from watchkeeper.ledger.key_history import prove_possession
from watchkeeper.ports import Signer, Ticket
from watchkeeper.records.custody import AdoptedRecord, Doubt, KeyRotationRecord, OldKey
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record


def rotation(
    story: Story, signer: Signer, by: Person | None = None, **changes: Any
) -> KeyRotationRecord:
    """The record that lets `signer` take over, signed by a person."""
    by = by or story.anna
    replaces = changes.pop("replaces", story.log.key_terms()[-1].keyid)
    old = changes.get("old", OldKey.RETIRED)
    new_key = base64.b64encode(signer.public_key).decode()
    body = {"replaces": replaces, "newKey": new_key, "old": old.value, "reason": None}
    said: dict[str, Any] = {
        "at": story.clock.wall(),
        "by": by.name,
        "why": "",
        "signature": story.command(by, "rotate-key", body),
        "replaces": replaces,
        "new_key": new_key,
        "proof": prove_possession(story.log.origin, replaces, signer),
        "old": old,
    }
    return KeyRotationRecord(**{**said, **changes})


def rotate(story: Story, uri: str | None = None, **changes: Any) -> Signer:
    """Let a new key take over; durable when this returns."""
    signer = story.log.next_key(uri)
    story.say(Kind.KEY_ROTATION, "key", "a" * 64, rotation(story, signer, **changes))
    return signer


def revoke(story: Story, keyid: str, since: int, by: Person | None = None, **changes: Any) -> None:
    """Say that a key does not count from an index on."""
    by = by or story.anna
    body = {"revoked": keyid, "revokedFrom": since, "reason": None}
    said: dict[str, Any] = {
        "at": story.clock.wall(),
        "by": by.name,
        "why": "",
        "signature": story.command(by, "revoke-key", body),
        "revoked": keyid,
        "revoked_from": since,
    }
    record = KeyRotationRecord(**{**said, **changes})
    story.say(Kind.KEY_ROTATION, "key", "a" * 64, record)


def queue_rotation(story: Story, signer: Signer) -> Ticket:
    """Queue a rotation and do not wait."""
    return story.log.append(
        Record(Kind.KEY_ROTATION, "key", "a" * 64, rotation(story, signer)), None
    )


def adopted(
    story: Story, doubts: tuple[Doubt, ...], by: Person | None = None, **changes: Any
) -> None:
    """Record that a person took the home up again."""
    by = by or story.anna
    size = story.log.size
    body = {"size": size, "doubts": sorted(doubt.id for doubt in doubts), "reason": None}
    said: dict[str, Any] = {
        "at": story.clock.wall(),
        "by": by.name,
        "why": "",
        "size": size,
        "doubts": doubts,
        "signature": story.command(by, "adopt", body),
    }
    record = AdoptedRecord(**{**said, **changes})
    story.say(Kind.ADOPTED, "home", "a" * 64, record)


def let_go(log: PosixLog) -> None:
    """End a log as a killed process would: nothing is published, no file is put in order."""
    log._wake.set()
    log._wanted.set()
    log._publisher.join()
    log._writer.close()
    import os

    for fd in (*log._frames._open.values(), log._synced, log._lock):
        os.close(fd)
    log._closing = True


def opened(story: Story, path: Path | None = None) -> PosixLog:
    """Open the story's home again, on a disk that works."""
    story.log = open_home(path or story.path, clock=story.clock, publish_seconds=NEVER)
    return story.log
