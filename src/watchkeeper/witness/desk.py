"""The witness's one rule: persist what is signed before it is said, one log at a time."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watchkeeper.errors import LedgerError, NoteInvalid, cut
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    origin_parts,
    parse_checkpoint,
    parse_checkpoint_unverified,
)
from watchkeeper.ledger.note import Note, VerifierKey, parse_note_unverified, render_signature
from watchkeeper.ledger.witness.cosignature import (
    cosign,
    cosignatures,
    with_cosignatures,
    witness_key,
)
from watchkeeper.ledger.witness.judge import No, Refusal, judge
from watchkeeper.ledger.witness.message import (
    SIZE_TYPE,
    AddCheckpoint,
    parse_request,
    render_size,
)
from watchkeeper.ledger.witness.policy import Policy, parse_policy
from watchkeeper.ports import WitnessStore

UNAVAILABLE = 503
MOST_SHARDS = 1000
"""So many shards of a log are known with it: its key must not fill the witness's disk."""
TEXT = "text/plain; charset=utf-8"
_log = logging.getLogger("watchkeeper.witness")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    body: bytes
    content_type: str = TEXT


class Desk:
    """Answers add-checkpoint. Any thread may ask; one request is looked at at a time."""

    def __init__(self, store: WitnessStore, now: Callable[[], int]) -> None:
        self._store, self._now = store, now
        self._one_at_a_time = threading.Lock()
        self.vkey: VerifierKey = witness_key(store.name, store.signer.public_key)

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer one request. What is cosigned is durable before this returns it."""
        try:
            asked = parse_request(body)
            seen, note = parse_checkpoint_unverified(asked.checkpoint)
        except NoteInvalid as error:
            return _no(Refusal(No.MALFORMED, error.message))
        try:
            with self._one_at_a_time:
                return self._answer(asked, seen, note, body)
        except (OSError, LedgerError) as error:
            # What the disk holds now is not known: nothing was said, and it is read again.
            _log.error("the store can not be used: %s", error)
            return Reply(UNAVAILABLE, b"the witness can not keep anything now\n")

    def latest(self, origin_digest: str) -> bytes | None:
        """Return the checkpoint that was cosigned last, by the SHA-256 of its log's origin."""
        for log in parse_policy(self._store.policy()).logs:
            for origin in (log.key.name, *_later_shards(log.key.name)):
                if hashlib.sha256(origin.encode()).hexdigest() == origin_digest:
                    return self._store.last(origin)
        return None

    def _answer(self, asked: AddCheckpoint, seen: Checkpoint, note: Note, body: bytes) -> Reply:
        key = key_of(parse_policy(self._store.policy()), seen.origin)
        if key is None:
            return _no(Refusal(No.UNKNOWN_LOG, f"not a log of this witness: {cut(seen.origin)}"))
        last, signed_at = self._last(seen.origin)
        refusal = judge(asked, seen, note, key, last)
        if refusal is not None:
            return self._refused(refusal, seen, last, body)
        now = self._now()
        if now < signed_at:
            _log.error("the clock is %d s behind the last cosignature", signed_at - now)
            return Reply(UNAVAILABLE, b"the witness's clock is behind its last cosignature\n")
        line = cosign(note.text, self.vkey.name, self._store.signer, now)
        # Only the log's own line and ours are kept: a request may bring a hundred others.
        own = [one for one in note.signatures if (one.name, one.keyid) == (key.name, key.keyid)]
        bare = b"".join(f"{render_signature(one)}\n".encode() for one in own[:1])
        kept = with_cosignatures(f"{note.text}\n".encode() + bare, [line])
        self._store.keep(seen.origin, kept)
        return Reply(200, f"{render_signature(line)}\n".encode())

    def _last(self, origin: str) -> tuple[Checkpoint | None, int]:
        """Return what was cosigned last, and when.

        Raises:
            NoteInvalid: what was kept is not what we keep: the store was damaged.
        """
        raw = self._store.last(origin)
        if raw is None:
            return None, 0
        note = parse_note_unverified(raw)
        ours = cosignatures(note, [self.vkey])
        if not ours:
            raise NoteInvalid("the checkpoint that was kept is not cosigned by this witness")
        return parse_checkpoint(note.text), ours[0].at

    def _refused(
        self, refusal: Refusal, seen: Checkpoint, last: Checkpoint | None, body: bytes
    ) -> Reply:
        if refusal.fork:
            _log.warning(
                "the log %s signed what contradicts the checkpoint seen last: %s; asked for %s, "
                "seen was %s",
                cut(seen.origin), refusal.why, seen, last,
            )  # fmt: skip
            self._store.keep_evidence(seen.origin, body)
        return _no(refusal)


def key_of(policy: Policy, origin: str) -> VerifierKey | None:
    """Return the key of the log of an origin, if the policy names it, or an earlier shard of it.

    A home goes on in shards `<name>/1`, `<name>/2` and so on, each a log with a history of its
    own, signed with the same key: whoever let the witness know one of them means the home.
    """
    exact = policy.log_key(origin)
    if exact is not None:
        return exact
    for log in policy.logs:
        if origin in _later_shards(log.key.name):
            return VerifierKey(origin, log.key.kind, log.key.public)
    return None


def _later_shards(origin: str) -> Iterator[str]:
    """Yield the origins that may follow one; none where it is not that of a shard."""
    try:
        name, shard = origin_parts(origin)
    except NoteInvalid:
        return
    yield from (f"{name}/{number}" for number in range(shard + 1, MOST_SHARDS))


def _no(refusal: Refusal) -> Reply:
    if refusal.size is not None:
        return Reply(refusal.status, render_size(refusal.size), SIZE_TYPE)
    return Reply(refusal.status, f"{refusal.why}\n".encode())
