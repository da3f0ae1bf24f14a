"""What a bundle claims to hold, and how its members are called."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from watchkeeper.errors import BundleInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical, parse_canonical
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant

FORMAT = "urn:x-watchkeeper:bundle:v1"
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 256 << 20
MAX_INDEX = 10**12
Run = tuple[int, int]
"""The indexes from the first up to, but not including, the second."""

_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        "manifest[.]json",
        "checkpoint",
        "log[.]vkey",
        "records[.]pem",
        "policy",
        "timestamps/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}[.]tsr",
        "plans/[0-9a-f]{64}[.]json",
        "records/[0-9]{12}[.](envelope[.]json|tlog-proof)",
        "ranges/[0-9]{12}-[0-9]{12}[.](entries|proof)",
        "payloads/[0-9]{12}[.]json",
        "disclosed/[0-9]{12}[.][A-Za-z0-9_.~%-]{1,200}[.]json",
    )
)


@dataclass(frozen=True, slots=True)
class Selection:
    """How the records of a bundle were chosen; nothing set: all of them.

    `since` is the first moment that counts, `until` the first that no longer does; `index` is a
    run of indexes; `decision` is `shard/index` or an action's id. `complete`: every record
    between the first and the last that the times, or else the choice, name is there.
    """

    since: Instant | None = None
    until: Instant | None = None
    system: str | None = None
    control: str | None = None
    decision: str | None = None
    index: tuple[int, ...] = ()
    complete: bool = False

    @property
    def timed(self) -> bool:
        """Whether times bound it."""
        return self.since is not None or self.until is not None

    @property
    def sought(self) -> bool:
        """Whether records are picked for what they say."""
        return any(one is not None for one in (self.system, self.control, self.decision))


@dataclass(frozen=True, slots=True)
class Manifest:
    """The claims of a bundle; nothing in it is believed without a proof.

    `files` are all other members with their SHA-256, `runs` the maximal runs of indexes of which
    every record is there, `chosen` the indexes that were asked for (None: all), `neighbours`
    those that only bound the choice.
    """

    format: str
    made: Instant
    origin: str
    size: int
    checkpoint: str
    files: Mapping[str, str]
    runs: tuple[tuple[int, ...], ...]
    selection: Selection
    chosen: tuple[int, ...] | None = None
    neighbours: tuple[int, ...] = field(default=())


def render_manifest(manifest: Manifest) -> bytes:
    """Return the bytes of `manifest.json`."""
    return canonical(to_json(manifest))


def parse_manifest(raw: bytes) -> Manifest:
    """Parse a manifest; its claims are not looked at.

    Raises:
        BundleInvalid: not a manifest of this format, in its one spelling.
    """
    try:
        manifest = from_json(Manifest, parse_canonical(raw))
    except RecordInvalid as error:
        raise BundleInvalid(f"its manifest: {error.message}") from None
    if render_manifest(manifest) != raw:
        raise BundleInvalid("its manifest is in another spelling")
    if manifest.format != FORMAT:
        raise BundleInvalid(f"a bundle of another format: {cut(manifest.format)}")
    if any(len(run) != 2 or not 0 <= run[0] < run[1] <= manifest.size for run in manifest.runs):
        raise BundleInvalid("its manifest claims runs that are none")
    if len(manifest.selection.index) not in {0, 2}:
        raise BundleInvalid("its manifest claims a choice of indexes that is none")
    return manifest


def order_of(name: str) -> tuple[int, str]:
    """Return where a member stands among the others.

    Raises:
        BundleInvalid: no member of a bundle is called so.
    """
    for place, pattern in enumerate(_NAMES):
        if pattern.fullmatch(name):
            return place, name
    raise BundleInvalid(f"a member that no bundle has: {cut(name)}")


def check_names(names: Iterable[str]) -> None:
    """Refuse names that are not those of a bundle, each once and in their order.

    Raises:
        BundleInvalid: naming the first that is wrong.
    """
    before = (-1, "")
    for name in names:
        place = order_of(name)
        if place <= before:
            raise BundleInvalid(f"a member twice, or out of its place: {cut(name)}")
        before = place


def record_names(index: int) -> tuple[str, str]:
    """Return the names of a single record and of its proof."""
    return f"records/{index:012d}.envelope.json", f"records/{index:012d}.tlog-proof"


def range_names(run: Run) -> tuple[str, str]:
    """Return the names of a run's entries and of its proof."""
    place = f"ranges/{run[0]:012d}-{run[1]:012d}"
    return f"{place}.entries", f"{place}.proof"


def payload_name(index: int) -> str:
    """Return the name of a record's payload."""
    return f"payloads/{index:012d}.json"


def disclosed_name(index: int, name: str) -> str:
    """Return the name of a single disclosed value; what is no plain letter is escaped (RFC 3986).

    Raises:
        BundleInvalid: the value's name is too long.
    """
    escaped = quote(name, safe="")
    if len(escaped) > 200:
        raise BundleInvalid(f"a name too long to be disclosed alone: {cut(name)}", "")
    return f"disclosed/{index:012d}.{escaped}.json"


def runs_of(parts: Iterable[Run]) -> list[Run]:
    """Return the maximal runs that these runs, in any order, make up together."""
    runs: list[Run] = []
    for first, end in sorted(parts):
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((first, end))
    return runs


def indexes_of(runs: Sequence[Run]) -> Iterator[int]:
    """Yield every index of the runs."""
    for first, end in runs:
        yield from range(first, end)


def covers(runs: Sequence[Run], index: int) -> bool:
    """Tell whether one of the maximal `runs`, in order, holds an index."""
    place = bisect_right(runs, (index, MAX_INDEX)) - 1
    return place >= 0 and index < runs[place][1]
