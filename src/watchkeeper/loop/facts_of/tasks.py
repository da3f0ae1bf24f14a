"""The task that a call names: whether it is open, covers the call, and for whom it is."""

from __future__ import annotations

from watchkeeper.do.decision.facts import MandateFact
from watchkeeper.do.decision.known import CALL_METHOD, Known, asked, encode
from watchkeeper.do.decision.lent import outside_terms
from watchkeeper.do.decision.request import Call, Request
from watchkeeper.do.state.parts import Mandates
from watchkeeper.do.state.parts.mandates import Mandate
from watchkeeper.errors import LedgerError, RecordInvalid
from watchkeeper.ledger.beside import is_recorded
from watchkeeper.loop.home import Home
from watchkeeper.records.codec import from_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.lent import Terms

_NOT_OPEN = "no such task is open for the agent"
_ERASED = "what the task is bound to is not kept any more"
_OTHER_PERSON = "the task is for another person than the agent acts for"


def named_mandate(home: Home, call: Call, at: Instant) -> Mandate | None:
    """Return the open task that a call names, if it is the agent's."""
    found = None if call.mandate is None else home.state.part(Mandates).find(call.mandate, at)
    return found if found is not None and found.agent == call.agent else None


def terms_of(home: Home, mandate: Mandate) -> Terms | None:
    """Return what a task is bound to.

    None where its record is not durable, or it was erased or is not what was signed.
    """
    try:
        entry = home.records.entry(mandate.ref)
        body = {} if entry.payload is None else entry.payload.body
        if not is_recorded(entry.record.predicate.content.digest, body, "content"):
            return None
        return from_json(Terms, body["content"])
    except (LedgerError, RecordInvalid, KeyError):
        return None


def mandate_fact(home: Home, request: Request, at: Instant) -> MandateFact | None:
    """Return what is to be known of the task that a request names; None where it names none."""
    id_ = request.call.mandate
    if id_ is None:
        return None
    mandate = named_mandate(home, request.call, at)
    if mandate is None:
        return MandateFact(id_, None, covers=False, why=_NOT_OPEN)
    why = _outside(home, request, mandate)
    return MandateFact(id_, mandate.ref, covers=why is None, why=why or "")


def _outside(home: Home, request: Request, mandate: Mandate) -> str | None:
    terms = terms_of(home, mandate)
    if terms is None:
        return _ERASED
    if terms.on_behalf_of not in {None, request.call.on_behalf_of}:
        return _OTHER_PERSON
    if request.call.method != CALL_METHOD or request.action not in mandate.actions:
        return "the task does not name this action"
    known = encode(asked(home.enforcer, request, None))
    if not isinstance(known, Known):
        return "the call is not valid"
    return outside_terms(terms, known.entry, known.encoded, request.call.arguments)
