"""What people say: signed commands, and verdicts on escalated actions."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.records.codec import Json
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

COMMAND_TYPE = "application/vnd.watchkeeper.command+json"


class Answer(enum.StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks the home to do; its canonical JSON is what the person signs.

    `origin` binds it to one log, `nonce` (32 hex digits) makes it single use, `verb` says what is
    asked (`approve`, `stop`, `token`, ...), `body` holds the rest.
    """

    origin: str
    person: str
    verb: str
    nonce: str
    at: Instant
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential of a person.

    `credential` is its id in base64url without padding, `public_key` its DER SubjectPublicKeyInfo
    in base64, `algorithm` its COSE algorithm: -7 ES256, -8 EdDSA (Ed25519), -257 RS256. Its key's
    id is the SHA-256 of the SubjectPublicKeyInfo, in hex. `vouched_by` is who else said that it is
    the person's; None where the plan or the person did.
    """

    credential: str
    public_key: str
    algorithm: int
    name: str = ""
    vouched_by: str | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator and a browser said beside a signature: base64 of the exact bytes."""

    authenticator_data: str
    client_data: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A DSSE envelope over a `Command`: base64 payload, the key's id, base64 signature.

    The payload type is `COMMAND_TYPE`; the signature is Ed25519 over the DSSE v1
    pre-authentication encoding. With an `assertion` it is a passkey's over the authenticator data
    and the SHA-256 of the client data (WebAuthn level 3, 6.3.3), whose challenge is the SHA-256 of
    that encoding.
    """

    payload: str
    keyid: str
    sig: str
    assertion: Assertion | None = None


@dataclass(frozen=True, slots=True)
class PasskeyRecord:
    """A passkey counts for a person from here on, until it is revoked or the person leaves.

    `signature` is by `by`. With a `code` (hex) it covers a `Command` with verb `console-code`
    whose body holds `person`, `digest` (SHA-256 of the code's bytes, hex) and `expires`: the code
    was given on a page. Without, it covers one with verb `add-passkey` by the person, whose body
    holds `credential`, `publicKey`, `algorithm`.
    """

    at: Instant
    person: str
    passkey: Passkey
    by: str
    signature: Signature
    code: str | None = None


@dataclass(frozen=True, slots=True)
class PasskeyRevokedRecord:
    """A passkey counts for nothing any more, whoever names it.

    `why` is the salted digest of the reason, empty where none was given. `signature` covers a
    `Command` with verb `revoke-passkey` by the person or by a holder of `operate`, whose body
    holds `person` and `keyid`.
    """

    at: Instant
    person: str
    keyid: str
    by: str
    why: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A reviewer's answer to one escalation, bound to exactly what was shown.

    `signature` covers a `Command` with verb `approve` or `refuse` whose body holds `request`,
    `tool`, `pin`, `agent`, `plan`, `shown`, `expires`, `handle`, `reason` (a salted digest, or
    null), and `view` where something was shown beside (the digest of that). With `group` it is
    `approve-list` or `refuse-list` over many escalations, each bound in one of its `items`; `group`
    is the digest of them all. With `withdraws` it takes that verdict back: verb `withdraw`, body
    `handle`, `request`, `verdict`, `reason`. With `stands_in_for` the reviewer is the deputy of
    that holder of the role, by `absence`; the body holds both, as `for` and `absence`.

    `millis_taken` is how long the reviewer looked: measured by the home where `timed` is `home`,
    else the reviewer's own word.
    """

    at: Instant
    action_id: str
    decision: Ref
    answer: Answer
    reviewer: str
    role: str
    shown: str
    millis_taken: int
    signature: Signature
    reason: str | None = None
    view: str | None = None
    group: str | None = None
    withdraws: Ref | None = None
    timed: str | None = None
    stands_in_for: str | None = None
    absence: Ref | None = None
