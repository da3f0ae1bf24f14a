"""Which of several looks at a certificate counts.

The newest does, with two exceptions that keep a "no" from being washed away: of one day the worst
counts, and a look that gave no answer takes back no earlier one that said no.
"""

from __future__ import annotations

from collections.abc import Sequence

from watchkeeper.plan.certificates.looked import Answer, Looked
from watchkeeper.plan.workspace.models.management.certificates import Verification

OWN = ("cb_register", "cb_email")
"""Looks that ask who issued it: its own register, or a letter of it."""
SEARCH = "iaf_certsearch"
_RANK = (Answer.YES, Answer.UNKNOWN, Answer.NO)


def said(check: Verification) -> Answer:
    """Return what a look says.

    Who is not in a directory of others may still be accredited or certified: not every body enters
    there. What the body's own register, or its letter, does not know is not registered.
    """
    match check.result:
        case "confirmed":
            return Answer.YES
        case "mismatch":
            return Answer.NO
        case "not_found" if check.method in {*OWN, "scope_judgement"}:
            return Answer.NO
        case _:
            return Answer.UNKNOWN


def counting(checks: Sequence[Verification]) -> Verification | None:
    """Return the look that counts; None where there is none."""
    ordered = sorted(checks, key=lambda one: (one.on, _RANK.index(said(one))))
    if not ordered:
        return None
    answered = [one for one in ordered if said(one) is not Answer.UNKNOWN]
    kept = bool(answered) and said(answered[-1]) is Answer.NO
    return answered[-1] if kept else ordered[-1]


def registered(looked: Looked) -> Verification | None:
    """Return the look into registers that counts.

    CertSearch takes back nothing that the body's own register denied, and that it lacks a
    certificate says nothing beside what the body says.
    """
    own, search = counting(looked.by(*OWN)), counting(looked.by(SEARCH))
    if own is None or search is None or said(own) is Answer.NO:
        return own or search
    if said(search) is Answer.UNKNOWN:
        return own
    worse = said(search) is Answer.NO and search.on == own.on
    return search if worse or search.on > own.on or said(own) is Answer.UNKNOWN else own
