"""The management system: what a release takes, what is aimed at, documents, and what is due."""

from __future__ import annotations

from decimal import Decimal

from watchkeeper.plan.diff.changes import Changes, last_day, listed
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Approved
from watchkeeper.records.plan.management.objectives import Objective
from watchkeeper.records.plan.management.state import (
    ASSESSMENTS,
    ControlledDocument,
    Management,
    Topic,
    Watched,
)
from watchkeeper.records.plan.release_rule import ALWAYS, NeededApproval, ReleaseRule

_NOTHING = Management("")
_LATER_IS_WEAKER = frozenset({Topic.FINDING, Topic.ROW})
"""What is due by a day that somebody set, where all else is due anew once it was done."""
_GONE_IS_WEAKER = frozenset({Topic.COMPETENCE, Topic.MANAGEMENT_REVIEW, Topic.INTERNAL_AUDIT})
_GONE_WHERE_IT_COUNTS = frozenset({Topic.FINDING, Topic.ROW, Topic.CERTIFICATE})
"""What may be done or gone: the plan does not say which, so that somebody has to look."""
_MEASURED = ("measure", "window_seconds", "least", "measured_every_seconds")


def compare_management(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare what decides nothing by itself, and what the next release takes."""
    _rule(old.releases, new.releases, found)
    before = {one.id: one for one in old.objectives}
    after = {one.id: one for one in new.objectives}
    for id_, was, now in found.came_and_went("objective", before, after, lambda _: False):
        _objective(id_, was, now, found)
    _soa(old.soa or Approved(), new.soa or Approved(), found)
    one, other = old.management or _NOTHING, new.management or _NOTHING
    _documents(one, other, found)
    _watched(one, other, found)


def compare_register(old: Management | None, new: Management | None, found: Changes) -> None:
    """Say that records changed: it is another plan, though perhaps nothing that decides did."""
    if new is not None and old is None:
        found.changed("management", "register", "the plan says now in which state it is")
    elif new is not None and old is not None and old.register != new.register:
        nothing = "" if found.changes else "; nothing that decides changed"
        found.changed("management", "register", f"its records say something else{nothing}")


def _rule(old: ReleaseRule | None, new: ReleaseRule | None, found: Changes) -> None:
    was, now = old or ReleaseRule(), new or ReleaseRule()
    before, after = (_needed(rule) for rule in (was, now))
    for role in sorted(before.keys() | after.keys()):
        _approvals(role, before.get(role), after.get(role), found)
    for kept_out in sorted({*was.separate, *now.separate}):
        if (kept_out in was.separate) != (kept_out in now.separate):
            weaker = kept_out in was.separate
            words = f"the {kept_out} {'may' if weaker else 'may not'} approve a plan"
            found.moved("release rule", kept_out, words, weaker=weaker)
    if was.exceptions != now.exceptions and old is not None:
        words = f"`{now.exceptions or 'release'}` may except a stale assessment"
        found.weakened("release rule", "exceptions", words)
    _emergency(was, now, found)


def _needed(rule: ReleaseRule) -> dict[str, tuple[int, int]]:
    """Return by role how many approve every release, and how many one that weakens something."""
    found: dict[str, tuple[int, int]] = {}
    for one in rule.approvals:
        always, weaker = found.get(one.role, (0, 0))
        found[one.role] = (always + _always(one), weaker + one.count)
    return found


def _always(one: NeededApproval) -> int:
    return one.count if one.when == ALWAYS else 0


def _approvals(
    role: str, old: tuple[int, int] | None, new: tuple[int, int] | None, found: Changes
) -> None:
    was, now = old or (0, 0), new or (0, 0)
    if was == now:
        return
    words = f"{_said(now)}, before {_said(was)}"
    weaker = now[0] < was[0] or now[1] < was[1]
    found.moved("release rule", role, words, weaker=weaker)


def _said(needed: tuple[int, int]) -> str:
    always, weaker = needed
    if always == weaker:
        return f"{always} approve every release" if always else "nobody approves a release"
    only = f"{weaker} approve one that weakens something"
    return f"{always} approve every release, {only}" if always else f"{only}, nobody any other"


def _emergency(old: ReleaseRule, new: ReleaseRule, found: Changes) -> None:
    if old.emergency_role != new.emergency_role:
        who = f"`{new.emergency_role}`" if new.emergency_role else "nobody"
        words = f"{who} may release in an emergency"
        found.moved("release rule", "emergency", words, weaker=new.emergency_role is not None)
    elif old.review_within_seconds != new.review_within_seconds:
        within = new.review_within_seconds or 0
        words = f"an emergency is looked at within {within} s"
        weaker = within > (old.review_within_seconds or 0)
        found.moved("release rule", "emergency", words, weaker=weaker)


def _objective(id_: str, old: Objective, new: Objective, found: Changes) -> None:
    count = len(found.changes)
    for name, sign in (("at_least", 1), ("at_most", -1)):
        was, now = getattr(old.target, name), getattr(new.target, name)
        if was != now:
            words = f"its target `{name}` is {now or 'none'}, before {was or 'none'}"
            weaker = now is None or (was is not None and sign * (Decimal(now) - Decimal(was)) < 0)
            found.moved("objective", id_, words, weaker=weaker)
    if any(getattr(old, name) != getattr(new, name) for name in _MEASURED):
        found.weakened("objective", id_, "is measured otherwise")
    if len(found.changes) == count:
        found.changed("objective", id_, "what is said of it changed, not what it aims at")


def _soa(old: Approved, new: Approved, found: Changes) -> None:
    if old != new:
        words = f"is version {new.version or 'none'}, approved by {new.approved_by or 'nobody'}"
        found.changed("statement of applicability", "whole", words)


def _documents(old: Management, new: Management, found: Changes) -> None:
    before = {one.id: one for one in old.documents}
    after = {one.id: one for one in new.documents}
    for id_, was, now in found.came_and_went("document", before, after, lambda _: False):
        _document(id_, was, now, found)


def _document(id_: str, old: ControlledDocument, new: ControlledDocument, found: Changes) -> None:
    if old.digest != new.digest:
        same = old.version == new.version
        words = f"its text changed{', under the same version' if same else ''}"
        found.changed("document", id_, words)
    if old.version != new.version:
        found.changed("document", id_, f"is version {new.version}, before {old.version}")
    if old.approved_by != new.approved_by or old.approved != new.approved:
        words = f"is approved by {new.approved_by or 'nobody'}"
        found.changed("document", id_, words)
    if old.review_by != new.review_by:
        words = f"is to be reviewed by {new.review_by or 'no day'}"
        found.moved("document", id_, words, weaker=new.review_by is None)


def _watched(old: Management, new: Management, found: Changes) -> None:
    before, after = _by_topic(old), _by_topic(new)
    for key in sorted(before.keys() - after.keys()):
        topic, id_ = key
        words = "is no longer watched"
        if _is_missed(before[key]) or _would_count(before[key]):
            found.weakened(topic.value, id_, words)
        elif topic is not Topic.DOCUMENT:
            found.changed(topic.value, id_, words)
    for key in sorted(after.keys() - before.keys()):
        if key[0] is not Topic.DOCUMENT:
            until = _until(after[key]) if after[key].until is not None else ""
            found.changed(key[0].value, key[1], f"is watched{until}")
    for key in sorted(before.keys() & after.keys()):
        if before[key] != after[key] and key[0] is not Topic.DOCUMENT:
            _moved(key, before[key], after[key], found)


def _is_missed(one: Watched) -> bool:
    """Tell whether it is something that has to go on; an audit that was held late has not."""
    held = one.topic is Topic.INTERNAL_AUDIT and one.until is None and not one.since
    return one.topic in _GONE_IS_WEAKER and not held


def _would_count(one: Watched) -> bool:
    """Tell whether something that is gone counted, or was to count from a day on."""
    return one.topic in _GONE_WHERE_IT_COUNTS and bool(one.since or one.until is not None)


def _moved(key: tuple[Topic, str], old: Watched, new: Watched, found: Changes) -> None:
    topic, id_ = key
    if topic is Topic.COMPETENCE and old.since != new.since:
        _evidence(id_, new, found)
    elif old.since != new.since or old.until != new.until:
        _counts(topic, id_, (old, new), found)
    _reach(topic, id_, (old, new), found)


def _evidence(id_: str, new: Watched, found: Changes) -> None:
    """Say that evidence of a need came, or that somebody lacks it now."""
    if new.since:
        words = "evidence of it is missing now"
        found.strengthened(Topic.COMPETENCE.value, id_, words)
    else:
        words = f"there is evidence of it now, good{_until(new)}"
        found.changed(Topic.COMPETENCE.value, id_, words)


def _counts(topic: Topic, id_: str, both: tuple[Watched, Watched], found: Changes) -> None:
    old, new = both
    if old.until != new.until:
        later = _is_later(new.until, old.until)
        words = f"is good{_until(new)}"
        if topic in _LATER_IS_WEAKER or new.until is None:
            found.moved(topic.value, id_, words, weaker=later)
        else:
            found.changed(topic.value, id_, words)
    if old.since != new.since:
        why = listed(set(new.since)) if new.since else "nothing"
        words = f"counts because of {why}"
        if set(old.since) - set(new.since):
            found.weakened(topic.value, id_, words)
        else:
            found.changed(topic.value, id_, words)


def _reach(topic: Topic, id_: str, both: tuple[Watched, Watched], found: Changes) -> None:
    old, new = both
    if old.not_before != new.not_before:
        since = str(new.not_before)[:10] if new.not_before else "any day"
        found.changed(topic.value, id_, f"may be good from {since} on")
    for name in ("systems", "roles"):
        gone = set(getattr(old, name)) - set(getattr(new, name))
        if gone:
            found.weakened(topic.value, id_, f"no longer concerns {listed(gone)}")
        elif getattr(old, name) != getattr(new, name):
            come = set(getattr(new, name)) - set(getattr(old, name))
            found.changed(topic.value, id_, f"concerns {listed(come)} too")


def _by_topic(management: Management) -> dict[tuple[Topic, str], Watched]:
    return {(one.topic, one.id): one for one in management.watched if one.topic not in ASSESSMENTS}


def _is_later(new: Instant | None, old: Instant | None) -> bool:
    return old is not None and (new is None or new > old)


def _until(one: Watched) -> str:
    """Say the last day on which it is good: it has passed from the next one on."""
    return " for ever" if one.until is None else f" until {last_day(one.until)}"
