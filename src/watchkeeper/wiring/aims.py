"""What a log says of the management system, for views that know no log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.errors import LedgerError
from watchkeeper.ledger.checkpoint import origin_parts
from watchkeeper.ledger.merkle import range_hash
from watchkeeper.ledger.tiles import nodes_from_tiles
from watchkeeper.verify import DirectorySource
from watchkeeper.verify.handout import published_checkpoint
from watchkeeper.verify.source import shard_places, tile_reader
from watchkeeper.wiring.evidence import verified
from watchkeeper.wiring.records import bundles, read_entries

if TYPE_CHECKING:
    from watchkeeper.check.objectives import Measurement
    from watchkeeper.check.objectives.written import Covering
    from watchkeeper.plan.register.content import Register
    from watchkeeper.records.figures import Figures
    from watchkeeper.records.instant import Instant
    from watchkeeper.records.statement import Entry


def figures(path: Path, at: Instant, register: Register | None = None) -> Figures:
    """Return the figures of a home or a published log as of `at`.

    They are `captured` where the whole log verifies, else `reconstructed`. With `register` the
    signals of its risks are looked at, too.

    Raises:
        LedgerError: the log can not be read.
    """
    from watchkeeper.check.objectives import plan_in_force
    from watchkeeper.loop.aims import figures_of

    plan = plan_in_force(read_entries(path), at)
    found = figures_of(read_entries(path), bundles(path), plan, at, register)
    return replace(found, origin="captured") if verified(path).sound else found


def measured(path: Path, at: Instant, covering: Covering | None = None) -> Measurement:
    """Measure the objectives of the plan that is in force at `at`, over a log as of then.

    With `covering`, over what that checkpoint covers and nothing else.

    Raises:
        LedgerError: the log can not be read.
    """
    from watchkeeper.check.objectives import Measurement, measure, plan_in_force
    from watchkeeper.check.objectives.written import covered

    def entries() -> Iterator[Entry]:
        found = read_entries(path)
        return found if covering is None else covered(found, covering)

    plan, bundle_of = plan_in_force(entries(), at), bundles(path)
    bundle = bundle_of(plan) if plan is not None else None
    if bundle is None:
        return Measurement(plan, readable=plan is None, at=at)
    return measure(entries(), bundle, bundle_of, at)


def covering(path: Path) -> Covering:
    """Return the published checkpoint of a log's newest shard, and whether all of it verifies.

    Raises:
        NoteInvalid: nothing is published yet.
        LedgerError: the log can not be read.
    """
    from watchkeeper.check.objectives.written import Covering

    _, checkpoint = published_checkpoint(DirectorySource(path))
    shard = origin_parts(checkpoint.origin)[1]
    return Covering(checkpoint, shard, verified(path).sound)


def root_at(path: Path, shard: int, size: int) -> bytes | None:
    """Return the root over the first `size` records of a shard; None where they are not here."""
    places = [DirectorySource(place, newest=False) for place in shard_places(path)]
    for source in places or [DirectorySource(path)]:
        try:
            _, checkpoint = published_checkpoint(source)
            if origin_parts(checkpoint.origin)[1] == shard and 0 < size <= checkpoint.size:
                node_at = nodes_from_tiles(checkpoint.size, tile_reader(source))
                return range_hash(0, size, node_at)
        except LedgerError:
            continue
    return None
