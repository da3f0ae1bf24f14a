"""Who may decide on an escalated action: the one place where that is said."""

from __future__ import annotations

from watchkeeper.do.state.parts import Absences, Away
from watchkeeper.do.state.pending import Pending
from watchkeeper.do.state.projection import State
from watchkeeper.records.instant import Instant


def roles_for(state: State, person: str, pending: Pending, at: Instant) -> tuple[str, ...]:
    """Return the roles that an action waits for and in which a person may answer, each once."""
    own = {role for role in pending.roles if state.authority.holds(person, role)}
    return tuple(sorted(own | {away.role for away in stands_in(state, person, pending, at)}))


def stands_in(state: State, person: str, pending: Pending, at: Instant) -> tuple[Away, ...]:
    """Return the absences by which a person, as a deputy, may answer for a holder of a role."""
    return tuple(
        away
        for away in state.part(Absences).of(person, at)
        if away.role in pending.roles and not state.authority.holds(person, away.role)
    )


def objection(
    state: State,
    by: tuple[str, Away | None],
    pending: Pending,
    on_behalf_of: str | None,
    at: Instant,
) -> str | None:
    """Return why a person may not decide on an action, whatever their role; None if they may.

    `by` is the person, and the absence by which they decide as the deputy of somebody: everything
    that would keep the one out keeps the other out, since the two are one voice.
    """
    person, away = by
    if not roles_for(state, person, pending, at):
        return "it does not wait for a role of yours"
    ours = {person} if away is None else {person, away.person}
    if ours & {pending.agent, on_behalf_of}:
        return "nobody decides on an action of their own"
    if ours & set(pending.kept_out):
        return "the plan keeps apart who wrote or granted it, and who approves"
    if person in {verdict.reviewer for verdict in pending.verdicts}:
        return "you have approved it already; another person must"
    if ours & {name for v in pending.verdicts for name in (v.reviewer, v.stands_in_for)}:
        return "of somebody and who stands in for them, only one may approve"
    return None
