"""What chosen records rest on: what they refer back to, the genesis, and the plan releases."""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.verify.bundle.manifest import Run, covers, runs_of
from watchkeeper.verify.compose.key_changes import key_changes
from watchkeeper.verify.compose.passkeys import passkey_records
from watchkeeper.verify.compose.releases import releases
from watchkeeper.verify.compose.shelf import Shelf
from watchkeeper.verify.glance import glance


def closed(shelf: Shelf, runs: Iterable[Run]) -> list[Run]:
    """Return the runs with everything that their records rest on.

    That is the escalation and the verdicts of an allow, the decision of an effect or a verdict,
    the genesis, every change of the record key, every record about passkeys where one signed, and
    every plan release up to the last record, with the answers that let it pass.

    Raises:
        LedgerError: the log does not hold together.
    """
    wanted = runs_of([(0, 1), *runs, *_singles(key_changes(shelf))])
    if wanted == [(0, shelf.size)]:
        return wanted
    plans: dict[str, tuple[int, int]] = {}
    fresh = wanted
    while fresh:
        refs = {ref for run in fresh for ref in _refs(shelf, run, plans)}
        fresh = _singles(ref for ref in refs if not covers(wanted, ref))
        wanted = runs_of([*wanted, *fresh])
    wanted = runs_of([*wanted, *_singles(passkey_records(shelf, wanted))])
    released = _singles(releases(shelf, wanted[-1][1], plans))
    answers = {ref for run in released for ref in _refs(shelf, run, {})}
    return runs_of([*wanted, *released, *_singles(answers)])


def _refs(shelf: Shelf, run: Run, plans: dict[str, tuple[int, int]]) -> set[int]:
    """Return what the records of a run refer back to, and note the plans that decided."""
    refs: set[int] = set()
    for index, entry in shelf.run(run):
        seen = glance(index, entry)
        refs.update(ref for shard, ref in seen.refs if shard == shelf.shard and ref < run[0])
        if seen.kind == "decision" and seen.plan:
            first, last = plans.get(seen.plan, (index, index))
            plans[seen.plan] = min(first, index), max(last, index)
    return refs


def _singles(indexes: Iterable[int]) -> list[Run]:
    return [(index, index + 1) for index in sorted(indexes)]
