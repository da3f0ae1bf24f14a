"""Reading records back, wherever they are. Nothing is verified here; only a home has payloads.

A home is read with every shard of it that is here. An index alone is one of the newest shard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.errors import LedgerError
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.plan_bundle import bundle_digest, parse_bundle
from watchkeeper.ledger.tiles import bundles_of
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload
from watchkeeper.verify.handout import published_checkpoint
from watchkeeper.verify.source import DirectorySource, Source, read_bundle, shard_places
from watchkeeper.wiring.homes import read_log
from watchkeeper.wiring.places import is_home, shards_here

if TYPE_CHECKING:
    from watchkeeper.check.replay import Again


def read_entries(path: Path, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
    """Yield the records of a home, or those that a published log's checkpoint covers.

    Of a home, those of every shard that is here, in order; with `shard`, or from an index on,
    those of one: by default the newest.

    Raises:
        HomeInvalid: the shard is not here.
    """
    if not is_home(path):
        return _published_entries(DirectorySource(path), start, shard)
    if shard is None and not start:
        return _all_entries(path)
    return read_log(path).entries(start, shard)


def read_evidence(path: Path, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
    """Yield the records of a home, of a published log, or of an evidence bundle.

    A bundle is held against its own spelling and digests first; nothing else is verified. Bundles
    and published logs are of one shard: of another there is nothing in them.
    """
    if path.is_file():
        return _bundled_entries(path, start, shard)
    return read_entries(path, start, shard)


def follow(path: Path, start: int = 0) -> Iterator[Entry | None]:
    """Yield the records of a home, or of a published log, and None each time that was all for now.

    Of a home, from the oldest shard that is here; from an index on, from the newest. Whatever
    shard is begun later is gone on with. Never ends.
    """
    return _follow_home(path, start) if is_home(path) else _follow_published(path, start)


def entry_reader(path: Path) -> Callable[[Ref], Entry | None]:
    """Return a look-up of single records of a home or a published log.

    None for what is not there: a shard that was moved away, or another one than is published.
    """
    log = read_log(path) if is_home(path) else None
    source = DirectorySource(path)

    def entry_at(ref: Ref) -> Entry | None:
        try:
            if log is not None:
                return log.entry(ref)
            return next(_published_entries(source, ref.index, ref.shard), None)
        except LedgerError:
            return None

    return entry_at


def origin_of(path: Path) -> str:
    """Return the origin of a published log, or of a home's newest shard."""
    if is_home(path):
        return read_log(path).origin
    return published_checkpoint(DirectorySource(path))[1].origin


def bundles(path: Path) -> Callable[[str], Bundle | None]:
    """Return a look-up of released plans by digest, over a home, a published log or a bundle.

    Of a home, over every shard that is here, the newest first.
    """
    read = _bundled_plans(path).get if path.is_file() else _plan_reader(path)

    def bundle_of(digest: str) -> Bundle | None:
        raw = read(f"plans/{digest}.json")
        if raw is None or bundle_digest(raw) != digest:
            return None
        return parse_bundle(raw)

    return bundle_of


def replayer(path: Path) -> Again:
    """Return the function that decides the recorded requests of a log again."""
    from watchkeeper.loop.replay import replayer as make

    return make(bundles(path))


def _all_entries(path: Path) -> Iterator[Entry]:
    log = read_log(path)
    for number in shards_here(path):
        yield from log.entries(shard=number)


def _follow_home(path: Path, start: int) -> Iterator[Entry | None]:
    here = shards_here(path)
    log, number = read_log(path), here[-1] if start else here[0]
    while True:
        # What is newer is looked for first: then nothing more comes in this shard.
        newer = [other for other in shards_here(path) if other > number]
        if log.size_of(number) > start:
            for entry in log.entries(start, number):
                yield entry
                start = entry.ref.index + 1
        if newer:
            log, number, start = read_log(path), newer[0], 0
        else:
            yield None


def _follow_published(path: Path, start: int) -> Iterator[Entry | None]:
    source = DirectorySource(path)
    while True:
        for entry in _published_entries(source, start):
            yield entry
            start = entry.ref.index + 1
        yield None


def _published_entries(source: Source, start: int, shard: int | None = None) -> Iterator[Entry]:
    _, checkpoint = published_checkpoint(source)
    here = _shard_in(checkpoint.origin)
    if shard not in {None, here}:
        return
    for number, width in bundles_of(checkpoint.size, start // 256):
        for index, raw in enumerate(read_bundle(source, number, width), number * 256):
            if index >= start:
                yield Entry(Ref(here, index), read_record_unverified(raw), None)


def _bundled_entries(path: Path, start: int, shard: int | None) -> Iterator[Entry]:
    from watchkeeper.verify.bundle.file import open_bundle
    from watchkeeper.verify.bundle.manifest import payload_name

    with open_bundle(path) as bundle:
        here = _shard_in(bundle.manifest.origin)
        for batch in bundle.batches() if shard in {None, here} else ():
            for index, raw in enumerate(batch.entries, batch.first):
                if index >= start:
                    beside = bundle.read(payload_name(index))
                    payload = None if beside is None else Payload(parse_json_unverified(beside))
                    yield Entry(Ref(here, index), read_record_unverified(raw), payload)


def _shard_in(origin: str) -> int:
    return int(origin.rpartition("/")[2])


def _plan_reader(path: Path) -> Callable[[str], bytes | None]:
    older = [DirectorySource(place, newest=False) for place in shard_places(path)[:-1]]
    sources = [DirectorySource(path), *reversed(older)]

    def read(name: str) -> bytes | None:
        found = (source.read(name) for source in sources)
        return next((raw for raw in found if raw is not None), None)

    return read


def _bundled_plans(path: Path) -> dict[str, bytes]:
    from watchkeeper.verify.bundle.file import open_bundle

    with open_bundle(path) as bundle:
        return {name: bundle.read(name) or b"" for name in bundle.names("plans")}
