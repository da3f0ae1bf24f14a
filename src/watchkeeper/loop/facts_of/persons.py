"""For whom an agent acts: its token says so, or the task that its call names."""

from __future__ import annotations

from dataclasses import replace

from watchkeeper.do.decision.request import Call
from watchkeeper.do.state.pending import Pending
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.beside import is_recorded
from watchkeeper.loop.facts_of.tasks import named_mandate, terms_of
from watchkeeper.loop.home import Home
from watchkeeper.records.reference import Ref

_TWO_PEOPLE = "the token and the task name different people that the agent acts for"
_NOT_KEPT = "for whom this token acts is not kept any more: a new one is needed"


def for_its_person(home: Home, call: Call) -> Call:
    """Return a call with the person for whom the agent acts.

    The token's, or the task's; where both say it they must say the same. A call of which it can
    not be told any more is no valid one.
    """
    said, found = call.on_behalf_of, _of_token(home, call.token)
    if isinstance(found, Ref):
        return replace(call, problem=_NOT_KEPT)
    mandate = named_mandate(home, call, home.now())
    terms = None if mandate is None else terms_of(home, mandate)
    named = {said, found, None if terms is None else terms.on_behalf_of} - {None}
    if len(named) > 1:
        return replace(call, problem=_TWO_PEOPLE)
    return replace(call, on_behalf_of=next(iter(named), None))


def in_force(home: Home, agent: str, token: str | None) -> bool:
    """Tell whether the token that an agent came with, by its digest, was not taken back since."""
    found = None if token is None else home.state.tokens.get(token)
    return token is None or (found is not None and found.agent == agent)


def is_for(home: Home, token: str | None, pending: Pending) -> bool:
    """Tell whether who has a token may take up an action that waits: none for another person's."""
    person = _of_token(home, token)
    if person is None:
        return True
    request = home.request_of(pending)
    return request is not None and request.call.on_behalf_of == person


def person_of(home: Home, acts_for: Ref) -> str | None:
    """Return the person whom a token's record names; None where that is not kept any more.

    Nor where another is named beside the record than was signed.
    """
    try:
        entry = home.records.entry(acts_for)
    except LedgerError:
        return None
    said, body = entry.record.predicate, {} if entry.payload is None else entry.payload.body
    digest = None if said.on_behalf_of is None else said.on_behalf_of.digest
    return body["onBehalfOf"] if is_recorded(digest, body, "onBehalfOf") else None


def _of_token(home: Home, token: str | None) -> str | Ref | None:
    """Return the person of a token, None if it names none; its record if that is gone."""
    found = None if token is None else home.state.tokens.get(token)
    if found is None or found.acts_for is None:
        return None
    return person_of(home, found.acts_for) or found.acts_for
