"""Tasks: opened and ended by the applications that the plan names, or ended by a person."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from watchkeeper.do.state.parts import Mandates
from watchkeeper.do.state.parts.mandates import MANDATE, Mandate
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest, sha256_hex
from watchkeeper.ledger.envelope import person_named, verb_named
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, why_of
from watchkeeper.loop.facts_of.terms import Bound, checked_terms
from watchkeeper.records.action import Hidden, Reason
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant, parse_instant, render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import MandateEndedRecord, MandateRecord, MandateWordRecord, Terms
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.systems import APP, Application
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

WORD = "word"
MOST_SECONDS = 30 * 86_400
"""How long a task may be open."""
MOST_OPEN = 1000
"""How many tasks of one application may be open at a time."""
_MOST_CONTENT = 16 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def check_spoken(signature: Signature, verb: str) -> None:
    """Check that a command names an application and says `verb`; who signed it is checked later.

    Raises:
        NotAuthorised: it names a person, whose commands have no place where agents are served.
        CommandInvalid: it says something else than `verb`.
    """
    if not person_named(signature).startswith(APP):
        raise NotAuthorised("only applications of the plan speak here")
    if verb_named(signature) != verb:
        raise CommandInvalid(f"the command says something else than `{verb}`")


def _mandate(desk: Desk, asked: Asked) -> Any:
    application = _application(desk, asked)
    id_, agent = asked.text("id"), asked.text("agent")
    _check_id(desk, application, id_)
    declared = desk.home.enforcer.agent(agent)
    if declared is None or declared.system != application.system:
        raise CommandInvalid(f"no agent {cut(agent)} in the application's system")
    bound = Bound(application.system, _actions(asked))
    content, salt = _content(asked)
    checked_terms(desk.home.enforcer, bound, content)
    until = _until(desk, asked)
    record = MandateRecord(
        at=desk.home.now(),
        id=id_,
        application=application.id,
        system=application.system,
        agent=agent,
        actions=bound.actions,
        until=until,
        content=Hidden("content", digest=asked.text("content")),
        signature=asked.signature,
    )
    body = {"content": to_json(content), "salts": {"content": salt}}
    desk.append(Record(Kind.MANDATE, "mandate", sha256_hex(id_.encode()), record), Payload(body))
    return {"id": id_, "until": render_instant(until)}


def _end(desk: Desk, asked: Asked) -> Any:
    mandate = _open(desk, asked)
    authority, by = desk.home.state.authority, asked.command.person
    application = authority.application(by)
    if application is None and not authority.holds(by, OPERATE):
        raise NotAuthorised(f"{cut(by)} does not hold the role {cut(OPERATE)}")
    if application is not None and application.id != mandate.application:
        raise NotAuthorised("another application opened this task")
    why, payload = why_of(asked)
    record = MandateEndedRecord(desk.home.now(), mandate.id, mandate.ref, by, why, asked.signature)
    digest = sha256_hex(mandate.id.encode())
    desk.append(Record(Kind.MANDATE_ENDED, "mandate", digest, record), payload)
    _void(desk, mandate.ref)
    return {"ended": mandate.id}


def _word(desk: Desk, asked: Asked) -> Any:
    application, mandate = _application(desk, asked), _open(desk, asked)
    if application.system != mandate.system:
        raise NotAuthorised("the task is of another system")
    record = MandateWordRecord(
        desk.home.now(), mandate.id, mandate.ref, asked.command.person, asked.signature
    )
    digest = sha256_hex(mandate.id.encode())
    desk.append(Record(Kind.MANDATE_WORD, "mandate", digest, record))
    return {"id": mandate.id}


def _listed(desk: Desk, _: Asked) -> Any:
    return [
        {
            "id": mandate.id,
            "application": mandate.application,
            "agent": mandate.agent,
            "actions": list(mandate.actions),
            "until": render_instant(mandate.until),
        }
        for mandate in desk.home.state.part(Mandates).open(desk.home.now())
    ]


def _void(desk: Desk, mandate: Ref) -> None:
    """End all that waits in a task that has ended."""
    for pending in desk.home.state.pending.waiting():
        if pending.mandate == mandate:
            with suppress(LogUnavailable):  # what is left is ended once it can be recorded
                desk.ticket = desk.kernel.void(pending, Reason.VOIDED)


def _application(desk: Desk, asked: Asked) -> Application:
    found = desk.home.state.authority.application(asked.command.person)
    if found is None:
        raise NotAuthorised("only an application of the plan says that, with its own key")
    return found


def _open(desk: Desk, asked: Asked) -> Mandate:
    id_ = asked.text("id")
    found = desk.home.state.part(Mandates).find(id_, desk.home.now())
    if found is None:
        raise CommandInvalid(f"no task {cut(id_)} is open", "see `do mandates`")
    return found


def _check_id(desk: Desk, application: Application, id_: str) -> None:
    held = desk.home.state.part(Mandates).open(desk.home.now())
    if not _ID.fullmatch(id_):
        raise CommandInvalid(
            f"{cut(id_)} is no id of a task", "16 to 64 letters, digits, `-` and `_`, at random"
        )
    if any(one.id == id_ for one in held):
        raise CommandInvalid("a task with this id is open already")
    if sum(one.application == application.id for one in held) >= MOST_OPEN:
        raise CommandInvalid(
            f"{MOST_OPEN} tasks of the application are open", "end those that are done"
        )


def _actions(asked: Asked) -> tuple[str, ...]:
    named = asked.command.body.get("actions")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise CommandInvalid("a mandate names its actions as `server/tool`")
    return tuple(named)


def _content(asked: Asked) -> tuple[Terms, str]:
    """Return what the task is bound to, as it came beside the digest that was signed."""
    said, salt = asked.beside.get("content"), b""
    with suppress(ValueError):
        salt = bytes.fromhex(str(asked.beside.get("salt", "")))
    try:
        if len(canonical_arguments(said)) > _MOST_CONTENT:
            raise CommandInvalid(f"the content is longer than {_MOST_CONTENT} bytes")
        if len(salt) != 16 or hidden_digest(salt, said) != asked.text("content"):
            raise CommandInvalid("the content is not the one that was signed")
        terms = from_json(Terms, said)
    except RecordInvalid as error:
        raise CommandInvalid(f"not the content of a mandate: {error.message}") from None
    if to_json(terms) != said:
        # What was signed is what is kept: else nobody could hold the digest against it.
        raise CommandInvalid("the content says something twice, or what is left out anyway")
    return terms, salt.hex()


def _until(desk: Desk, asked: Asked) -> Instant:
    try:
        until = parse_instant(asked.text("until"))
    except RecordInvalid as error:
        raise CommandInvalid(f"not a time: {error.message}") from None
    now = desk.home.now()
    if not now < until <= now.plus(MOST_SECONDS):
        raise CommandInvalid(f"a task ends in the future, and within {MOST_SECONDS // 86_400} days")
    return until


VERBS = {
    "mandate": Verb(_mandate, needs_room=True, sign=MANDATE),
    "end-mandate": Verb(_end, sign=MANDATE),
    "word": Verb(_word, needs_room=True, sign=WORD),
    "mandates": Verb(_listed, of_doubtful=True),
}
