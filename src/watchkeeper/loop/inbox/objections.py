"""Who may decide on an escalated action: the one place where that is said."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.do.state.parts import Absences, Away
from watchkeeper.do.state.pending import Pending
from watchkeeper.do.state.projection import State
from watchkeeper.errors import cut
from watchkeeper.records.instant import Instant

UNFIT = "there is no valid evidence of your competence for the role"
"""Why somebody may not answer in a role whose competence they have to show and do not."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who would decide: a person, by which absence as a deputy, and who vouched for the passkey.

    Before anything is signed nobody knows the passkey, and `vouched` is None. `unfit` are the roles
    for which no valid evidence of the person's competence is there, where the plan asks for it.
    """

    person: str
    away: Away | None = None
    vouched: str | None = None
    unfit: frozenset[str] = frozenset()

    def voices(self) -> set[str]:
        """Return the person and, as a deputy, whom they speak for: the two are one voice."""
        return {self.person} if self.away is None else {self.person, self.away.person}

    def behind(self) -> set[str]:
        """Return everybody whose word it may be: who vouched for a passkey could hold it."""
        return self.voices() if self.vouched is None else {*self.voices(), self.vouched}


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
    by: Signer,
    pending: Pending,
    on_behalf_of: str | None,
    at: Instant,
) -> str | None:
    """Return why a person may not decide on an action, whatever their role; None if they may.

    Everything that would keep one of those behind a signature out keeps the others out.
    """
    person, ours = by.person, by.voices()
    roles = roles_for(state, person, pending, at)
    if by.unfit.issuperset(roles):
        return UNFIT if roles else "it does not wait for a role of yours"
    if by.behind() & {pending.agent, on_behalf_of}:
        return f"nobody decides on an action of their own{_by_passkey(by)}"
    if by.behind() & set(pending.kept_out):
        return f"the plan keeps apart who wrote or granted it, and who approves{_by_passkey(by)}"
    if person in {verdict.reviewer for verdict in pending.verdicts}:
        return "you have approved it already; another person must"
    if ours & {name for v in pending.verdicts for name in (v.reviewer, v.stands_in_for)}:
        return "of somebody and who stands in for them, only one may approve"
    return None


def _by_passkey(by: Signer) -> str:
    return "" if by.vouched is None else f"; {cut(by.vouched)} vouched for this passkey"
