"""Erasures that nobody has to ask for: what the plan says is due, and what had to wait."""

from __future__ import annotations

from watchkeeper.do.state.actions import Settled
from watchkeeper.errors import LedgerError
from watchkeeper.loop.erasure.erase import Erasing, Word
from watchkeeper.loop.erasure.plans import retentions
from watchkeeper.loop.erasure.selection import Found, Wanted
from watchkeeper.loop.kernel import Kernel
from watchkeeper.ports import Records
from watchkeeper.records.erasure import ErasureKind, Span
from watchkeeper.records.reference import Ref


def due_by_itself(kernel: Kernel) -> list[Erasing]:
    """Return the erasures that the plan in force demands without anybody asking, if it does.

    One for each shard that is here, the newest first: what is said of an older action is found by
    way of its decision. What `record` is to say is for the caller to take from what `look` found.
    """
    home = kernel.home
    if not any(says.automatic for says in retentions(home.enforcer.bundle).values()):
        return []
    return [
        Erasing(
            kernel,
            Wanted(ErasureKind.DUE, home.now(), automatic=True, shard=older),
            Word(plan=home.state.plan),
            signed=None,
        )
        for older in (None, *reversed(home.log.shards[:-1]))
    ]


def settled_since(kernel: Kernel) -> Erasing | None:
    """Return the erasure of what had waited for its effect, or None if nothing did.

    One erasure at a time, of one shard: what follows another comes with the next call. An effect
    in a later shard goes before the decision, with which all that is known of the two goes.
    """
    home = kernel.home
    goes = [(one.erasure, _to_go(home.log, one)) for one in home.state.settled.values()]
    first = next((erasure for erasure, refs in goes if refs), None)
    if first is None:
        return None
    mine = [refs for erasure, refs in goes if refs and erasure == first][:100]
    refs = {ref for some in mine for ref in some}
    shard = max(ref.shard for ref in refs)
    indexes = sorted(ref.index for ref in refs if ref.shard == shard)
    spans = tuple(Span(index, index + 1) for index in indexes)
    older = None if shard == home.log.shard else shard
    found = Found(spans[-1].end, spans, shard=older)
    wanted = Wanted(ErasureKind.SETTLED, home.now(), spans=spans, shard=older)
    erasing = Erasing(kernel, wanted, Word(follows=first), found.digest)
    erasing.found = found
    return erasing


def _to_go(records: Records, one: Settled) -> tuple[Ref, ...]:
    """Return what of a settled action goes next; nothing while its shard is not here.

    In the segment in writing nothing is erased: the effect has to be on the disk.
    """
    apart = one.effect.shard != one.decision.shard
    try:
        effect = records.entry(one.effect)
    except LedgerError:
        return ()
    if apart and effect.payload is not None:
        return (one.effect,)
    if one.decision.shard not in records.shards:
        return ()
    return (one.decision,) if apart else (one.decision, one.effect)
