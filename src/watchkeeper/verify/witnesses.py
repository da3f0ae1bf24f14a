"""Step 14: who else saw this log, when, and whether that is enough.

The newest checkpoint may be too young for its cosignatures, so the log also publishes the newest
one that has the quorum; that one must be a prefix of the log like any older checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, PolicyInvalid, cut
from watchkeeper.ledger.checkpoint import Checkpoint, open_checkpoint
from watchkeeper.ledger.note import VerifierKey, parse_note_unverified
from watchkeeper.ledger.witness.cosignature import Cosignature, cosignatures
from watchkeeper.ledger.witness.policy import Policy, parse_policy
from watchkeeper.records.instant import render_instant
from watchkeeper.verify.report import Cosigned, Report
from watchkeeper.verify.source import Source

STEP = 14
POLICY = "witness.policy"
WITNESSED = "checkpoint.witnessed"
_CLAIM = "a claim of the log itself: bring a policy of your own with `--policy`"
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Testimony:
    """What witnesses say: the checkpoint that they cosigned, who did and when.

    `quorum` says that they are enough for the policy; `given` that it came from the caller.
    """

    checkpoint: Checkpoint
    cosigned: tuple[Cosignature, ...] = ()
    quorum: bool = False
    given: bool = False
    why: str = "nobody else vouches for the checkpoint"

    @property
    def named(self) -> tuple[Cosigned, ...]:
        """Who cosigned, and when."""
        return tuple(
            Cosigned(one.key.name, render_instant(one.at * _MICROS)) for one in self.cosigned
        )

    def tell(self, report: Report, size: int, *, sound: bool) -> bool:
        """Say what the step found; True if the log is witnessed. `sound`: all else led there."""
        who = ", ".join(f"{cut(one.name)} at {one.at}" for one in self.named) or "nobody"
        if not self.quorum or not sound:
            why = self.why if sound else "what they cosigned is not this log"
            if self.given:
                report.fail(STEP, f"{why} (cosigned by {who})")
            report.skip(STEP, f"UNWITNESSED: {why}")
            return False
        policy = "the policy that was given" if self.given else f"the log's own policy, {_CLAIM}"
        covered = f"{self.checkpoint.size} of {size} records"
        report.say(STEP, f"{who}: the quorum for {covered}, by {policy}")
        return True


def pinned_key(policy: bytes | None, origin: str) -> VerifierKey | None:
    """Return the log's key that a policy of the caller's own names, if it does.

    Raises:
        PolicyInvalid: the policy does not parse.
    """
    return None if policy is None else parse_policy(policy).log_key(origin)


def read_testimony(
    source: Source, raw: bytes, checkpoint: Checkpoint, key: VerifierKey, given: bytes | None
) -> Testimony:
    """Read who cosigned a log's checkpoint, or the newest one that has the quorum.

    `given` is the caller's own policy file; without it the log's own is taken as a claim.

    Raises:
        PolicyInvalid: the given policy does not parse.
    """
    policy, why = _policy(source, given)
    nothing = Testimony(checkpoint, given=given is not None, why=why)
    if policy is None:
        return nothing
    if policy.logs and all(log.key.public != key.public for log in policy.logs):
        return Testimony(checkpoint, given=given is not None, why="the policy is for another log")
    found = [_cosigned(raw, checkpoint, policy, given=nothing.given)]
    if not found[0].quorum:
        found += _older(source, key, checkpoint, policy, given=nothing.given)
    return max(found, key=lambda one: (one.quorum, len(one.cosigned)))


def _policy(source: Source, given: bytes | None) -> tuple[Policy | None, str]:
    raw = given if given is not None else source.read(POLICY)
    if raw is None:
        return None, "nobody else vouches for the checkpoint"
    try:
        policy = parse_policy(raw)
    except PolicyInvalid as error:
        if given is not None:
            raise
        return None, f"the log's own policy does not parse: {error.message}"
    if policy.quorum is None:
        return None, "the policy asks for no witness"
    return policy, ""


def _cosigned(raw: bytes, checkpoint: Checkpoint, policy: Policy, *, given: bool) -> Testimony:
    try:
        found = cosignatures(parse_note_unverified(raw), policy.keys)
    except NoteInvalid as error:
        return Testimony(checkpoint, given=given, why=error.message)
    quorum = policy.holds({one.key for one in found})
    return Testimony(checkpoint, found, quorum, given, "too few cosigned it for the policy")


def _older(
    source: Source, key: VerifierKey, newest: Checkpoint, policy: Policy, *, given: bool
) -> Sequence[Testimony]:
    raw = source.read(WITNESSED)
    if raw is None:
        return ()
    try:
        checkpoint = open_checkpoint(raw, key, newest.origin)
    except NoteInvalid as error:
        return [Testimony(newest, given=given, why=error.message)]
    if checkpoint.size > newest.size:
        return [Testimony(newest, given=given, why=f"{checkpoint.size} records were witnessed")]
    return [_cosigned(raw, checkpoint, policy, given=given)]
