"""Whose approval counts for what waits: verdicts, and standing approvals that still hold."""

from __future__ import annotations

from watchkeeper.do.decision.review import Voice, voice
from watchkeeper.do.state.authority import Authority
from watchkeeper.do.state.parts import Standings
from watchkeeper.do.state.pending import Pending
from watchkeeper.records.instant import Instant


def voices_of(
    pending: Pending, standings: Standings, authority: Authority, at: Instant
) -> list[Voice]:
    """Return the voices for an action that waits, those of verdicts first."""
    found = [voice(v.reviewer, v.role, v.stands_in_for, v.vouched) for v in pending.given()]
    for ref in pending.standing:
        ahead = standings.at(ref)
        if ahead is not None and ahead.holds(at):
            found.append(voice(ahead.by, ahead.role, authority.vouched_for(ahead.keyid)))
    return found
