"""Who may decide on an escalated action: the one place where that is said."""

from __future__ import annotations

from watchkeeper.do.state.authority import Authority
from watchkeeper.do.state.pending import Pending
from watchkeeper.do.state.projection import State


def roles_for(authority: Authority, person: str, pending: Pending) -> tuple[str, ...]:
    """Return the roles of a person that an action waits for, each once."""
    return tuple(sorted({role for role in pending.roles if authority.holds(person, role)}))


def objection(state: State, person: str, pending: Pending, on_behalf_of: str | None) -> str | None:
    """Return why a person may not decide on an action, whatever their role; None if they may."""
    if not roles_for(state.authority, person, pending):
        return "it does not wait for a role of yours"
    if person in {pending.agent, on_behalf_of}:
        return "nobody decides on an action of their own"
    if person in pending.kept_out:
        return "the plan keeps apart who wrote or granted it, and who approves"
    if person in {verdict.reviewer for verdict in pending.verdicts}:
        return "you have approved it already; another person must"
    return None
