"""`watchkeeper plan lint --watch`: the folder is looked at again and again; what changed is told.

It is polled: names, sizes and times of its files, which needs no library and works on every disk
(decision 0202).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.whole import Linted
from watchkeeper.plan.workspace.finding import Finding, Severity

EVERY_SECONDS: Final = 0.5
SETTLED_SECONDS: Final = 0.3
"""How long a folder has to be left alone: an editor writes half a file, or replaces it."""
Stamp = tuple[tuple[str, int, int], ...]
_What = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Round:
    """One look: what came since the last and what went; of the first, everything came."""

    linted: Linted
    came: tuple[Finding, ...]
    went: tuple[Finding, ...]


def stamp_of(path: Path) -> Stamp:
    """Return names, sizes and times of a folder's files; what begins with a dot is none of them."""
    return tuple(sorted(_files(path, "")))


def _files(path: Path, prefix: str) -> Iterator[tuple[str, int, int]]:
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), f"{prefix}{entry.name}/")
                continue
            with contextlib.suppress(OSError):
                found = entry.stat()
                yield f"{prefix}{entry.name}", found.st_size, found.st_mtime_ns


def rounds(
    stamp: Callable[[], object], lint: Callable[[], Linted], pause: Callable[[float], None]
) -> Iterator[Round]:
    """Yield a round at first and whenever what `stamp` says changed; a round may bring nothing."""
    seen: object = None
    known: dict[_What, Finding] = {}
    while True:
        seen = stamp() if seen is None else _changed(seen, stamp, pause)
        linted = lint()
        now = {_what(finding): finding for finding in linted.findings}
        if linted.bundle is None:
            # Nobody looked for each gap while there is no plan: none of them is said to have gone.
            now = {**_gaps(known), **now}
        came = tuple(finding for what, finding in now.items() if what not in known)
        went = tuple(finding for what, finding in known.items() if what not in now)
        known = now
        yield Round(linted, came, went)


def _changed(seen: object, stamp: Callable[[], object], pause: Callable[[float], None]) -> object:
    """Wait until something is otherwise than it was seen, and then is left alone."""
    while (now := stamp()) == seen:
        pause(EVERY_SECONDS)
    while True:
        pause(SETTLED_SECONDS)
        later = stamp()
        if later == now:
            return now
        now = later


def _what(finding: Finding) -> _What:
    """Tell findings apart by what they say: a line that was put in above moves them all."""
    return finding.file, finding.code, finding.message


def _gaps(known: Mapping[_What, Finding]) -> dict[_What, Finding]:
    gap = Severity.MANAGEMENT
    return {what: finding for what, finding in known.items() if finding.severity is gap}


def lines_of(found: Round) -> Iterator[str]:
    """Yield what is told of a round after the first: what came, and what went."""
    for mark, findings in (("+", found.came), ("-", found.went)):
        for finding in findings:
            place = f"{finding.file}:{finding.line}" if finding.line else finding.file
            yield f"{mark} {finding.severity.value}  {place}: {finding.message}"
            if mark == "+" and finding.advice:
                yield f"    {finding.advice}"


def round_json(found: Round) -> dict[str, Any]:
    """Return a round as one JSON document."""
    return {
        "holds": found.linted.bundle is not None,
        "plan": plan_of(found.linted),
        "came": [asdict(finding) for finding in found.came],
        "went": [asdict(finding) for finding in found.went],
    }


def plan_of(linted: Linted) -> str | None:
    """Return the digest of the plan that a workspace makes; None where it makes none."""
    return None if linted.bundle is None else bundle_digest(bundle_bytes(linted.bundle))
