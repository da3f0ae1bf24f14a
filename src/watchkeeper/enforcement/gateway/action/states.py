"""A tool server's own `requestState` (MCP 2026-07-28), in a wrapping of ours.

The protocol lets a server hand its state to the host and take it back unchanged, and asks it to
protect what it hands out. A server that does not is protected here: what goes out is marked by the
home, for this agent, server, tool and arguments, and nothing else comes back in. It is not hidden:
the host can read what the server wrote.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from watchkeeper.do.decision.request import INPUT, Call
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.asking import asks_for_result, call_of
from watchkeeper.enforcement.messages.rpc import Message
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical, check_arguments, keyed_digest, parse_json
from watchkeeper.loop.facts_of.persons import for_its_person
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import Stored

PREFIX = "wks1."
"""What a wrapped state begins with."""
STATE = INPUT[1]
FOREIGN = "the tool's state was not given for this call"
_MAX_STATE = 1 << 20


class ServerStates:
    """Wraps and unwraps the states of tool servers, for one home."""

    def __init__(self, home: Home) -> None:
        self._home, self._secret = home, home.secret
        self._key = bytes.fromhex(keyed_digest(home.secret, b"server-state"))

    def wrapped(self, call: Call, result: Mapping[str, Any]) -> dict[str, Any]:
        """Return a result with its state wrapped for the call that it answers."""
        said = {"bound": self._bound(call), "state": orjson.dumps(result[STATE]).decode()}
        body = canonical(said)
        return {
            **result,
            STATE: PREFIX + ".".join(_text(part) for part in (body, self._mark(body))),
        }

    def unwrapped(self, call: Call, message: Message) -> Message | None:
        """Return a message with the state as its server wrote it.

        None if it is no state that was given for this call.
        """
        found = self._opened(message.params[STATE])
        if found is None or call.problem is not None or found.get("bound") != self._bound(call):
            return None
        state = orjson.loads(str(found.get("state")))
        params = {**message.params, STATE: state}
        body = {**message.body, "params": params}
        return replace(message, params=params, body=body, raw=orjson.dumps(body))

    def told_again(self, agent: str, server: str, message: Message, answer: Stored) -> Stored:
        """Return a stored result with its state wrapped, as it was when it was new.

        Without the state where nobody can say any more what it was given for.
        """
        result = answer.result
        if not isinstance(result, dict) or STATE not in result:
            return answer
        waited = asks_for_result(message)
        call = self._behind(message) if waited else call_of(agent, server, message)
        if call is not None:
            return replace(answer, result=self.wrapped(call, result))
        return replace(answer, result={k: v for k, v in result.items() if k != STATE})

    def _behind(self, message: Message) -> Call | None:
        """Return the call that waited under the handle of a message."""
        said = message.params.get("arguments")
        handle = said.get("handle") if isinstance(said, dict) else None
        pending = self._home.state.pending.by_handle(str(handle))
        request = None if pending is None else self._home.request_of(pending)
        return None if request is None else request.call

    def _opened(self, given: Any) -> dict[str, Any] | None:
        """Return what a wrapping says, if it is, byte for byte, one of ours."""
        if not isinstance(given, str) or not given.startswith(PREFIX):
            return None
        parts = given[len(PREFIX) :].split(".")
        try:
            body, mark = (base64.urlsafe_b64decode(part) for part in parts)
            ours = [_text(body), _text(mark)] == parts
            if not ours or not hmac.compare_digest(mark, self._mark(body)):
                return None
            found = parse_json(body, max_bytes=2 * _MAX_STATE)
        except (ValueError, RecordInvalid):
            return None
        return found if isinstance(found, dict) else None

    def _bound(self, call: Call) -> str:
        """Return the digest of what a state is bound to: who asks, for whom, what, with what."""
        arguments = call.arguments
        if call.method != methods.CALL and isinstance(arguments, dict):
            arguments = {name: value for name, value in arguments.items() if name not in INPUT}
        person = for_its_person(self._home, call).on_behalf_of
        names = [call.agent, call.method, call.server, call.tool, person or ""]
        try:
            sent = check_arguments(arguments)
        except RecordInvalid:
            sent = b""
        clean = [name.encode(errors="replace").decode() for name in names]
        return keyed_digest(self._secret, canonical(clean) + sent)

    def _mark(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
