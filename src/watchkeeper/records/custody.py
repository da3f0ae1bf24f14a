"""What is said about a home's own keys, and about a home that was restored or copied."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A record key and the indexes at which it counts: `first` up to, but not including, `end`.

    From `revoked_from` on, record `revoked_at` said, it does not count after all. `public` is the
    raw Ed25519 public key, 32 bytes.
    """

    keyid: str
    public: bytes
    first: int
    end: int | None = None
    revoked_from: int | None = None
    revoked_at: int | None = None

    def __str__(self) -> str:
        end = "" if self.end is None else f" to before {self.end}"
        if self.revoked_from is None:
            return f"from {self.first}{end}"
        gone = f"revoked from {self.revoked_from} by record {self.revoked_at}"
        return f"from {self.first}{end}, {gone}"

    def holds(self, index: int) -> bool:
        """Tell whether an entry at `index` had to be signed with this key, revoked or not."""
        return self.first <= index and (self.end is None or index < self.end)


class OldKey(enum.StrEnum):
    """What becomes of a private key that was replaced, as the person said."""

    RETIRED = "retired"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class KeyRotationRecord:
    """Another record key counts from the next index on, or one no longer counts from an index on.

    Rotation: `replaces` is the id of the key that signs this record, `new_key` the raw Ed25519
    public key in base64 that takes over, `proof` its signature in base64 over the statement of
    possession (`ledger.key_history`), `old` what becomes of the private half that goes.
    `signature` covers a `Command` with verb `rotate-key` and body `{replaces, newKey, old,
    reason}`.

    Revocation: `revoked` is the id of a key that was replaced before, which does not count from
    index `revoked_from` on. `signature` covers verb `revoke-key`, body `{revoked, revokedFrom,
    reason}`.

    `why` is the salted digest of the person's reason, empty where none was given.
    """

    at: Instant
    by: str
    why: str
    signature: Signature
    replaces: str | None = None
    new_key: str | None = None
    proof: str | None = None
    old: OldKey | None = None
    revoked: str | None = None
    revoked_from: int | None = None


class DoubtKind(enum.StrEnum):
    """Why a home may be a restored or a copied one."""

    AHEAD = "ahead"
    FORKED = "forked"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something seen elsewhere that this home does not extend, or that it stands elsewhere.

    `id` tells it apart: SHA-256 of the checkpoint's text, the salted digest of the place, or
    SHA-256 of the witness's name. `size` and `root` (base64) are those of the checkpoint that was
    seen, `seen` says where; of what a witness only says there is no root.
    """

    kind: DoubtKind
    id: str
    seen: str
    size: int | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class AdoptedRecord:
    """A person took up again a home that was restored or copied; it explains and heals nothing.

    `size` is how many records the home held, `doubts` what spoke against it. Where one of them is
    `ahead`, the records from `size` up to its size are missing here. `signature` covers a
    `Command` with verb `adopt` and body `{size, doubts, reason}`, `doubts` the sorted ids.
    """

    at: Instant
    by: str
    why: str
    size: int
    doubts: tuple[Doubt, ...]
    signature: Signature

    @property
    def missing(self) -> tuple[int, int] | None:
        """The indexes `[first, end)` that are known to have existed and are not here."""
        ahead = [doubt.size for doubt in self.doubts if doubt.kind is DoubtKind.AHEAD]
        end = max((size for size in ahead if size is not None), default=0)
        return (self.size, end) if end > self.size else None
