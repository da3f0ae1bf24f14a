"""Programs that start tasks: what they may sign, and with which keys."""

from __future__ import annotations

from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bundle import Bundle


def compare_applications(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare the applications; one more, or one with another key, is a weakening."""
    before = {one.id: one for one in old.applications}
    after = {one.id: one for one in new.applications}
    for id_, was, now in found.came_and_went("application", before, after, lambda _: True):
        if was.system != now.system:
            words = f"belongs to `{now.system}`, before to `{was.system}`"
            found.weakened("application", id_, words)
        more, less = set(now.may) - set(was.may), set(was.may) - set(now.may)
        if more:
            found.weakened("application", id_, f"may sign {listed(more)} too")
        if less:
            found.strengthened("application", id_, f"may no longer sign {listed(less)}")
        if set(now.keys) - set(was.keys):
            found.weakened("application", id_, "may sign with another key")
        if set(was.keys) - set(now.keys):
            found.strengthened("application", id_, "may no longer sign with a key")
