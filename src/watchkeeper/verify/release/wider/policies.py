"""Written policies: permits that came, rules that went, became softer, or say something else."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import cut
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import Policy, PolicyKind
from watchkeeper.verify.release.wider.said import Wider, by_id

_SOFTER = (PolicyKind.PERMIT, PolicyKind.REVIEW, PolicyKind.FORBID)


def wider_policies(before: Bundle, after: Bundle) -> Iterator[Wider]:
    """Yield the policies by which more may pass, once each; what comes of grants is not written."""
    was, now = _written(before), _written(after)
    old, new = by_id(was), by_id(now)
    for id_ in old.keys() | new.keys():
        one, other = old.get(id_), new.get(id_)
        if one and other:
            words = _softer(one, other)
        elif one:
            gone = one.kind is not PolicyKind.PERMIT and id_ not in {p.id for p in now}
            words = "is gone" if gone else None
        else:
            came = new[id_].kind is PolicyKind.PERMIT and id_ not in {p.id for p in was}
            words = "is new" if came else None
        if words:
            systems = frozenset(p.system for p in (one, other) if p)
            kind = (other or old[id_]).kind.value
            yield Wider(f"the {kind} {cut(id_)} {words}", systems)


def _written(plan: Bundle) -> list[Policy]:
    return [one for one in plan.policies if one.grant is None]


def _softer(old: Policy, new: Policy) -> str | None:
    if old.kind is not new.kind:
        softer = _SOFTER.index(new.kind) < _SOFTER.index(old.kind)
        return f"was a {old.kind.value} before" if softer else None
    before, after = set(old.actions or ()), set(new.actions or ())
    same = old.body == new.body and old.system == new.system
    gained, lost = after - before, before - after
    tests = {
        "says something else": not same,
        "reaches other actions": bool(gained if new.kind is PolicyKind.PERMIT else lost),
        "asks fewer people": new.approvals < old.approvals
        or bool(set(old.escalate_to) - set(new.escalate_to)),
        "waits longer": new.expires_seconds > old.expires_seconds,
        "keeps fewer people apart": bool(set(old.separate) - set(new.separate)),
        "asks for no reason": old.reason is not None and new.reason is None,
        "is observed for longer": (new.observe_until or "") > (old.observe_until or ""),
    }
    return next((words for words, so in tests.items() if so), None)
