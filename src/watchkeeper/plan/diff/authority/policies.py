"""Policies that people wrote: permits, hard forbids, reviews."""

from __future__ import annotations

from watchkeeper.plan.diff.authority.ahead import compare_ahead
from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import Policy, PolicyKind

_HARDNESS = {PolicyKind.PERMIT: 0, PolicyKind.REVIEW: 1, PolicyKind.FORBID: 2}


def compare_policies(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare the written policies; those compiled from grants are compared as grants."""
    for kind in PolicyKind:
        before = {p.id: p for p in old.policies if p.grant is None and p.kind is kind}
        after = {p.id: p for p in new.policies if p.grant is None and p.kind is kind}
        others = {p.id: p for p in old.policies if p.grant is None and p.kind is not kind}
        turned = {id_: p for id_, p in after.items() if id_ in others}
        for id_, policy in turned.items():
            _turned(others[id_], policy, found)
        stayed = {id_: p for id_, p in after.items() if id_ not in turned}
        gone_for_good = {id_: p for id_, p in before.items() if not _is_elsewhere(new, id_, kind)}
        changed = found.came_and_went(
            kind.value, gone_for_good, stayed, lambda p: p.kind is PolicyKind.PERMIT
        )
        for _, one, other in changed:
            _changed(one, other, found)


def _is_elsewhere(new: Bundle, id_: str, kind: PolicyKind) -> bool:
    return any(p.id == id_ and p.kind is not kind and p.grant is None for p in new.policies)


def _turned(old: Policy, new: Policy, found: Changes) -> None:
    words = f"was a {old.kind.value} and is now a {new.kind.value}"
    found.moved("policy", new.id, words, weaker=_HARDNESS[new.kind] < _HARDNESS[old.kind])
    if old.body != new.body and new.kind is not PolicyKind.PERMIT:
        found.weakened("policy", new.id, "what it says changed")


def _changed(old: Policy, new: Policy, found: Changes) -> None:
    kind = new.kind.value
    if old.body != new.body or old.system != new.system:
        found.weakened(kind, new.id, "what it says changed, so it may let more through")
    else:
        if old.text != new.text:
            found.changed(kind, new.id, "its text changed, not what it says")
        _compare_reach(old, new, found)
    compare_review(kind, new.id, old, new, found)
    _compare_observation(old, new, found)
    if old.control != new.control:
        words = f"stands for control `{new.control}`, no longer for `{old.control}`"
        found.changed(kind, new.id, words)


def _compare_reach(old: Policy, new: Policy, found: Changes) -> None:
    """Compare the actions that the same scope reaches: a tool may have joined its group."""
    before, after = set(old.actions or ()), set(new.actions or ())
    permit = new.kind is PolicyKind.PERMIT
    if after - before:
        words = f"reaches {listed(after - before)} too"
        found.moved(new.kind.value, new.id, words, weaker=permit)
    if before - after:
        words = f"no longer reaches {listed(before - after)}"
        found.moved(new.kind.value, new.id, words, weaker=not permit)


def compare_review(kind: str, id_: str, old: Policy, new: Policy, found: Changes) -> None:
    """Compare who must approve, how many, and how long it may take."""
    before, after = set(old.escalate_to), set(new.escalate_to)
    if before - after:
        found.weakened(kind, id_, f"{listed(before - after)} no longer has to approve")
    if after - before:
        found.strengthened(kind, id_, f"{listed(after - before)} has to approve too")
    if old.approvals != new.approvals:
        words = f"{new.approvals} people must approve, before {old.approvals}"
        found.moved(kind, id_, words, weaker=new.approvals < old.approvals)
    if old.expires_seconds != new.expires_seconds:
        words = f"waits {new.expires_seconds} s for approval, before {old.expires_seconds} s"
        found.moved(kind, id_, words, weaker=new.expires_seconds > old.expires_seconds)
    for kept_out in sorted({*old.separate, *new.separate}):
        if (kept_out in old.separate) != (kept_out in new.separate):
            weaker = kept_out in old.separate
            words = f"its {kept_out} {'may approve now' if weaker else 'may no longer approve'}"
            found.moved(kind, id_, words, weaker=weaker)
    compare_ahead(kind, id_, old.standing, new.standing, found)
    if old.reason != new.reason:
        words = "needs" if new.reason else "no longer needs"
        found.moved(kind, id_, f"an approval {words} a reason", weaker=new.reason is None)


def _compare_observation(old: Policy, new: Policy, found: Changes) -> None:
    before, after = old.observe_until or "", new.observe_until or ""
    if before != after:
        words = f"is only observed until {after}" if after else "is enforced, no longer observed"
        found.moved(new.kind.value, new.id, words, weaker=after > before)
