"""Evidence of a log: verified, witnessed, time stamped, and handed out as a bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.errors import NoteInvalid, SettingsInvalid
from watchkeeper.ledger.note import parse_note_unverified, parse_vkey
from watchkeeper.ledger.timestamp_names import StampName
from watchkeeper.verify.handout import published_checkpoint
from watchkeeper.verify.source import DirectorySource, Source, shard_places
from watchkeeper.wiring.machine import clock
from watchkeeper.wiring.places import source_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from watchkeeper.check.answer import Verified
    from watchkeeper.verify import Verification
    from watchkeeper.verify.compose.compose import Composed, Payloads, Wish
    from watchkeeper.verify.timestamps import Stamp


def verified(
    path: Path,
    *,
    vkey: str | None = None,
    record_keys: Sequence[bytes] | None = None,
    older: Sequence[bytes] = (),
    policy: bytes | None = None,
) -> Verified:
    """Verify a home or a published log and return what the answer says of it."""
    from watchkeeper.check.answer import Step, Verified
    from watchkeeper.verify import verify_log

    found = verify_log(
        DirectorySource(path), vkey=vkey, record_keys=record_keys, older=older, policy=policy
    )
    return Verified(
        records=found.size if found.records is None else found.records,
        verified=_verified_count(found),
        steps=tuple(Step(s.number, s.title, s.status.value, s.detail) for s in found.steps),
        findings=tuple(
            f.message if f.index is None else f"record {f.index}: {f.message}"
            for f in found.findings
        ),
        pinned=found.pinned,
        witnessed=found.witnessed,
    )


def _verified_count(found: Verification) -> int:
    return sum(count for kind, count in found.counts.items() if "." not in kind)


def is_witnessed(path: Path) -> bool:
    """Tell whether a log has the quorum of its own policy; records are not verified here.

    Of a home, whether every shard has it that is here.
    """
    places = shard_places(path)
    sources = [DirectorySource(place, newest=False) for place in places] or [DirectorySource(path)]
    return all(_has_quorum(source) for source in sources)


def _has_quorum(source: Source) -> bool:
    from watchkeeper.verify.witnesses import read_testimony

    try:
        raw, checkpoint = published_checkpoint(source)
        key = parse_vkey((source.read("log.vkey") or b"").decode(errors="replace"))
    except NoteInvalid:
        return False
    return read_testimony(source, raw, checkpoint, key, None).quorum


def published_size(home: Path) -> int:
    """Return how many records the published checkpoint of a home's newest shard covers.

    Raises:
        NoteInvalid: nothing is published yet.
    """
    return published_checkpoint(DirectorySource(home))[1].size


def timestamp(home: Path, url: str, roots: Sequence[Certificate]) -> tuple[Path, Stamp]:
    """Have an authority time stamp a home's newest published checkpoint, and keep the answer.

    Nothing is kept that does not verify under `roots`. Returns the file and what it says.

    Raises:
        TimestampRefused: the authority can not be reached, or gives none.
        TimestampInvalid: what it gives does not verify.
        TimestampUnsupported: the library for time stamps is missing.
        NoteInvalid: nothing is published yet.
    """
    from watchkeeper.adapters import timestamps
    from watchkeeper.verify.timestamps import check_timestamp

    source = DirectorySource(home)
    raw, _ = published_checkpoint(source)
    query = timestamps.make_query(parse_note_unverified(raw).text.encode())
    response = timestamps.ask(url, query)
    stamp = check_timestamp(response, raw, roots, query.nonce)
    name = StampName.of(stamp.checkpoint.size, stamp.at)
    return timestamps.keep(source.path, name, raw, response), stamp


def write_bundle(  # noqa: PLR0913 - what is to be written, and of what
    where: str,
    out: Path,
    wish: Wish,
    *,
    replace: bool,
    progress: Callable[[int, int], None],
    shard: int | None = None,
) -> Composed:
    """Write an evidence bundle of a home or a published log, as a whole or not at all.

    A bundle is of one shard: of a home in several the newest, or the one that `shard` names.

    Raises:
        SettingsInvalid: payloads are asked for where there are none; the file is there already.
        LedgerError: nothing was chosen, or the log can not be read.
    """
    from watchkeeper.adapters.whole_file import whole_file
    from watchkeeper.verify.compose.compose import compose

    source = source_of(where, shard)
    home = source.home if isinstance(source, DirectorySource) else None
    if home is None and (wish.whole or wish.disclose):
        raise SettingsInvalid("a published log holds no values", "name the home")
    with whole_file(out, replace=replace) as (file, aside):
        return compose(
            source,
            wish,
            None if home is None else _payloads(home),
            made=clock().wall(),
            aside=aside,
            out=file,
            progress=progress,
        )


def _payloads(home: Path) -> Payloads:
    from watchkeeper.adapters.posix.payloads import read_payloads

    return lambda runs: read_payloads(home, runs)
