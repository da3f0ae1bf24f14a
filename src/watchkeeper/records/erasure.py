"""What is said when payloads are erased: which records' payloads, why, and on whose word."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref


class ErasureKind(enum.StrEnum):
    """What was asked for."""

    SUBJECT = "subject"
    """A person's data: what they were is in no record, not even as a digest."""

    AGE = "age"
    """Everything before a moment."""

    RECORDS = "records"
    """Records that were named by their indexes."""

    DUE = "due"
    """What is older than the plan lets it become."""

    SETTLED = "settled"
    """What an earlier erasure left because the action's effect was unknown; now it is known."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Records from index `first` up to, but not including, `end`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """The payloads of `spans` are erased; durable before anything of them is removed.

    `deferred` are decisions whose payload stays until their action is settled. `tails` counts the
    torn tails, kept aside after crashes, that are removed with them. `why` is a salted digest of
    the reason, empty where there is none. `signature` covers a `Command` with verb `erase` whose
    body holds `asked`, `records` (the record's own subject: the digest of spans and deferred) and
    `reason`. Without a signature the erasure rests on another record: `plan`, whose retention
    demands it, or `follows`, the erasure that had deferred it.

    All of them stand in one shard: that of the record itself, or the older one that `shard` names.
    """

    at: Instant
    asked: ErasureKind
    spans: tuple[Span, ...]
    by: str = ""
    why: str = ""
    deferred: tuple[Span, ...] = ()
    tails: int = 0
    signature: Signature | None = None
    plan: str | None = None
    follows: Ref | None = None
    shard: int | None = None
