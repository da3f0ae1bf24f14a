"""Verifying a log with every shard that was given, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.verify.erasures import Run
from watchkeeper.verify.log.shards import Before, in_order, joined, number_of
from watchkeeper.verify.log.verifier import Brought, Progress, Verifier
from watchkeeper.verify.report import Verification
from watchkeeper.verify.source import DirectorySource, Source

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def verify_log(  # noqa: PLR0913 - what an auditor may bring
    source: Source | Path,
    *,
    vkey: str | None = None,
    record_keys: Sequence[bytes] | None = None,
    older: Sequence[bytes] = (),
    policy: bytes | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tsa_roots: Sequence[Certificate] = (),
    others: Sequence[Source] = (),
) -> Verification:
    """Verify a published log, or a home with every shard that it has.

    `vkey` is the log's verifier key and `record_keys` the raw public keys of its records, both
    from somewhere else than the log; `older` are checkpoints seen before; `policy` is a witness
    policy of the caller's own (C2SP tlog-policy), whose quorum must hold, and which pins the log's
    key where it names it; `workers` how many processes check signatures (default: one for each
    core); `progress(done, total)` counts records of a shard; `tsa_roots` are roots of time stamping
    authorities that the caller trusts; `others` are further shards of the same log.

    A key or an older checkpoint is held against the shard whose origin it names; one that names
    none of them against the newest, where it fails.

    Raises:
        HomeInvalid: there is no log to read.
        NoteInvalid: there is no checkpoint, or `vkey` or one of `older` can not be parsed, or the
            shards are not those of one log.
        PolicyInvalid: `policy` can not be parsed.
    """
    if isinstance(source, Path):
        source = DirectorySource(source)
    brought = Brought(vkey, record_keys, tuple(older), policy, workers, tuple(tsa_roots))
    shards = _shards(source, others)
    if len(shards) == 1:
        return Verifier(source, progress).run(brought)
    named = in_order(shards)
    found: list[Verification] = []
    before: Before | None = None
    erasures = Run(frozenset(number_of(origin) for origin, _ in named))
    for (origin, shard), mine in zip(named, _shared([o for o, _ in named], brought), strict=True):
        if before is not None and number_of(before.checkpoint.origin) + 1 != number_of(origin):
            before = None
        verifier = Verifier(shard, progress, before, erasures)
        found.append(verifier.run(mine))
        before = verifier.ended
    return joined(found)


def _shards(source: Source, others: Sequence[Source]) -> list[Source]:
    """Return every shard that was given: those of a home, and those that were moved away."""
    found: list[Source] = [source]
    if isinstance(source, DirectorySource) and source.siblings:
        found = [DirectorySource(place, newest=False) for place in source.siblings]
    return [*found, *others]


def _shared(origins: Sequence[str], brought: Brought) -> list[Brought]:
    """Return what of the things brought is for each shard; the newest has what is for none."""
    older: dict[str, list[bytes]] = {origin: [] for origin in origins}
    for raw in brought.older:
        named = parse_checkpoint_unverified(raw)[0].origin
        older[named if named in older else origins[-1]].append(raw)
    key = None if brought.vkey is None else parse_vkey(brought.vkey).name
    pinned = key if key in older else origins[-1]
    return [
        replace(
            brought,
            vkey=brought.vkey if origin == pinned else None,
            older=tuple(older[origin]),
        )
        for origin in origins
    ]
