"""Input-required for what people have to approve (MCP 2026-07-28, elicitation in URL mode).

The agent's host gets a page to open and a state to bring back with the same call. The state grants
nothing, and neither does what the host says that its person answered: only what the home recorded
of the waiting action does. A state is bound to agent, server, tool and arguments, and single use.
One of an earlier process is changed for a new one, which only then takes the action up.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.do.decision.request import INPUT, make_request
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.answers import RESULT_TOOL, refusal_body
from watchkeeper.enforcement.messages.asking import call_of, meta_of
from watchkeeper.enforcement.messages.rpc import Message, is_modern, render_result
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical, keyed_digest, parse_json
from watchkeeper.loop.facts_of.persons import for_its_person
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import Escalated

PREFIX = "wk1."
"""What our states begin with; any other is the tool server's own."""
MOST_ROUNDS = 20
_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
_MOST_STATE_BYTES = 4096
_MANY = 4096
_FOREIGN = "the state was not given for this call"
_USED = "the state was used before"


@dataclass(frozen=True, slots=True)
class Back:
    """A call that came back with a state of ours.

    `pending` is the action that waits, `message` the call without the state and without what the
    host answered. With `renew` the state was given before the gateway was started, and is only
    good for a new one.
    """

    pending: Pending
    message: Message
    renew: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """The state that was given last for a handle; without a nonce it was used."""

    nonce: str | None
    rounds: int


class Elicitation:
    """Asks agents' hosts to have a page opened, and takes them back."""

    def __init__(self, home: Home, console: Callable[[], str | None]) -> None:
        self._home, self._console = home, console
        self._key = bytes.fromhex(keyed_digest(home.secret, b"request-state"))
        self._process = home.ids.random_bytes(16).hex()
        self._given: dict[str, _Given] = {}

    def ask(self, message: Message, answer: Escalated) -> bytes | None:
        """Return what asks the host to open the page of a waiting action.

        None where the host does not do that, nobody serves a page, or it was asked often enough.
        """
        url, pending = self._console(), self._home.state.pending.by_handle(answer.handle)
        if url is None or pending is None or not _opens_pages(message):
            return None
        request = {
            "method": "elicitation/create",
            "params": {
                "mode": "url",
                "message": answer.sentence,
                "url": f"{url}/e/{answer.handle}",
            },
        }
        before = self._given.get(answer.handle)
        if before is not None and before.rounds >= MOST_ROUNDS:
            return None
        more = {
            "inputRequests": {"approval": request},
            "_meta": {"watchkeeper/escalation": refusal_body(answer)},
        }
        return self._render(message, pending, more)

    def renew(self, message: Message, pending: Pending) -> bytes:
        """Return a new state for one of an earlier process, without asking anything."""
        return self._render(message, pending, {})

    def take(self, agent: str, server: str, message: Message) -> Back | str | None:
        """Take up a call with a state of ours, once; None if it has none, a text if it is wrong."""
        state = message.params.get("requestState")
        if message.method != methods.CALL or message.params.get("name") == RESULT_TOOL:
            return None
        if not isinstance(state, str) or not state.startswith(PREFIX):
            return None
        said, bare = self._open(state), _without_input(message)
        pending = self._bound(said, agent, server, bare)
        if pending is None:
            return _FOREIGN
        renew = said.get("process") != self._process
        unused = self._is_new(pending) if renew else self._use(pending, said)
        return Back(pending, bare, renew) if unused else _USED

    def _is_new(self, pending: Pending) -> bool:
        """Tell whether a state of an earlier process can be the first of its action that comes."""
        return pending.handle not in self._given and pending.state is not Waiting.RELEASED

    def _use(self, pending: Pending, said: dict[str, Any]) -> bool:
        """Use a state up; False if it is not the one that was given last."""
        given = self._given.get(pending.handle)
        if given is None or given.nonce is None or given.nonce != said.get("nonce"):
            return False
        self._given[pending.handle] = replace(given, nonce=None)
        return True

    def _render(self, message: Message, pending: Pending, more: dict[str, Any]) -> bytes:
        before = self._given.get(pending.handle)
        nonce = self._home.ids.random_bytes(16).hex()
        self._forget()
        self._given[pending.handle] = _Given(nonce, 1 if before is None else before.rounds + 1)
        state = self._seal(pending, nonce)
        result = {"resultType": "input_required", **more, "requestState": state}
        return render_result(message.id, result)

    def _seal(self, pending: Pending, nonce: str) -> str:
        said = {
            "agent": pending.agent,
            "handle": pending.handle,
            "nonce": nonce,
            "process": self._process,
            "same": pending.same,
        }
        body = canonical(said)
        return PREFIX + ".".join(_text(part) for part in (body, self._mark(body)))

    def _open(self, state: str) -> dict[str, Any]:
        """Return what a state says, nothing if it is not, byte for byte, one that we gave."""
        parts = state[len(PREFIX) :].split(".")
        if len(state) > _MOST_STATE_BYTES or len(parts) != len(("body", "mark")):
            return {}
        try:
            body, mark = (base64.urlsafe_b64decode(part) for part in parts)
            ours = [_text(body), _text(mark)] == parts
            if not ours or not hmac.compare_digest(mark, self._mark(body)):
                return {}
            found = parse_json(body)
        except (ValueError, RecordInvalid):
            return {}
        return found if isinstance(found, dict) else {}

    def _mark(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")

    def _bound(
        self, said: dict[str, Any], agent: str, server: str, message: Message
    ) -> Pending | None:
        """Return the waiting action that a state is of, if it is of this agent and this call."""
        pending = self._home.state.pending.by_handle(str(said.get("handle")))
        call = for_its_person(self._home, call_of(agent, server, message))
        request = make_request(call, action_id="", nonce="", secret=self._home.secret)
        if pending is None or request.problem is not None:
            return None
        asked = (agent, agent, request.action, request.same, request.same)
        given = (pending.agent, said.get("agent"), pending.action, pending.same, said.get("same"))
        return pending if asked == given else None

    def _forget(self) -> None:
        """Forget the states of actions that the home has forgotten."""
        if len(self._given) > _MANY:
            pending = self._home.state.pending
            self._given = {h: g for h, g in self._given.items() if pending.by_handle(h)}


def _opens_pages(message: Message) -> bool:
    """Tell whether the host says that it opens pages for its person.

    A call that answers questions of the tool's own is left out: the state is the tool's.
    """
    if not is_modern(message) or message.method != methods.CALL:
        return False
    if message.params.get("name") == RESULT_TOOL or any(name in message.params for name in INPUT):
        return False
    found: Any = meta_of(message).get(_CAPABILITIES)
    for name in ("elicitation", "url"):
        found = found.get(name) if isinstance(found, dict) else None
    return isinstance(found, dict)


def _without_input(message: Message) -> Message:
    params = {name: value for name, value in message.params.items() if name not in INPUT}
    return replace(message, params=params, body={**message.body, "params": params})


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
