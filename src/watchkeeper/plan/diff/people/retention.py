"""How long payloads stay: what became weaker, for the evidence or for the people in it."""

from __future__ import annotations

from watchkeeper.plan.diff.changes import Changes
from watchkeeper.plan.show import duration
from watchkeeper.records.plan.systems import Retention


def compare_retention(id_: str, old: Retention, new: Retention, found: Changes) -> None:
    """Compare what two plans say of a system's payloads.

    Evidence that may go earlier is weaker, and so are values that stay longer.
    """
    if old.least_seconds != new.least_seconds:
        least, before = _said(new.least_seconds), _said(old.least_seconds)
        words = f"payloads stay at least {least}, before {before}"
        found.moved("system", id_, words, weaker=new.least_seconds < old.least_seconds)
    if old.most_seconds != new.most_seconds:
        words = (
            f"payloads are due after {_said(new.most_seconds)}, before {_said(old.most_seconds)}"
        )
        found.moved("system", id_, words, weaker=_longer(new, old))
    if old.automatic != new.automatic:
        words = "payloads that are due are erased by themselves"
        no_longer = words.replace("are erased", "are no longer erased")
        found.moved("system", id_, words if new.automatic else no_longer, weaker=not new.automatic)
    if old.subject_before_least != new.subject_before_least:
        earlier = new.subject_before_least
        words = f"a person's request is {'' if earlier else 'not '}granted before `least`"
        found.moved("system", id_, words, weaker=earlier)


def _said(seconds: int | None) -> str:
    return duration(seconds) if seconds else "no time"


def _longer(new: Retention, old: Retention) -> bool:
    if new.most_seconds is None or old.most_seconds is None:
        return new.most_seconds is None
    return new.most_seconds > old.most_seconds
