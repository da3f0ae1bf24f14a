"""A case to plant: an action that nobody asked for, and what a reviewer should answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.do.decision.request import Call, Request, make_request
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.ledger.commitment import commitment_of
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer

_NEEDED = {"agent", "tool", "arguments", "wrong"}
_KNOWN = {*_NEEDED, "facts", "expected", "onBehalfOf"}
_SALT = 16
_NONCE_HEX = 32


@dataclass(frozen=True, slots=True)
class Case:
    """What is planted.

    `facts` stand for what the declared sources would say; `wrong` is what a reviewer should find.
    """

    call: Call
    wrong: str
    expected: Answer = Answer.REFUSE
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marks:
    """What makes one request of a case, at `due`; all of it is drawn at random but the time.

    `action_id` must tell the same time, to the millisecond (RFC 9562, 5.7).
    """

    due: Instant
    action_id: str
    nonce: str
    salt: bytes
    text_salt: bytes


def case_of(said: Any) -> Case:
    """Return the case that a file says.

    Raises:
        CommandInvalid: it is no case.
    """
    if not isinstance(said, Mapping) or not _NEEDED <= set(said) <= _KNOWN:
        needs, may = ", ".join(sorted(_NEEDED)), ", ".join(sorted(_KNOWN - _NEEDED))
        raise CommandInvalid(f"a case has {needs}, and may have {may}")
    server, _, tool = str(said["tool"]).partition("/")
    facts = said.get("facts", {})
    if not isinstance(facts, Mapping) or not all(isinstance(v, Mapping) for v in facts.values()):
        raise CommandInvalid("`facts` of a case is an object: source, then field, then value")
    expected = said.get("expected", Answer.REFUSE.value)
    if expected not in {Answer.REFUSE.value, Answer.APPROVE.value}:
        raise CommandInvalid(f"a case expects `refuse` or `approve`, not {cut(expected)}")
    behalf = said.get("onBehalfOf")
    call = Call(
        agent=str(said["agent"]),
        method="tools/call",
        server=server,
        tool=tool,
        arguments=said["arguments"],
        on_behalf_of=behalf if isinstance(behalf, str) else None,
    )
    return Case(call, str(said["wrong"]), Answer(expected), facts)


def sealed(case: Case, marks: Marks) -> dict[str, Any]:
    """Return a case as it is kept beside the commitment to it, which is under `commitment`.

    Raises:
        CommandInvalid: the request is none.
    """
    request = request_of(case.call, marks.action_id, marks.nonce)
    wrong = hidden_digest(marks.text_salt, case.wrong)
    return {
        "commitment": commitment_of(marks.salt, request.digest, case.expected, wrong),
        "due": int(marks.due),
        "actionId": marks.action_id,
        "salt": marks.salt.hex(),
        "request": request.digest,
        "expected": case.expected.value,
        "wrong": wrong,
        "nonce": marks.nonce,
        "text": case.wrong,
        "textSalt": marks.text_salt.hex(),
        "case": {
            "agent": case.call.agent,
            "tool": request.action,
            "arguments": case.call.arguments,
            "facts": {source: dict(values) for source, values in case.facts.items()},
            "expected": case.expected.value,
            "wrong": case.wrong,
            **({"onBehalfOf": case.call.on_behalf_of} if case.call.on_behalf_of else {}),
        },
    }


def unsealed(body: Any) -> tuple[Case, Marks]:
    """Return the case that `sealed` wrote, with what it was sealed with.

    Raises:
        CommandInvalid: it is not exactly what is written for such a case, commitment and all.
    """
    try:
        case = case_of(body["case"])
        salt, text_salt = bytes.fromhex(body["salt"]), bytes.fromhex(body["textSalt"])
        marks = Marks(Instant(body["due"]), body["actionId"], body["nonce"], salt, text_salt)
        same = sealed(case, marks) == body
    except (KeyError, TypeError, ValueError, AttributeError):
        same, case, marks = False, None, None
    if not same or case is None or marks is None or min(len(salt), len(text_salt)) != _SALT:
        raise CommandInvalid("a case is not the one that was committed to")
    return case, marks


def request_of(call: Call, action_id: str, nonce: str, secret: bytes = b"") -> Request:
    """Return the request of a case.

    Raises:
        CommandInvalid: it is not a valid one, or its nonce is no 16 random bytes.
    """
    if len(nonce) != _NONCE_HEX or not isinstance(action_id, str):
        raise CommandInvalid("a case has a nonce of 16 bytes and an id for its action")
    request = make_request(call, action_id=action_id, nonce=nonce, secret=secret)
    if request.problem is not None:
        raise CommandInvalid(f"the case is no valid request: {request.problem}")
    return request
