"""What an agent is asked about an action of its own that waits, and what it answers."""

from __future__ import annotations

from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.facts_of.persons import in_force, is_for
from watchkeeper.loop.home import Home
from watchkeeper.loop.inbox.dialogue import Exchange, dialogue_of
from watchkeeper.ports import Ticket
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import AnswerRecord
from watchkeeper.records.statement import Payload, Record

MOST_ANSWER = 4096
"""How many bytes an agent may answer."""


def question_for(home: Home, agent: str, handle: str, token: str | None = None) -> Exchange | None:
    """Return the oldest question about an agent's own action that it did not answer yet."""
    pending = _of(home, agent, handle, token)
    asked = () if pending is None else dialogue_of(home, pending)
    return next((one for one in asked if one.answered is None), None)


def answer_question(
    home: Home, agent: str, handle: str, text: str, token: str | None = None
) -> Ticket:
    """Record what an agent answers to the oldest open question about its own action.

    It is shown to reviewers as foreign text; nothing else comes of it. Each question has at most
    one answer. `token` is the digest of the token that it comes with: one that was made for another
    person is none for it.

    Raises:
        CommandInvalid: no question waits for this agent under this handle, or the answer is empty
            or over 4 KiB.
        LogUnavailable: it could not be recorded.
    """
    pending = _of(home, agent, handle, token)
    if pending is None or len(pending.answers) >= len(pending.questions):
        raise CommandInvalid("no question waits for an answer under this handle")
    raw = text.encode(errors="replace")
    if not text or len(raw) > MOST_ANSWER:
        raise CommandInvalid(f"an answer has 1 to {MOST_ANSWER} bytes", "say it in fewer words")
    salt, text = home.ids.random_bytes(16), raw.decode()
    said = AnswerRecord(
        at=home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        question=pending.questions[len(pending.answers)],
        agent=agent,
        text=hidden_digest(salt, text),
    )
    payload = Payload({"text": text, "salts": {"text": salt.hex()}})
    return home.append(Record(Kind.ANSWER, "action", pending.digest, said), payload)


def _of(home: Home, agent: str, handle: str, token: str | None) -> Pending | None:
    """Return the agent's own action that waits for people under a handle."""
    pending = home.state.pending.by_handle(handle)
    if pending is None or pending.agent != agent or pending.state is not Waiting.PENDING:
        return None
    if not in_force(home, agent, token) or not is_for(home, token, pending):
        return None
    return None if pending.expires <= home.now() else pending
